#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <neve/model/model.hpp>
#include <neve/schema/table.hpp>

#include "algos/families/components/expansion.hpp"

namespace neve::algos::components {

/// The part of a model that scores: a row's vector times each component.
struct Projection {
  Expansion expansion;
  std::int64_t rows = 0;        ///< that were learnt from
  double trace = 0;             ///< Σ of their vectors' squares
  std::vector<double> values;   ///< eigenvalues of X'X, largest first
  std::vector<double> vectors;  ///< as many, one after the other
  [[nodiscard]] std::size_t count() const { return values.size(); }
  [[nodiscard]] std::span<const double> vector(std::size_t k) const {
    return std::span(vectors).subspan(k * expansion.size(), expansion.size());
  }
  [[nodiscard]] bool is_sound(const model::ColumnRoles& roles) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(expansion, rows, trace, values, vectors);
  }
};

/// out[k] gets the rows' vectors times component k; NaN where a number is missing that is not to be
/// filled.
void project(const Projection& projection, const model::ScoreBlock& block,
             std::span<const std::span<double>> out);

/// "PC1", …
std::vector<std::string> score_names(std::size_t count);

/// Vectors as a table: a row for each element, a column for each component, named by `column` and
/// its number.
schema::Table vectors_table(const Projection& projection, std::string name,
                            const std::string& column);

/// A training as a history of one row.
schema::Table history_table(std::string name, std::int64_t time_ms, std::int64_t start_time_ms,
                            std::int32_t iterations);

}  // namespace neve::algos::components

#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include <neve/model/metrics.hpp>
#include <neve/mr/engine.hpp>

#include "mr/api/compute_node.hpp"

namespace neve::model::metrics::testing {

inline constexpr std::int64_t kMemory = std::int64_t{1} << 30U;

/// Columns of doubles on one layout.
struct Columns {
  frame::LayoutPtr layout;
  std::vector<frame::Column> held;
  [[nodiscard]] ColumnId id(std::size_t column) const { return held[column].id; }
};

/// Puts equally long columns onto the engine's nodes, in at least `groups` row groups.
Columns put(mr::Engine& engine, const std::vector<std::vector<double>>& columns,
            std::int64_t groups = 5);

/// Metrics on one node with one thread; `weights` may be empty.
Binomial binomial_of(const std::vector<double>& p1, const std::vector<double>& actual,
                     const std::vector<double>& weights = {}, std::int32_t gainslift_bins = -1);

/// A case of golden/metrics.tsv: what make_metrics.py wrote.
struct GoldenCase {
  std::vector<std::vector<double>> columns;
  std::map<std::string, double> values;
};
GoldenCase golden_case(const std::string& name);

/// A cell of a table as a number.
double number_at(const schema::Table& table, std::size_t column, std::size_t row);

}  // namespace neve::model::metrics::testing

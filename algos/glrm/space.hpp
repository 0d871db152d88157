#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/glrm/losses.hpp"
#include "algos/glrm/regularizers.hpp"

namespace neve::algos::glrm {

/// A column of the data and its cells in the low-rank product: one for a number or a column of two
/// values, one for each level of others.
struct Feature {
  std::int32_t column = 0;  ///< of the model's predictors
  std::int32_t first = 0;   ///< its first cell
  std::int32_t width = 1;
  CellLoss loss;
  bool is_categorical = false;
  double center = 0;  ///< numbers are fitted as (a - center) / scale
  double scale = 1;

  /// What the product's cells of this feature stand for: a number as it was fitted, or a level.
  [[nodiscard]] double impute(std::span<const double> cells) const;
  /// The same, of a number in the units of the data where that is asked for.
  [[nodiscard]] double reconstruct(std::span<const double> cells, bool original_units) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(column, first, width, loss, is_categorical, center, scale);
  }
};

/// How a row of data is cells of the product. Cells are in the order of the columns.
struct Space {
  std::vector<Feature> features;
  [[nodiscard]] std::size_t cells() const;
  /// Whether all losses are quadratic.
  [[nodiscard]] bool is_quadratic() const;
  /// Whether it fits predictors with these numbers of levels (0: a number).
  [[nodiscard]] bool is_sound(std::span<const std::size_t> levels) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(features);
  }
};

/// Writes a block as rows x cells() targets of the losses; NaN where a cell has no loss, as the
/// value is missing.
void read_targets(const Space& space, const model::ScoreBlock& block, std::vector<double>& out);

/// What a low-rank model is: Y, and what x of a row is to it.
struct Factors {
  Space space;
  std::size_t k = 0;
  std::vector<double> y;  ///< cells x k: a cell's column of Y after the other
  Penalty on_x;
  [[nodiscard]] std::span<const double> cell(std::size_t j) const {
    return std::span(y).subspan(j * k, k);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(space, k, y, on_x);
  }
};

}  // namespace neve::algos::glrm

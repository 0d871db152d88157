#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace neve::algos::linear {

/// What happens to a row with a missing predictor.
enum class Missing : std::uint8_t {
  fill,  ///< each column has a value that stands in
  skip   ///< the row does not count
};

/// A categorical predictor: one coefficient per level from `first_level` on, kept sparse.
struct CategoricalTerm {
  std::string name;
  std::vector<std::string> levels;
  std::int32_t fill = 0;         ///< level that stands in for missing and unseen ones
  std::int32_t first_level = 0;  ///< 1 where the first level is the reference
  std::int32_t offset = 0;       ///< index of the coefficient of `first_level`

  [[nodiscard]] std::int32_t level_count() const {
    return static_cast<std::int32_t>(levels.size());
  }
  /// None of a column that has no level but a reference.
  [[nodiscard]] std::int32_t coefficients() const {
    return std::max(0, level_count() - first_level);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, levels, fill, first_level, offset);
  }
};

/// A numeric predictor. Everything is computed on (x - center) / scale, whatever the user asked
/// for, and transformed back at the end: sums of squares of raw columns lose their digits.
struct NumericTerm {
  std::string name;
  double center = 0;
  double scale = 1;
  double fill = 0;   ///< raw value that stands in for missing ones
  double mean = 0;   ///< of the rows used; differs from `center` without an intercept
  double reach = 0;  ///< largest |x - center| / scale among the rows used
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, center, scale, fill, mean, reach);
  }
};

/// How the columns of a frame become the columns of a linear model. Coefficients are in the order:
/// categoricals (level by level), numerics, intercept.
///
/// A run over a frame gets its columns in the order of input_count(): categoricals, numerics, then
/// response, weights and offset, as far as the flags say that they are there.
struct Design {
  std::vector<CategoricalTerm> categoricals;
  std::vector<NumericTerm> numerics;
  Missing missing = Missing::fill;
  bool intercept = true;
  bool has_response = true;
  bool has_weights = false;
  bool has_offset = false;
  std::int32_t response_classes = 1;  ///< of a response that is one of several classes

  /// Sets the offsets of the categorical terms from their sizes.
  void place_coefficients();
  [[nodiscard]] std::int32_t categorical_size() const;
  /// Coefficients without the intercept.
  [[nodiscard]] std::int32_t slopes() const {
    return categorical_size() + static_cast<std::int32_t>(numerics.size());
  }
  /// All coefficients.
  [[nodiscard]] std::int32_t size() const { return slopes() + (intercept ? 1 : 0); }
  [[nodiscard]] std::size_t input_count() const {
    return categoricals.size() + numerics.size() + std::size_t{has_response} +
           std::size_t{has_weights} + std::size_t{has_offset};
  }
  /// What the column of a coefficient was divided by: 1 but for numerics.
  [[nodiscard]] double scale_of(std::size_t coefficient) const;
  /// "race.white", "age", …, and "Intercept" where there is one.
  [[nodiscard]] std::vector<std::string> coefficient_names() const;

  template <class Archive>
  void fields(Archive& archive) {
    archive(categoricals, numerics, missing, intercept, has_response, has_weights, has_offset,
            response_classes);
  }
};

/// Coefficients of centred and scaled columns to those of the raw columns. The result always has an
/// intercept last; it is 0 where the design has none.
std::vector<double> to_raw(const Design& design, const std::vector<double>& scaled);
/// The inverse of to_raw. Without an intercept in the design the last raw one is dropped.
std::vector<double> to_scaled(const Design& design, const std::vector<double>& raw);

}  // namespace neve::algos::linear

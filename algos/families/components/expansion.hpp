#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/families/components/transform.hpp"
#include "algos/families/linear/prepare.hpp"

namespace neve::algos::components {

/// A numeric column: (x - shift) · factor.
struct Number {
  std::int32_t column = 0;  ///< of the model's predictors
  double shift = 0;
  double factor = 1;
  double fill = 0;  ///< instead of what is missing; NaN where rows then have no components
  template <class Archive>
  void fields(Archive& archive) {
    archive(column, shift, factor, fill);
  }
};

/// A categorical column: 1 in the place of its level. What is missing, or no level of training, is
/// 0 everywhere, or `fill`.
struct Category {
  std::int32_t column = 0;
  std::int32_t levels = 0;
  std::int32_t first_level = 0;  ///< 1 where the first level has no place
  std::int32_t offset = 0;       ///< place of `first_level`
  std::int32_t fill = -1;        ///< a level; -1 for none
  template <class Archive>
  void fields(Archive& archive) {
    archive(column, levels, first_level, offset, fill);
  }
};

/// How a row becomes a vector: categories, those of most levels first, then numbers, each in the
/// order of the frame.
struct Expansion {
  std::vector<Category> categories;
  std::vector<Number> numbers;
  std::vector<std::string> names;  ///< of the vector's elements: "race.white", "age"
  [[nodiscard]] std::size_t size() const { return names.size(); }
  /// Whether it fits a model of columns with so many levels each (0: a number).
  [[nodiscard]] bool is_sound(const std::vector<std::size_t>& levels) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(categories, numbers, names);
  }
};

struct ExpansionOrder {
  Transform transform = Transform::none;
  bool use_all_factor_levels = false;
  bool impute_missing = false;  ///< else rows with a missing cell do not count
};

/// An expansion, the linear design that reads the same columns, and what one pass has found.
struct Expanded {
  Expansion expansion;
  linear::Prepared prepared;
  mr::Inputs inputs;  ///< of runs with that design
  std::int64_t rows = 0;
};

/// An element of a row's vector is factor · z + shift of what the design reads: z the level's
/// indicator, or the centred and scaled number.
struct Elements {
  std::vector<double> factors;
  std::vector<double> shifts;
  template <class Archive>
  void fields(Archive& archive) {
    archive(factors, shifts);
  }
};
Elements elements_of(const Expanded& expanded);

/// One pass over the training rows. Throws InputError for infinite values, and where no row counts.
Expanded expand(model::TrainContext& context, const ExpansionOrder& order);

}  // namespace neve::algos::components

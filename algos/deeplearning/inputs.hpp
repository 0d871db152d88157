#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <neve/model/dataset.hpp>
#include <neve/model/model.hpp>

#include "algos/deeplearning/network.hpp"

namespace neve::algos::deeplearning {

/// How predictors become inputs of a network: a number is centred and scaled, a level of a category
/// is an input of its own, as is what is missing or unknown to training.
struct InputPlan {
  struct Predictor {
    bool categorical = false;
    std::int32_t levels = 0;  ///< of the domain
    std::int32_t first = 0;   ///< input of the first level, before hashing
    double center = 0;
    double scale = 1;  ///< factor
    double fill = 0;   ///< stands in for missing numbers
    template <class Archive>
    void fields(Archive& archive) {
      archive(categorical, levels, first, center, scale, fill);
    }
  };
  std::vector<Predictor> predictors;  ///< as in the roles
  std::int32_t sparse = 0;            ///< inputs of categories
  std::int32_t hashed_from = 0;       ///< that would be, without a bound; 0 where none are shared
  bool all_levels = true;             ///< the first level of a category has an input, too
  std::size_t numbers = 0;
  std::size_t categories = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(predictors, sparse, hashed_from, all_levels, numbers, categories);
  }

  /// The input of a level, or -1; codes below 0 and beyond the domain are missing ones.
  [[nodiscard]] std::int32_t input_of(const Predictor& predictor, std::int32_t code) const;
  /// Appends the rows of a block, numbers and codes row by row.
  void append(const model::ScoreBlock& block, std::vector<float>& to_numbers,
              std::vector<std::int32_t>& to_codes) const;
  /// All inputs of some rows written out: 1 for the input that a row has of a category.
  void write_out(const InputRows& rows, std::span<float> out) const;
  /// Names of all inputs: "column.level" and "column.missing(NA)", then numbers.
  [[nodiscard]] std::vector<std::string> names(const model::ColumnRoles& roles) const;
  /// Whether it fits columns of these roles and a network of so many inputs.
  [[nodiscard]] bool is_sound(const model::ColumnRoles& roles) const;
};

/// What the plan needs to know about numbers, by predictor.
struct NumberFigures {
  double mean = 0;
  double deviation = 1;
};
/// `figures` has an entry for each predictor; those of categories are not read.
struct PlanChoices {
  bool standardize = true;
  bool all_levels = true;
  std::int32_t most_sparse = 0;
};
InputPlan plan_inputs(const model::ColumnRoles& roles, const std::vector<NumberFigures>& figures,
                      const PlanChoices& choices);

}  // namespace neve::algos::deeplearning

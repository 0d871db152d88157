#pragma once

#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/linear/part_sums.hpp"

namespace neve::algos::glm {

/// Weighted sums of a model's errors.
struct Errors {
  double squared = 0;
  double absolute = 0;
  double squared_log = 0;  ///< of logarithms of 1 + value; NaN where there is none
  void add(const Errors& other);
  template <class Archive>
  void fields(Archive& archive) {
    archive(squared, absolute, squared_log);
  }
};

/// Errors of the linear models of all folds, in one pass. The last column holds the fold of each
/// row.
struct FoldErrorsTask {
  static constexpr std::string_view name = "glm.fold_errors";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    linear::Parts parts;
    std::vector<std::vector<double>> betas;  ///< of each fold's model, in the design of the parts
    template <class Archive>
    void fields(Archive& archive) {
      archive(parts, betas);
    }
  };
  struct Partial {
    std::vector<Errors> training;  ///< of each fold's model, in the rows of all other folds
    std::vector<Errors> holdout;   ///< in the rows of its own
    template <class Archive>
    void fields(Archive& archive) {
      archive(training, holdout);
    }
  };
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::glm

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/glrm/fit_task.hpp"

namespace neve::algos::glrm {

/// What rows are to a model: a Partial of an ordered reduction.
struct RowSums {
  double loss = 0;
  double penalty_x = 0;
  double numeric_error = 0;  ///< squared distance of numbers to what they are reconstructed as
  std::int64_t category_errors = 0;  ///< levels that are reconstructed as others
  std::int64_t numbers = 0;          ///< that are not missing
  std::int64_t categories = 0;
  double squares = 0;          ///< of all targets; a level counts as 1
  std::vector<double> x_gram;  ///< Σ x x', k x k
  void merge(const RowSums& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(loss, penalty_x, numeric_error, category_errors, numbers, categories, squares, x_gram);
  }
};

/// Rows and how errors of numbers are measured.
struct MeasurePlan {
  RowsPlan rows;
  bool original_units = false;  ///< with the transformation undone
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, original_units);
  }
};

/// Sums of rows.
struct MeasureTask {
  static constexpr std::string_view name = "glrm.measure";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = MeasurePlan;
  using Partial = RowSums;
  static Partial zero(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// The same, and writes X: k columns.
struct RepresentTask {
  static constexpr std::string_view name = "glrm.represent";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = MeasurePlan;
  using Partial = RowSums;
  static Partial zero(const State& state) { return MeasureTask::zero(state); }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

}  // namespace neve::algos::glrm

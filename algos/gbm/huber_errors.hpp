#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

namespace neve::algos::gbm {

/// Errors of a regression, of which the huber deviance needs a quantile first: where squares turn
/// into lines is decided by the errors of the frame that is measured, as in H2O-3. A Partial, or a
/// member of one, of an ordered reduction; 8 bytes a row, 16 where weights differ.
struct HuberErrors {
  std::vector<double> errors;   ///< |response - prediction|
  std::vector<double> weights;  ///< empty while all are 1

  /// Adds rows. Those with NaN in either or without weight do not count; `row_weights` is empty
  /// where all are 1.
  void add_rows(std::span<const double> predicted, std::span<const double> actual,
                std::span<const double> row_weights);
  void merge(const HuberErrors& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(errors, weights);
  }
};

/// The mean huber deviance, with the errors' quantile at `alpha` as its delta; NaN without rows.
double mean_huber_deviance(const HuberErrors& errors, double alpha);

/// Gathers the errors of columns: prediction, response and, where there is one, weight.
struct HuberErrorTask {
  static constexpr std::string_view name = "gbm.huber_errors";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = mr::Nothing;
  using Partial = HuberErrors;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

}  // namespace neve::algos::gbm

#pragma once

#include <string_view>

#include <neve/model/metrics/regression.hpp>
#include <neve/mr/task.hpp>

namespace neve::model::metrics {

/// Gathers errors of the columns predicted, actual and, where given, weights.
struct RegressionTask {
  static constexpr std::string_view name = "metrics.regression";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = Deviance;
  using Partial = RegressionPartial;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

}  // namespace neve::model::metrics

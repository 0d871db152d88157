#pragma once

#include <string_view>

#include <neve/model/metrics/binomial.hpp>
#include <neve/mr/task.hpp>

namespace neve::model::metrics {

/// Gathers scores and errors of the columns p1, actual and, where given, weights.
struct BinomialTask {
  static constexpr std::string_view name = "metrics.binomial";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = mr::Nothing;
  using Partial = BinomialPartial;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

}  // namespace neve::model::metrics

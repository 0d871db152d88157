#pragma once

#include <string_view>

#include <neve/mr/task.hpp>

#include "algos/families/linear/design.hpp"

namespace neve::algos::linear {

/// Writes what a design means, a column per slope: 1 in rows of a level and 0 elsewhere, then
/// numerics, centred and scaled. Columns are the design's terms. Missing values are filled.
struct ExpandTask {
  static constexpr std::string_view name = "linear.expand";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = Design;
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& design, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::algos::linear

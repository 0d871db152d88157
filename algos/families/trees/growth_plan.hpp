#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <neve/model/dataset.hpp>

#include "algos/families/trees/grow.hpp"
#include "algos/families/trees/sketch.hpp"
#include "algos/families/trees/tree_parameters.hpp"

namespace neve::algos::trees {

/// How a model's trees grow on its columns.
struct GrowthPlan {
  GrowSettings grow;
  BinSettings bins;
  bool random_by_turns = false;  ///< histogram_type RoundRobin: every second tree draws thresholds
  std::int32_t random_thresholds = 0;  ///< how many, where thresholds are drawn
  /// As TreeRequest has it, for the trees of an iteration, counted from 0.
  [[nodiscard]] std::int32_t thresholds_of(std::size_t iteration) const {
    return random_by_turns && iteration % 2 == 0 ? 0 : random_thresholds;
  }
};

/// What the parameters say about it.
GrowthPlan growth_plan(const TreeParameters& parameters, std::uint64_t seed);
std::vector<PredictorKind> predictor_kinds(const model::ColumnRoles& roles);

}  // namespace neve::algos::trees

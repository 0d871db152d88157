#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "algos/families/trees/tree_parameters.hpp"

namespace neve::algos::gbm {

using trees::DistributionChoice;

/// A column and the direction in which predictions may change with it.
struct MonotoneConstraint {
  std::string key;
  double value = 0;
  static const schema::Schema& schema();
};

/// What a user may say about a GBM. Help and levels are in parameters.cpp.
struct Parameters : trees::TreeParameters {
  double learn_rate = 0.1;
  double learn_rate_annealing = 1;
  double quantile_alpha = 0.5;
  double tweedie_power = 1.5;
  double huber_alpha = 0.9;
  double col_sample_rate = 1;
  trees::GrowPolicy grow_policy = trees::GrowPolicy::depthwise;
  std::int32_t max_leaves = 0;
  double max_abs_leafnode_pred = std::numeric_limits<double>::max();
  double pred_noise_bandwidth = 0;
  std::optional<std::string> custom_distribution_func;
  std::optional<std::string> in_training_checkpoints_dir;
  std::int32_t in_training_checkpoints_tree_interval = 1;
  std::optional<std::vector<MonotoneConstraint>> monotone_constraints;
  std::optional<std::vector<std::vector<std::string>>> interaction_constraints;
  bool auto_rebalance = true;

  static const schema::Schema& schema();
};

}  // namespace neve::algos::gbm

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

#include "algos/families/trees/choices.hpp"

namespace neve::algos::gbm {

using trees::CalibrationMethod;
using trees::DistributionChoice;
using trees::HistogramType;

/// A column and the direction in which predictions may change with it.
struct MonotoneConstraint {
  std::string key;
  double value = 0;
  static const schema::Schema& schema();
};

/// What a user may say about a GBM. Help and levels are in parameters.cpp.
struct Parameters : model::CommonParameters {
  std::int32_t score_tree_interval = 0;
  std::int32_t ntrees = 50;
  std::int32_t max_depth = 5;
  double min_rows = 10;
  std::int32_t nbins = 20;
  std::int32_t nbins_top_level = 1024;
  std::int32_t nbins_cats = 1024;
  double r2_stopping = std::numeric_limits<double>::max();
  bool build_tree_one_node = false;
  double learn_rate = 0.1;
  double learn_rate_annealing = 1;
  DistributionChoice distribution = DistributionChoice::automatic;
  double quantile_alpha = 0.5;
  double tweedie_power = 1.5;
  double huber_alpha = 0.9;
  double sample_rate = 1;
  std::optional<std::vector<double>> sample_rate_per_class;
  double col_sample_rate = 1;
  double col_sample_rate_change_per_level = 1;
  double col_sample_rate_per_tree = 1;
  double min_split_improvement = 1e-5;
  HistogramType histogram_type = HistogramType::automatic;
  double max_abs_leafnode_pred = std::numeric_limits<double>::max();
  double pred_noise_bandwidth = 0;
  bool calibrate_model = false;
  schema::FrameRef calibration_frame;
  CalibrationMethod calibration_method = CalibrationMethod::automatic;
  std::optional<std::string> custom_distribution_func;
  std::optional<std::string> in_training_checkpoints_dir;
  std::int32_t in_training_checkpoints_tree_interval = 1;
  std::optional<std::vector<MonotoneConstraint>> monotone_constraints;
  bool check_constant_response = true;
  std::optional<std::vector<std::vector<std::string>>> interaction_constraints;
  bool auto_rebalance = true;

  static const schema::Schema& schema();
};

}  // namespace neve::algos::gbm

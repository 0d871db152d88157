#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

#include "algos/families/trees/choices.hpp"

namespace neve::algos::drf {

using trees::CalibrationMethod;
using trees::DistributionChoice;
using trees::HistogramType;

/// What a user may say about a random forest. Help and levels are in parameters.cpp.
struct Parameters : model::CommonParameters {
  std::int32_t score_tree_interval = 0;
  std::int32_t ntrees = 50;
  std::int32_t max_depth = 20;
  double min_rows = 1;
  std::int32_t nbins = 20;
  std::int32_t nbins_top_level = 1024;
  std::int32_t nbins_cats = 1024;
  double r2_stopping = std::numeric_limits<double>::max();
  bool build_tree_one_node = false;
  std::int32_t mtries = -1;
  double sample_rate = 0.632;
  std::optional<std::vector<double>> sample_rate_per_class;
  bool binomial_double_trees = false;
  double col_sample_rate_change_per_level = 1;
  double col_sample_rate_per_tree = 1;
  double min_split_improvement = 1e-5;
  HistogramType histogram_type = HistogramType::automatic;
  bool calibrate_model = false;
  schema::FrameRef calibration_frame;
  CalibrationMethod calibration_method = CalibrationMethod::automatic;
  DistributionChoice distribution = DistributionChoice::automatic;
  bool check_constant_response = true;

  static const schema::Schema& schema();
};

}  // namespace neve::algos::drf

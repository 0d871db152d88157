#pragma once

#include <cstdint>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>

namespace neve::algos::extendedisolationforest {

/// What a user may say about an extended isolation forest. Help and levels are in parameters.cpp.
struct Parameters : model::CommonParameters {
  std::int32_t score_tree_interval = 0;
  std::int32_t ntrees = 100;
  std::int64_t sample_size = 256;
  std::int32_t extension_level = 0;
  bool disable_training_metrics = true;

  static const schema::Schema& schema();
};

}  // namespace neve::algos::extendedisolationforest

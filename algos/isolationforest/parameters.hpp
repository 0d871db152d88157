#pragma once

#include <cstdint>

#include "algos/families/trees/tree_parameters.hpp"

namespace neve::algos::isolationforest {

/// What a user may say about an isolation forest. Help and levels are in parameters.cpp.
struct Parameters : trees::TreeParameters {
  Parameters() {
    max_depth = 8;
    min_rows = 1;
    sample_rate = kNoRate;
    stopping_tolerance = 0.01;
  }
  static constexpr double kNoRate = -1;           ///< sample_size says how many rows
  static constexpr double kNoContamination = -1;  ///< there are scores only
  std::int32_t mtries = -1;
  std::int64_t sample_size = 256;
  double contamination = kNoContamination;
  schema::ColumnName validation_response_column;

  static const schema::Schema& schema();
};

}  // namespace neve::algos::isolationforest

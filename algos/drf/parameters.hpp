#pragma once

#include <cstdint>

#include "algos/families/trees/tree_parameters.hpp"

namespace neve::algos::drf {

using trees::DistributionChoice;

/// What a user may say about a random forest. Help and levels are in parameters.cpp.
struct Parameters : trees::TreeParameters {
  Parameters() {
    max_depth = 20;
    min_rows = 1;
    sample_rate = 0.632;
  }
  std::int32_t mtries = -1;
  bool binomial_double_trees = false;

  static const schema::Schema& schema();
};

}  // namespace neve::algos::drf

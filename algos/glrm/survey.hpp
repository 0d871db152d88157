#pragma once

#include <neve/model/algorithm.hpp>

#include "algos/glrm/parameters.hpp"
#include "algos/glrm/space.hpp"

namespace neve::algos::glrm {

/// What training knows of its columns before it begins.
struct Survey {
  Space space;
  bool has_gaps = false;
};

/// Looks at the training columns once. Throws InputError for infinite values, and for values that a
/// column's loss cannot be taken of.
Survey survey(model::TrainContext& context, const Parameters& parameters);

}  // namespace neve::algos::glrm

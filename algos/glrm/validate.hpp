#pragma once

#include <neve/model/algorithm.hpp>

#include "algos/glrm/parameters.hpp"

namespace neve::algos::glrm {

/// Checks that need no data.
void validate(const Parameters& parameters, model::Messages& messages);

/// Checks against the columns.
void validate_columns(const Parameters& parameters, const frame::Frame& training,
                      model::Messages& messages);

}  // namespace neve::algos::glrm

#pragma once

#include <neve/model/algorithm.hpp>

#include "algos/extendedisolationforest/parameters.hpp"

namespace neve::algos::extendedisolationforest {

/// Checks that need no data.
void validate(const Parameters& parameters, model::Messages& messages);
/// Checks of the training frame.
void check_training(const Parameters& parameters, const frame::Frame& training,
                    model::Messages& messages);
/// Throws InputError where tests would need more columns than there are to learn from.
void check_extension(const Parameters& parameters, std::size_t columns);

}  // namespace neve::algos::extendedisolationforest

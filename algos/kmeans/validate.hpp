#pragma once

#include <neve/model/algorithm.hpp>

#include "algos/kmeans/parameters.hpp"

namespace neve::algos::kmeans {

/// Checks that need no data.
void validate(const Parameters& parameters, model::Messages& messages);

}  // namespace neve::algos::kmeans

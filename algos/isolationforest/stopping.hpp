#pragma once

#include <span>

#include "algos/families/trees/stopping.hpp"
#include "algos/isolationforest/parameters.hpp"

namespace neve::algos::isolationforest {

/// Whether a metric of the labelled validation rows decides, instead of the mean path length.
bool stops_by_labels(const Parameters& parameters);

/// The rule that the parameters ask for.
trees::StoppingRule stopping_rule(const Parameters& parameters);

/// As trees::should_stop() where labels decide. Mean path lengths have no better side: training
/// stops where none of the later moving averages is off the first by more than the tolerance,
/// relatively.
bool should_stop(const Parameters& parameters, std::span<const double> scores);

}  // namespace neve::algos::isolationforest

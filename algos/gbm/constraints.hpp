#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/families/trees/tree.hpp"
#include "algos/gbm/parameters.hpp"

namespace neve::algos::gbm {

/// Checks monotone_constraints and interaction_constraints against the training frame.
void check_constraints(const Parameters& parameters, const frame::Frame& training,
                       model::Messages& messages);

/// Per predictor: 1 or -1 where predictions may only rise or fall with it; empty without any.
std::vector<std::int8_t> directions_of(const Parameters& parameters,
                                       std::span<const std::string> predictors);

/// Per predictor those that may be tested below it: all that share a group with it. None where it
/// is in no group. Empty without groups.
std::vector<std::vector<std::int32_t>> interactions_of(const Parameters& parameters,
                                                       std::span<const std::string> predictors);

/// Moves the values of a tree's nodes so that they keep to the directions: below a test of such a
/// column, those on the left stay on one side of the middle between both children's values, those
/// on the right on the other. Tests for missing values alone have no direction.
void keep_to_directions(const trees::Tree& tree, std::span<const std::int8_t> directions,
                        std::vector<double>& values);

}  // namespace neve::algos::gbm

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "algos/deeplearning/network.hpp"
#include "algos/deeplearning/objective.hpp"

namespace neve::algos::deeplearning::testing {

/// Factor on an input or unit of a row.
using Kept = std::function<double(std::size_t layer, std::size_t row, std::size_t unit)>;
/// Told of each unit's activation.
using Note =
    std::function<void(std::size_t layer, std::size_t row, std::size_t unit, double value)>;

/// A network as the textbook has it, in double precision, every input written out.
std::vector<double> plain_sums(const Network& network, const std::vector<double>& inputs,
                               std::size_t row, const Kept& kept, const Note& note = {});

double plain_class_loss(ClassLoss loss, const std::vector<double>& sums, std::size_t actual);

/// The loss of one row from its sums.
double plain_loss_of(const Objective& of, const std::vector<double>& sums, double response,
                     double offset);

}  // namespace neve::algos::deeplearning::testing

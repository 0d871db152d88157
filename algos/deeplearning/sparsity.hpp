#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "algos/deeplearning/network.hpp"

namespace neve::algos::deeplearning {

/// Holds the mean activation of each hidden unit to a value, so that few units answer to a row: for
/// a unit of mean m the loss has beta/2 · (m − target)², and what it says moves the unit's bias
/// only (Lee, Ekanadham and Ng 2008, section 3). Unlike the divergence of Ng's notes (2011), it
/// knows of no bounds of activations. As in H2O-3.
struct Sparsity {
  double beta = 0;  ///< 0: units are free
  double target = 0;
};

/// Running means of activations, a value for each unit, by hidden layer; empty where units are
/// free. They begin at the target: nothing is held against a unit before it has been seen.
using MeanActivations = std::vector<std::vector<float>>;
MeanActivations start_activations(const Network& network, const Sparsity& sparsity);

/// Takes rows × units of a layer into its means, each row with its share, and adds the slope of the
/// loss by each unit's bias to the gradient. Rows of long ago count for less: each row leaves
/// 0.999 of what was before.
void hold_activations(const Sparsity& sparsity, std::span<const float> units,
                      std::span<const float> shares, std::span<float> means,
                      std::span<float> gradient);

}  // namespace neve::algos::deeplearning

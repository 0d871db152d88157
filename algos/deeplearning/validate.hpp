#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/deeplearning/network.hpp"
#include "algos/deeplearning/objective.hpp"
#include "algos/deeplearning/optimizer.hpp"
#include "algos/deeplearning/parameters.hpp"
#include "algos/deeplearning/sparsity.hpp"

namespace neve::algos::deeplearning {

/// Checks that need no data; refuses values whose work is not built.
void validate(const Parameters& parameters, model::Messages& messages);
/// The category that distribution and response give together.
model::Category category(const Parameters& parameters, const model::ColumnRoles& roles,
                         model::Messages& messages);
/// Warns of a regression that was probably meant as a classification; refuses values that the
/// distribution cannot have.
void check_response(const Parameters& parameters, const model::ColumnRange& response,
                    model::Messages& messages);
/// Adds an error for each parameter with which training cannot go on from a model.
void check_checkpoint(const Parameters& parameters, const model::Model& checkpoint,
                      model::Messages& messages);

/// What AUTO comes to.
struct Settled {
  DistributionChoice distribution = DistributionChoice::gaussian;
  LossChoice loss = LossChoice::quadratic;
};
Settled settle(const Parameters& parameters, model::Category category);
/// The objective of these, center and scale aside.
Objective objective_of(const Parameters& parameters, model::Category category);

Activation activation_of(const Parameters& parameters);
/// Shares of units that each hidden layer leaves out; empty without dropout.
std::vector<double> hidden_dropout(const Parameters& parameters);
StepRule step_rule(const Parameters& parameters);
Sparsity sparsity_of(const Parameters& parameters);

}  // namespace neve::algos::deeplearning

#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/gbm/gbm_model.hpp"
#include "algos/gbm/parameters.hpp"

namespace neve::algos::gbm {

/// Checks that training can go on from a model with these parameters.
void check_checkpoint(const Parameters& parameters, const model::Model& checkpoint,
                      model::Messages& messages);

/// Throws InputError where the columns of a training are not those of the model that it goes on
/// from.
void check_same_columns(const model::ColumnRoles& roles, const GbmModel& checkpoint);

/// Σ gain per predictor, of all trees that a model has.
std::vector<double> gains_of(const GbmModel& model);

}  // namespace neve::algos::gbm

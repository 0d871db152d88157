#pragma once

#include <neve/model/algorithm.hpp>

#include "algos/gbm/distribution.hpp"
#include "algos/gbm/parameters.hpp"

namespace neve::algos::gbm {

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
/// Where models of fewer trees are written while training; empty for nowhere.
std::string snapshot_folder(const Parameters& parameters);
/// The distribution that AUTO means for this category.
Distribution settle_distribution(const Parameters& parameters, model::Category category);
/// Its name as the parameter has it.
DistributionChoice choice_of(Family family);

}  // namespace neve::algos::gbm

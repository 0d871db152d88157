#pragma once

#include <neve/model/algorithm.hpp>

#include "algos/drf/parameters.hpp"

namespace neve::algos::drf {

/// Checks that need no data; refuses values whose work is not built.
void validate(const Parameters& parameters, model::Messages& messages);
/// The category that the response has; adds messages where parameters do not fit it.
model::Category category(const Parameters& parameters, const model::ColumnRoles& roles,
                         model::Messages& messages);
/// Warns of a regression that was probably meant as a classification.
void check_response(const Parameters& parameters, const model::ColumnRange& response,
                    model::Messages& messages);
/// Adds an error for each parameter with which training cannot go on from a model.
void check_checkpoint(const Parameters& parameters, const model::Model& checkpoint,
                      model::Messages& messages);
/// How many columns that vary are drawn for a split, of so many.
std::int32_t columns_per_split(const Parameters& parameters, model::Category category,
                               std::int32_t columns);

}  // namespace neve::algos::drf

#pragma once

#include <neve/model/algorithm.hpp>

#include "algos/families/linear/response.hpp"
#include "algos/glm/parameters.hpp"

namespace neve::algos::glm {

/// Checks that need no data.
void validate(const Parameters& given, model::Messages& messages);
/// Parameters that name further frames, and what they name.
std::vector<std::pair<std::string, std::string>> further_frames(const Parameters& parameters);
/// Kind of answer for this response; adds messages where family and response do not fit.
model::Category category(const Parameters& given, const model::ColumnRoles& roles,
                         model::Messages& messages);
/// Checks of a numeric response: classes must be written as 0 and 1.
void check_response(const Parameters& parameters, const model::ColumnRange& response,
                    model::Messages& messages);
/// Adds an error for each parameter with which training cannot go on from the checkpoint.
void check_checkpoint(const Parameters& parameters, const model::Model& checkpoint,
                      model::Messages& messages);
/// Family and link with AUTO and family_default settled. The parameters passed validate().
linear::Response settle_response(const Parameters& parameters, const model::ColumnRoles& roles);

}  // namespace neve::algos::glm

#pragma once

#include <optional>
#include <string>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/glrm/parameters.hpp"

namespace neve::algos::glrm {

/// The loss of each predictor: what is said of it, or that of its kind. Adds an error where what is
/// said does not fit the columns.
std::vector<Loss> losses_of(const Parameters& parameters, const model::ColumnRoles& roles,
                            model::Messages& messages);

}  // namespace neve::algos::glrm

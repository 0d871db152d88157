#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>

#include "rest/router.hpp"

namespace neve::rest {

/// The routes of the algorithms' own requests.
Resource actions_of(const std::vector<const model::Algorithm*>& algorithms);

}  // namespace neve::rest

#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>

namespace neve::algos::glm {

/// POST /3/MakeUnrestrictedGLMModel and POST /3/MakeDerivedGLMModel: a copy of a model with control
/// variables, or whose offset was removed, that scores with all or more of what it was trained
/// with.
std::vector<model::Action> derived_actions();

}  // namespace neve::algos::glm

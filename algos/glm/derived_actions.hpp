#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>

namespace neve::algos::glm {

/// POST /3/MakeUnrestrictedGLMModel and POST /3/MakeDerivedGLMModel: a copy of a model with control
/// variables that predicts with them.
std::vector<model::Action> derived_actions();

}  // namespace neve::algos::glm

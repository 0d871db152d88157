#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>

namespace neve::algos::glm {

/// GET /3/GetGLMRegPath and POST /3/MakeGLMModel.
std::vector<model::Action> actions();

}  // namespace neve::algos::glm

#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>

namespace neve::algos::glm {

/// GET /3/ComputeGram and POST /3/DataInfoFrame: what a GLM would make of a frame.
std::vector<model::Action> frame_actions();

}  // namespace neve::algos::glm

#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>

namespace neve::algos::targetencoder {

/// Requests about target encoders beside training and scoring.
std::vector<model::Action> actions();

}  // namespace neve::algos::targetencoder

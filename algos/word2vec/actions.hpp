#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>

namespace neve::algos::word2vec {

/// GET /3/Word2VecSynonyms and /3/Word2VecTransform.
std::vector<model::Action> actions();

}  // namespace neve::algos::word2vec

#pragma once

#include <string>
#include <vector>

#include <neve/model/algorithm.hpp>

namespace neve::algos::word2vec {

/// Adds an error unless the first column is of strings and all others, one at least, of numbers.
void check_pre_trained(const frame::Frame& frame, model::Messages& messages);

/// The words of such a frame and their vectors, without rows that have no word or one that was
/// there before, of which `warnings` tell. Throws InputError for other frames, and where a number
/// is missing or infinite.
model::WordVectors read_pre_trained(mr::Engine& engine, const frame::Frame& frame,
                                    std::vector<std::string>& warnings);

}  // namespace neve::algos::word2vec

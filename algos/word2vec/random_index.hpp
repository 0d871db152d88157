#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <neve/base/pool.hpp>

#include "algos/word2vec/shard.hpp"
#include "algos/word2vec/weights.hpp"

namespace neve::algos::word2vec {

/// Where words begin: by random indexing (Kanerva, Kristofersson and Holst 2000). Each word has
/// random signs, one for each dimension, and begins in the direction of the sum of those that stood
/// around it, so that words which are used alike begin near each other. Learning from random
/// vectors would have to find that first; for rare words an epoch does not suffice.
class RandomIndex {
 public:
  RandomIndex(std::size_t length, std::size_t window) : length_(length), window_(window) {}
  /// Adds to the words' vectors what stands beside them: all that falls in the same run of about
  /// two windows.
  void add(const Batch& batch, Weights& weights, Pool& pool) const;
  /// Takes off what words have of any text, by `counts` of words, and makes the vectors 1 long.
  /// Words that stood alone are drawn by `seed`.
  void finish(Weights& weights, std::span<const double> counts, std::uint64_t seed,
              Pool& pool) const;

 private:
  bool point(std::span<float> row, std::span<const double> sums, double share) const;
  std::size_t length_;
  std::size_t window_;
};

}  // namespace neve::algos::word2vec

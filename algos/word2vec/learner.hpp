#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/base/rng.hpp>

#include "algos/word2vec/huffman.hpp"
#include "algos/word2vec/shard.hpp"
#include "algos/word2vec/weights.hpp"

namespace neve::algos::word2vec {

/// Learns from one batch of words after the other. A batch is cut into `shards` runs of words, each
/// of which goes through its words one by one, on weights of its own where it moves any; what the
/// shards changed is then added in their order. The same bits for any number of threads.
class Learner {
 public:
  Learner(const Tree& tree, const Settings& settings, std::size_t shards, Weights weights);
  /// Moves the weights; `windows` draws how far each row looks around.
  void learn(const Batch& batch, const CounterRng& windows, float rate, Pool& pool);
  [[nodiscard]] const Weights& weights() const { return weights_; }
  /// Bytes of all that it holds, weights included.
  static std::int64_t byte_size(std::size_t words, std::size_t length, const Tree& tree,
                                std::size_t shards);

 private:
  void join(float rate, Pool& pool);
  void join_rows(std::size_t part, float rate);
  Weights weights_;
  std::vector<Shard> shards_;
  std::vector<float> steps_;   ///< by row: of all shards
  std::vector<float> shares_;  ///< by row: how far each shard has come, summed
};

}  // namespace neve::algos::word2vec

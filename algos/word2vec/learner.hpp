#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/base/rng.hpp>

#include "algos/word2vec/huffman.hpp"
#include "algos/word2vec/shard.hpp"
#include "algos/word2vec/weights.hpp"

namespace neve::algos::word2vec {

/// Learns from one batch of words after the other. A batch is cut into `shards` runs of words, each
/// of which goes through its words one by one: on the weights themselves where no other run moves
/// them, and on copies of the others; what the shards changed there is then added in their order.
/// The same bits for any number of threads.
class Learner {
 public:
  /// Of 1 to Users::kMostShards shards.
  Learner(const Tree& tree, const Settings& settings, std::size_t shards, Weights weights);
  /// Moves the weights; `windows` draws how far each row looks around.
  void learn(const Batch& batch, const CounterRng& windows, float rate, Pool& pool);
  [[nodiscard]] const Weights& weights() const { return weights_; }
  /// Between two batches.
  [[nodiscard]] Weights& weights() { return weights_; }
  /// At the end.
  Weights release() { return std::move(weights_); }
  /// Bytes of all that it holds, weights included.
  static std::int64_t byte_size(std::size_t words, std::size_t length, const Tree& tree,
                                std::size_t shards);

 private:
  void join(const Shard& shard, std::size_t begin, std::size_t end, float rate);
  void join_row(std::size_t row, std::uint8_t users, float rate);
  Weights weights_;
  Users users_;
  std::vector<Shard> shards_;
};

}  // namespace neve::algos::word2vec

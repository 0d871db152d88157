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
  static constexpr std::int32_t kEnd = -1;
  /// A shard's copy of a row, and the next shard's.
  struct Link {
    const float* values = nullptr;
    float curvature = 0;
    std::int32_t next = kEnd;
  };
  /// Rows that are joined together.
  struct Part {
    std::vector<std::int32_t> rows;
    std::vector<Link> links;
    std::vector<float> change;
  };
  void join(std::size_t part, float rate);
  void link(std::size_t part);
  void join_row(Part& part, std::size_t row, float rate);
  Weights weights_;
  std::vector<Shard> shards_;
  std::vector<Part> parts_;
  std::vector<std::int32_t> heads_;  ///< by row: the first of its links, kEnd without
};

}  // namespace neve::algos::word2vec

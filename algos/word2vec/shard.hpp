#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/word2vec/huffman.hpp"
#include "algos/word2vec/parameters.hpp"
#include "algos/word2vec/weights.hpp"
#include "algos/word2vec/window_step.hpp"

namespace neve::algos::word2vec {

/// How to learn.
struct Settings {
  WordModel model = WordModel::skip_gram;
  std::size_t window = 5;
};

/// Words that follow each other.
struct Batch {
  static constexpr std::int32_t kSentenceEnd = -1;
  std::vector<std::int32_t> words;  ///< numbers of the vocabulary, or kSentenceEnd
  std::vector<std::int64_t> rows;   ///< of the frame: index of random numbers
  void clear() {
    words.clear();
    rows.clear();
  }
};

/// Which shards of a batch move a row of the weights: a bit for each. Shards may mark theirs at the
/// same time.
class Users {
 public:
  static constexpr std::size_t kMostShards = 8;
  explicit Users(std::size_t rows) : shards_(rows) {}
  /// False where the shard has marked it before.
  bool mark(std::size_t row, std::uint8_t shard) {
    if ((of(row) & shard) != 0) return false;
    shards_[row].fetch_or(shard, std::memory_order_relaxed);
    return true;
  }
  [[nodiscard]] std::uint8_t of(std::size_t row) const {
    return shards_[row].load(std::memory_order_relaxed);
  }
  void clear(std::size_t row) { shards_[row].store(0, std::memory_order_relaxed); }

 private:
  std::vector<std::atomic<std::uint8_t>> shards_;
};

/// A run of a batch's words, learnt from one by one. Rows that no other shard moves are moved where
/// they are, the others in a copy. For each batch: mark(), and when all shards have, learn(), and
/// when all have and the copies are joined, clear().
class Shard {
 public:
  Shard(std::size_t index, const Tree& tree, const Settings& settings, const Weights& weights);
  /// Tells which rows it will move for the words of `batch` from `begin` to `end`; of words before
  /// and behind, only those rows that are near enough to be looked at.
  void mark(const Weights& weights, const Batch& batch, std::size_t begin, std::size_t end,
            Users& users);
  void learn(Weights& weights, const Users& users, const Batch& batch, const CounterRng& windows,
             float rate);
  void clear(Users& users);

  /// Rows that other shards move too.
  [[nodiscard]] std::span<const std::int32_t> shared() const { return shared_; }
  /// One of these, as it has become.
  [[nodiscard]] const float* copy_of(std::size_t row) const {
    return copies_.data() + static_cast<std::size_t>(places_[row]) * stride_;
  }
  /// The curvature of the loss along all steps of one of these.
  [[nodiscard]] float curvature_of(std::size_t row) const {
    return curvatures_[unused_ + static_cast<std::size_t>(places_[row])];
  }

 private:
  static constexpr std::int32_t kInPlace = -1;
  void copy_shared(const Weights& weights, const Users& users);
  std::size_t gather_inputs(Weights& weights, const Batch& batch, std::size_t at,
                            std::size_t reach);
  std::size_t gather_nodes(Weights& weights, std::size_t word, float curvature);
  float* find(Weights& weights, std::int32_t row, std::size_t other, float curvature);
  std::uint8_t bit_;
  const Tree* tree_;
  Settings settings_;
  WindowStep step_;
  std::size_t stride_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::vector<std::int32_t> rows_;    ///< all that it moves
  std::vector<std::int32_t> shared_;  ///< those of them that are copied
  std::vector<std::int32_t> places_;  ///< by row: of its copy, or kInPlace
  Floats copies_;
  std::vector<float> curvatures_;  ///< by place, behind `unused_` of no place
  std::vector<float*> inputs_;
  std::vector<float*> nodes_;
  std::size_t unused_;
};

}  // namespace neve::algos::word2vec

#pragma once

#include <array>
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

/// Copies of those weights that a shard moves, each made when it is first needed.
class MovedRows {
 public:
  explicit MovedRows(const Weights& weights)
      : stride_(weights.stride), places_(weights.rows(), kNone) {}
  /// The place of a row's copy.
  std::int32_t place(const Weights& weights, std::int32_t row);
  [[nodiscard]] float* at(std::int32_t place) {
    return values_.data() + static_cast<std::size_t>(place) * stride_;
  }
  /// The product of the row with itself, as it was copied.
  [[nodiscard]] float square(std::int32_t place) const {
    return squares_[static_cast<std::size_t>(place)];
  }
  /// Counts a step, or several, by the curvature of the loss along the gradients that were
  /// followed.
  void count_step(std::int32_t place, float curvature) {
    curvatures_[static_cast<std::size_t>(place)] += curvature;
  }
  /// Sorts the copies into parts.
  void sort_parts();
  void clear();
  /// A row belongs to the part that its number gives modulo this one.
  static constexpr std::size_t kParts = 16;
  /// After sort_parts(): places of a part's rows.
  [[nodiscard]] std::span<const std::int32_t> places(std::size_t part) const {
    return parts_[part];
  }
  [[nodiscard]] std::size_t row(std::int32_t place) const {
    return static_cast<std::size_t>(rows_[static_cast<std::size_t>(place)]);
  }
  [[nodiscard]] float curvature(std::int32_t place) const {
    return curvatures_[static_cast<std::size_t>(place)];
  }
  [[nodiscard]] const float* values(std::int32_t place) const {
    return values_.data() + static_cast<std::size_t>(place) * stride_;
  }

 private:
  static constexpr std::int32_t kNone = -1;
  std::size_t stride_;
  std::vector<std::int32_t> places_;  ///< by row
  std::vector<std::int32_t> rows_;    ///< by place
  std::vector<float> squares_;        ///< by place
  std::vector<float> curvatures_;     ///< by place: of all steps
  std::vector<float> values_;
  std::array<std::vector<std::int32_t>, kParts> parts_;
};

/// A run of a batch's words, learnt from one by one.
class Shard {
 public:
  Shard(const Tree& tree, const Settings& settings, const Weights& weights);
  /// Goes through the words of `batch` from `begin` to `end`; those before and behind are looked
  /// at only. moved() has what became of the weights.
  void learn(const Weights& weights, const Batch& batch, std::size_t begin, std::size_t end,
             const CounterRng& windows, float rate);
  [[nodiscard]] const MovedRows& moved() const { return moved_; }
  /// Before the next batch.
  void clear() { moved_.clear(); }

 private:
  void gather(const Weights& weights, const Batch& batch, std::size_t at, std::size_t reach);
  void skip_gram(std::span<const float> labels, float rate);
  void bag_of_words(std::span<const float> labels, float rate);
  void count_mean_step(float rate);
  const Tree* tree_;
  Settings settings_;
  MovedRows moved_;
  WindowStep step_;
  std::size_t stride_;
  std::vector<std::int32_t> input_places_;
  std::vector<std::int32_t> node_places_;
  std::vector<float*> inputs_;
  std::vector<float*> nodes_;
  std::vector<float> mean_;
  std::vector<float> mean_before_;
};

}  // namespace neve::algos::word2vec

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace neve::algos::word2vec {

/// What is learnt: a vector for each word, then one for each inner node of the tree.
struct Weights {
  std::size_t words = 0;
  std::size_t stride = 0;  ///< floats from one vector to the next
  std::vector<float> values;

  static Weights zeros(std::size_t words, std::size_t length);
  /// Words within ±0.5 / sqrt(length), drawn by `seed`, and nodes at 0.
  static Weights drawn(std::size_t words, std::size_t length, std::uint64_t seed);
  /// Draws the vector of one word, as drawn() does.
  void draw(std::size_t word, std::size_t length, std::uint64_t seed);
  static std::int64_t byte_size(std::size_t words, std::size_t length);
  /// Rows of all: words and nodes.
  [[nodiscard]] std::size_t rows() const { return words == 0 ? 0 : 2 * words - 1; }
  /// The row of an inner node.
  [[nodiscard]] std::int32_t node_row(std::int32_t node) const {
    return static_cast<std::int32_t>(words) + node;
  }
  [[nodiscard]] float* row(std::size_t at) { return values.data() + at * stride; }
  [[nodiscard]] const float* row(std::size_t at) const { return values.data() + at * stride; }
  template <class Archive>
  void fields(Archive& archive) {
    archive(words, stride, values);
  }
};

}  // namespace neve::algos::word2vec

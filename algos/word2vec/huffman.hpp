#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace neve::algos::word2vec {

/// The way from the root of a binary tree to each word: hierarchical softmax multiplies the
/// probabilities of the turns on it (Morin and Bengio 2005).
struct Tree {
  std::vector<std::int64_t> begins = {0};  ///< of each word's way in the other two; then their size
  std::vector<std::int32_t> nodes;         ///< inner nodes, the root first on each way
  /// 1 where the way turns left at that node, else 0; then kLabelRoom zeros.
  std::vector<float> labels;

  /// So that labels can be read eight at a time.
  static constexpr std::size_t kLabelRoom = 7;

  [[nodiscard]] std::size_t words() const { return begins.size() - 1; }
  [[nodiscard]] std::size_t length(std::size_t word) const {
    return static_cast<std::size_t>(begins[word + 1] - begins[word]);
  }
  [[nodiscard]] std::span<const std::int32_t> nodes_of(std::size_t word) const {
    return std::span(nodes).subspan(static_cast<std::size_t>(begins[word]), length(word));
  }
  [[nodiscard]] std::span<const float> labels_of(std::size_t word) const {
    return std::span(labels).subspan(static_cast<std::size_t>(begins[word]), length(word));
  }
  [[nodiscard]] std::size_t longest() const;
  /// Bytes that it takes.
  [[nodiscard]] std::int64_t byte_size() const;
};

/// Huffman's tree (1952) of words with these counts, none of which is above the one before it.
/// There are words - 1 inner nodes, numbered as they are made, so that the root is the last.
Tree huffman_tree(std::span<const std::int64_t> counts);

}  // namespace neve::algos::word2vec

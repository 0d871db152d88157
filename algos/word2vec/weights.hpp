#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace neve::algos::word2vec {

/// Memory from the begin of a cache line on: a register's worth of a vector then lies in one line.
/// Much of it is asked for in large pages, as vectors are met in no order.
void* allocate_lines(std::size_t bytes);
void free_lines(void* memory, std::size_t bytes);

template <class T>
struct LineAllocator {
  using value_type = T;
  LineAllocator() = default;
  template <class U>
  explicit LineAllocator(const LineAllocator<U>& /*other*/) {}
  T* allocate(std::size_t count) { return static_cast<T*>(allocate_lines(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t count) { free_lines(memory, count * sizeof(T)); }
  bool operator==(const LineAllocator& /*other*/) const { return true; }
};
using Floats = std::vector<float, LineAllocator<float>>;

/// What is learnt: a vector for each word, then one for each inner node of the tree.
struct Weights {
  std::size_t words = 0;
  std::size_t stride = 0;  ///< floats from one vector to the next
  Floats values;

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
    archive(words, stride);
    values.resize(rows() * stride);
    for (float& value : values) archive(value);
  }
};

}  // namespace neve::algos::word2vec

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/families/trees/forest.hpp"
#include "algos/families/trees/tree.hpp"

namespace neve::algos::trees {

/// A tree of twelve bytes a node, for forests of deep trees: what is kept is what scores.
/// Immutable; any number of threads.
class CompactTree {
 public:
  /// A test, or a leaf where `left` is 0. The right child lies behind the left one.
  struct Node {
    std::uint32_t left = 0;
    std::uint32_t test = 0;    ///< column · 4 + (is categorical) · 2 + (missing goes left)
    std::uint32_t number = 0;  ///< a threshold as a key, a set's first word, or the leaf's value
    template <class Archive>
    void fields(Archive& archive) {
      archive(left, test, number);
    }
  };
  static_assert(sizeof(Node) == 12);

  CompactTree() = default;
  explicit CompactTree(const Tree& tree);
  /// Adds to out[i] the tree's value for row rows[i] of the keys, whose columns are the model's.
  void add_scores(const RowKeys& keys, std::span<const std::uint16_t> rows,
                  std::span<double> out) const;
  /// As is_sound() of soundness.hpp, of a tree that was read from bytes.
  [[nodiscard]] bool is_sound(std::span<const std::int32_t> levels) const;
  [[nodiscard]] std::size_t nodes() const { return nodes_.size(); }
  [[nodiscard]] std::int32_t leaves() const { return leaves_; }
  [[nodiscard]] std::int32_t depth() const { return depth_; }
  [[nodiscard]] std::int64_t byte_size() const {
    return static_cast<std::int64_t>(nodes_.size() * sizeof(Node) + sets_.size() * 4);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(nodes_, sets_, leaves_, depth_);
  }

 private:
  [[nodiscard]] std::uint32_t step(std::uint32_t at, const std::uint32_t* keys) const;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> sets_;  ///< levels that go right, a bit each
  std::int32_t leaves_ = 0;
  std::int32_t depth_ = 0;
};

/// The keys of a block's rows, all columns; levels[c] is 0 for numbers.
void fill_keys(const model::ScoreBlock& block, std::span<const std::int32_t> levels, RowKeys& keys);

}  // namespace neve::algos::trees

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
    std::uint32_t test = 0;    ///< column · 4 + (is categorical) · 2 + (missing goes left); of a
                               ///< leaf the weight of the training rows that came there, a float
    std::uint32_t number = 0;  ///< a threshold as a key, a set's first word, or the leaf's value
    template <class Archive>
    void fields(Archive& archive) {
      archive(left, test, number);
    }
  };
  static_assert(sizeof(Node) == 12);
  static constexpr std::uint32_t kMissingLeft = 1;
  static constexpr std::uint32_t kCategorical = 2;  ///< next() knows which bit it is
  static constexpr unsigned kColumnShift = 2;

  CompactTree() = default;
  explicit CompactTree(const Tree& tree);
  /// Adds to out[i] the tree's value for row rows[i] of the keys, whose columns are the model's.
  void add_scores(const RowKeys& keys, std::span<const std::uint16_t> rows,
                  std::span<double> out) const;
  /// As is_sound() of soundness.hpp, of a tree that was read from bytes.
  [[nodiscard]] bool is_sound(std::span<const std::int32_t> levels) const;
  /// The same as a tree whose tests can be read, of columns of these levels.
  [[nodiscard]] Tree unpacked(std::span<const std::int32_t> levels) const;
  /// The left child of a node, 0 for a leaf; the right one lies behind it.
  [[nodiscard]] std::uint32_t left(std::uint32_t node) const { return nodes_[node].left; }
  /// The column that a node tests.
  [[nodiscard]] std::size_t column(std::uint32_t node) const {
    return nodes_[node].test >> kColumnShift;
  }
  /// Where a row goes from a node; a leaf leads to itself. Without branches, which rows of deep
  /// trees take either way: what does not count is masked.
  [[nodiscard]] std::uint32_t next(std::uint32_t node, const std::uint32_t* keys) const {
    constexpr unsigned kWordShift = 5;
    constexpr std::uint32_t kBitMask = 31;
    static constexpr std::uint32_t kNoSets = 0;
    const Node& at = nodes_[node];
    const std::uint32_t inner = 0U - static_cast<std::uint32_t>(at.left != 0);
    const std::uint32_t test = at.test & inner;
    const std::uint32_t key = keys[test >> kColumnShift];
    const std::uint32_t categorical = 0U - (test >> 1U & 1U);
    const std::uint32_t* sets = sets_.empty() ? &kNoSets : sets_.data();
    const std::uint32_t word = sets[(at.number + (key >> kWordShift)) & categorical];
    const std::uint32_t member = word >> (key & kBitMask) & categorical;
    const auto beyond = static_cast<std::uint32_t>(key + (test & kMissingLeft) >= at.number);
    const std::uint32_t right = (member | (beyond & ~categorical)) & 1U;
    return ((at.left + right) & inner) | (node & ~inner);
  }
  [[nodiscard]] std::uint32_t leaf_of(const std::uint32_t* keys) const;
  [[nodiscard]] std::size_t nodes() const { return nodes_.size(); }
  [[nodiscard]] std::int32_t leaves() const { return leaves_; }
  [[nodiscard]] std::int32_t depth() const { return depth_; }
  [[nodiscard]] std::int64_t byte_size() const {
    return static_cast<std::int64_t>(nodes_.size() * sizeof(Node) +
                                     sets_.size() * sizeof(std::uint32_t));
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(nodes_, sets_, leaves_, depth_);
  }

 private:
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> sets_;  ///< levels that go right, a bit each
  std::int32_t leaves_ = 0;
  std::int32_t depth_ = 0;
};

/// The keys of a block's rows, all columns; levels[c] is 0 for numbers.
void fill_keys(const model::ScoreBlock& block, std::span<const std::int32_t> levels, RowKeys& keys);

}  // namespace neve::algos::trees

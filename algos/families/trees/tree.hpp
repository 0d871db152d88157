#pragma once

#include <cstdint>
#include <vector>

#include "algos/families/trees/bins.hpp"
#include "algos/families/trees/partition.hpp"

namespace neve::algos::trees {

/// One regression tree. Node 0 is the root; the children of a node lie side by side. A row goes to
/// the right child where its number is >= the threshold, or its level is in the node's set.
struct Tree {
  struct Node {
    std::int32_t left = 0;  ///< 0 for a leaf; the right child is left + 1
    std::int32_t column = -1;
    float threshold = 0;  ///< numbers
    bool missing_right = false;
    std::int32_t set = -1;  ///< categories: which of `sets`
    float value = 0;        ///< leaves
    float weight = 0;       ///< Σ weight of the training rows that came here
    template <class Archive>
    void fields(Archive& archive) {
      archive(left, column, threshold, missing_right, set, value, weight);
    }
    [[nodiscard]] bool is_leaf() const { return left == 0; }
  };
  std::vector<Node> nodes = std::vector<Node>(1);
  /// Levels that go right, a bit per code, and one more behind for missing and unseen ones.
  struct LevelSet {
    static constexpr std::size_t kBits = 32;
    std::int32_t levels = 0;
    std::vector<std::uint32_t> right;
    static std::size_t words(std::int32_t levels) {
      return static_cast<std::size_t>(levels) / kBits + 1;
    }
    /// Whether rows of this level go right; `levels` asks for missing and unseen ones.
    [[nodiscard]] bool has(std::size_t level) const {
      return (right[level / kBits] >> (level % kBits) & 1U) != 0;
    }
    template <class Archive>
    void fields(Archive& archive) {
      archive(levels, right);
    }
  };
  std::vector<LevelSet> sets;

  template <class Archive>
  void fields(Archive& archive) {
    archive(nodes, sets);
  }
  /// Levels of the column that a set belongs to.
  [[nodiscard]] std::int32_t set_levels(std::int32_t set) const {
    return sets[static_cast<std::size_t>(set)].levels;
  }
  /// Turns leaf split.node into a test with two new leaves, split.left and the next.
  void split(const NodeSplit& split, const ColumnBins& bins);
  [[nodiscard]] std::int32_t leaves() const;
  [[nodiscard]] std::int32_t depth() const;
};

}  // namespace neve::algos::trees

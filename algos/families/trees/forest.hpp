#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "algos/families/trees/row_keys.hpp"
#include "algos/families/trees/tree.hpp"
#include "algos/families/trees/tree_programs.hpp"

namespace neve::algos::trees {

/// Trees laid out for scoring. Small ones are programs; through others each row goes step by step,
/// which are the same few instructions, without branches, whatever the node tests; leaves lead to
/// themselves. Immutable; any number of threads.
class FlatForest {
 public:
  /// `used[c]` is the column's place in RowKeys.
  FlatForest(std::span<const Tree* const> trees, std::span<const std::int32_t> used);
  FlatForest() = default;
  /// Adds to out[i] the sum of the trees' values for row i, tree after tree.
  void add_scores(const RowKeys& keys, ProgramRoom& room, std::span<double> out) const;

 private:
  struct Node {
    std::uint32_t threshold = 0;
    std::uint32_t left = 0;
    std::uint32_t set = 0;  ///< word of sets_ where its bits begin; 0 for numbers, a word of zeros
    std::uint32_t column =
        0;  ///< place in the row · 4 + (is categorical) · 2 + (missing goes left)
  };
  struct Root {
    std::uint32_t node = 0;   ///< or the number of a program
    std::int32_t depth = -1;  ///< -1 for a program
  };
  void walk(const Root& root, const RowKeys& keys, std::span<double> out) const;
  void add_tree(const Tree& tree, std::span<const std::int32_t> used);
  [[nodiscard]] Node flat_node(const Tree& tree, const Tree::Node& node, std::uint32_t self,
                               std::span<const std::int32_t> used);
  [[nodiscard]] std::uint32_t step(std::uint32_t at, const std::uint32_t* keys) const;
  std::vector<Node> nodes_;
  std::vector<float> values_;
  std::vector<std::uint32_t> sets_ = {0};
  std::vector<Root> roots_;
  TreePrograms programs_;
};

/// Which columns trees test, ascending.
std::vector<std::int32_t> used_columns(std::span<const Tree* const> trees, std::size_t columns);

}  // namespace neve::algos::trees

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/engine.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/trees/means.hpp"
#include "algos/families/trees/row_store.hpp"
#include "algos/families/trees/split.hpp"
#include "algos/families/trees/tree.hpp"

namespace neve::algos::trees {

/// Fetches the rows of some nodes of the tree that grows, in any order.
struct GatherTask {
  static constexpr std::string_view name = "trees.gather";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<std::int32_t> nodes;
    std::int32_t tree_class = 0;
    bool weighted = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(nodes, tree_class, weighted);
    }
  };
  using Scratch = RowStore;
  /// Rows that the tree grows on.
  struct Partial {
    std::vector<std::uint32_t> node;  ///< which of State::nodes a row is in
    std::vector<std::uint8_t> bins;   ///< per row those of one tile after the other
    std::vector<float> residual;
    std::vector<double> weight;  ///< empty unless weighted
    template <class Archive>
    void fields(Archive& archive) {
      archive(node, bins, residual, weight);
    }
  };
  static void rebuild(const mr::RowGroup&, const State&, RowStore&) { fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, RowStore& store, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// A leaf of few rows that is to be split on.
struct SmallNode {
  std::int32_t id = 0;
  std::int32_t level = 0;  ///< 0 for the root
  std::int64_t rows = 0;   ///< at most
};

/// How the nodes below small nodes are split.
struct SubtreeRules {
  const BinSpec& spec;
  const BinLayout& layout;
  FixedPoint form;
  SplitRules splits;
  LeafMeans means;
  std::int32_t max_depth = 0;         ///< of the whole tree
  std::vector<std::int32_t> columns;  ///< that the tree may use
  double columns_per_split = 0;       ///< at level 0
  double column_rate_change = 1;      ///< factor on that per level
  std::uint64_t column_seed = 0;      ///< of the tree
};

/// How many columns have to vary in a node of a level.
std::size_t columns_to_look_at(double at_root, double change, std::int32_t level,
                               std::size_t columns);

/// A small node and its rows, by their numbers among those that were gathered.
struct NodeRows {
  SmallNode node;
  std::vector<std::uint32_t> rows;
};

/// What grows below a small node, which is node 0 here.
struct Subtree {
  Tree tree;
  std::vector<double> importance;  ///< Σ gain per column
  std::vector<NodeRows> open;      ///< leaves that others are to split on
};

/// Of a node with more rows, those with at most half of them are left open for other threads.
inline constexpr std::size_t kRowsOfOneThread = 2048;

/// Splits a node on from its rows alone: where they are few, to sort them by a column's bins costs
/// less than a histogram of all bins. Rows in any order give the same tree. Pure.
Subtree grow_subtree(const SubtreeRules& rules, const NodeRows& root,
                     const GatherTask::Partial& gathered);

/// Gathered rows by the nodes that were asked for.
std::vector<NodeRows> sort_by_node(std::span<const SmallNode> nodes,
                                   const GatherTask::Partial& gathered);

/// Bytes of a gathered row.
std::size_t gathered_bytes(const BinLayout& layout, bool weighted);

/// Replaces leaf `at` of a tree by a subtree, whose open leaves get the numbers that they have
/// there.
void graft(Tree& tree, std::int32_t at, Subtree& subtree);

}  // namespace neve::algos::trees

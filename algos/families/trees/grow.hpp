#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/trees/partition.hpp"
#include "algos/families/trees/small_nodes.hpp"
#include "algos/families/trees/split.hpp"
#include "algos/families/trees/tree.hpp"

namespace neve::algos::trees {

/// Histograms that one pass makes, per worker. Only memory and time depend on it, and on
/// kept_bytes: histograms are exact, however they come about.
inline constexpr std::size_t kPassBytes = std::size_t{2} << 20U;

/// Bytes of small nodes' rows that are gathered at a time. Only memory and time depend on it.
inline constexpr std::size_t kGatherBytes = std::size_t{16} << 20U;
/// Bounds of GrowSettings::small_rows where they follow from the histograms' size.
inline constexpr std::int64_t kLeastSmallRows = 512;
inline constexpr std::int64_t kMostSmallRows = 32'768;

/// How trees grow; the same for all trees of a model.
struct GrowSettings {
  std::int32_t max_depth = 5;
  std::int32_t max_leaves = 0;  ///< 0 for no limit
  /// Where leaves are limited: whether the best leaf of the whole tree is split next (Shi 2007), or
  /// one level after the other. Not for trees whose leaves are means.
  bool best_first = false;
  SplitRules rules;
  RowSampling sampling;           ///< `tree` is set per tree
  double column_rate = 1;         ///< of the tree's columns, for each split
  double column_rate_change = 1;  ///< factor on column_rate per level
  double column_rate_per_tree = 1;
  /// Instead of column_rate where not 0: so many columns that vary in a node are drawn for its
  /// split.
  std::int32_t columns_per_split = 0;
  /// Whether leaves get the means of their residuals, as TreeRequest::means says. Rows need not be
  /// moved any further then, and nodes of at most small_rows rows are finished by grow_subtree().
  bool leaf_means = false;
  std::int64_t small_rows = 0;  ///< 0: as seems fit for the histograms' size
  bool weighted = false;        ///< rows differ in weight
  /// Per column those that may be tested below it, ascending, itself among them; none where it may
  /// not be tested at all. Empty where any may be.
  std::vector<std::vector<std::int32_t>> interactions = {};
  /// Histograms that may wait for their children, of a level; of nodes beyond, both children's are
  /// made from the rows.
  std::size_t kept_bytes = std::size_t{256} << 20U;
};

/// The rows of a node up to which sorting them costs less than making histograms.
std::int64_t small_rows_of(const GrowSettings& settings, const BinLayout& layout);

/// What differs from tree to tree.
struct TreeRequest {
  std::uint64_t number = 0;     ///< of the model's trees
  std::int32_t tree_class = 0;  ///< whose residuals it fits
  FixedPoint form;
  std::int32_t random_thresholds = 0;  ///< as SplitRules has it
  LeafMeans means = {};                ///< where the settings ask for them
};

/// A tree, and what its makers still need. It has leaf values only where they are means.
struct GrownTree {
  Tree tree;
  std::vector<NodeSplit> last_splits;  ///< not yet applied to the rows; none where leaves are means
  std::vector<double> importance;      ///< Σ gain per column
};

/// Grows trees level by level on loaded rows: per level one pass over the rows, which moves them to
/// their new nodes and makes the histograms of the lighter children; the heavier ones' are the
/// parents' minus these. Best-first growth looks below several leaves in one such pass. Where
/// leaves are means, what is small is finished at the end. Lives on the driver; used by one thread.
class Grower {
 public:
  /// `rows` are the loaded rows' layout and scratch; spec outlives the grower.
  Grower(mr::Engine& engine, mr::Inputs rows, mr::RunOptions options, const BinSpec& spec,
         GrowSettings settings);
  GrownTree grow(const TreeRequest& request);
  [[nodiscard]] const BinLayout& layout() const { return layout_; }

 private:
  struct Node;
  struct Growth;
  class BestFirst;
  void make_root(Growth& growth);
  void search(const Growth& growth, std::span<Node> nodes) const;
  void next_level(Growth& growth);
  [[nodiscard]] std::size_t parents_of_a_pass(const Growth& growth) const;
  [[nodiscard]] std::vector<Node> make_children(const Growth& growth, std::span<Node*> parents,
                                                std::span<const NodeSplit> splits) const;
  [[nodiscard]] Node child_of(const Node& parent, bool is_right) const;
  void take_children(Growth& growth, std::vector<Node> children) const;
  [[nodiscard]] double most_leaves() const;
  [[nodiscard]] std::size_t leaves_left(const Growth& growth) const;
  void split_leaf(Growth& growth, const FoundSplit& found, const NodeSplit& test) const;
  [[nodiscard]] std::vector<std::int32_t> columns_of_tree(std::uint64_t tree) const;
  [[nodiscard]] std::vector<std::int32_t> columns_of_node(const Growth& growth,
                                                          const Node& node) const;
  [[nodiscard]] FoundSplit search_node(const Growth& growth, const SplitSearch& splits,
                                       const NodeView& view, const Node& node) const;
  [[nodiscard]] std::vector<Node*> needs_histograms(Growth& growth, std::span<Node> parents) const;
  [[nodiscard]] bool is_small(std::int64_t rows) const;
  void finish(Growth& growth) const;
  void finish_large_leaves(Growth& growth) const;
  void finish_small_nodes(Growth& growth, std::span<const SmallNode> nodes) const;

  mr::Engine& engine_;
  mr::Inputs rows_;
  mr::RunOptions options_;
  const BinSpec& spec_;
  BinLayout layout_;
  GrowSettings settings_;
};

}  // namespace neve::algos::trees

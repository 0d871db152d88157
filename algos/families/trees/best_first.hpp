#pragma once

#include <cstdint>
#include <vector>

#include "algos/families/trees/growth.hpp"

namespace neve::algos::trees {

/// Grows a tree by splitting the leaf of the largest gain next, of equal ones the older, up to a
/// number of leaves (Shi 2007).
///
/// The tree is that of one split after the other, but the rows are gone through for many leaves at
/// a time. What is not known yet can only come in between the nodes that are known: it does not
/// change the order of these. So those that are not among the first by what is known will never be
/// split, whatever is found below the others. Of those that may be, the first third is looked below
/// in one pass, until nothing is open: a tenth of the work is for nothing then, the tree is the
/// same. Nodes have numbers of their own while that goes on, and those of the tree at the end; what
/// is drawn for a node goes by the way to it.
class Grower::BestFirst {
 public:
  BestFirst(Grower& grower, Growth& growth);
  /// Grows the tree from its root, which is the frontier.
  void run();

 private:
  /// A node that has a split.
  struct Known {
    Node node;
    bool looked_below = false;
    std::int32_t left = -1;  ///< its child's place among the known; -1 where that has no split
    std::int32_t right = -1;
  };
  void add(Node node, std::int32_t parent);
  [[nodiscard]] bool is_barren(const Node& node) const;
  [[nodiscard]] std::vector<std::int32_t> split_order() const;
  [[nodiscard]] std::vector<std::int32_t> next_to_look_below();
  void look_below(std::span<const std::int32_t> places);
  void drop_histogram(Node& node);
  void build();

  Grower& grower_;
  Growth& growth_;
  std::size_t most_splits_;
  std::vector<Known> known_;
  std::int32_t next_id_ = 1;
};

}  // namespace neve::algos::trees

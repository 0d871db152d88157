#pragma once

#include <cstdint>
#include <vector>

#include "algos/families/trees/grow.hpp"

// What a Grower holds while a tree grows; for its own files.

namespace neve::algos::trees {

/// A node whose split is looked for.
struct Grower::Node {
  std::int32_t id = 0;
  std::int32_t level = 0;
  std::int32_t draw_id = 0;  ///< names it where columns or thresholds are drawn; 0 for the root
  Sums total;
  TwoPartSum squares;
  std::int64_t rows = 0;
  std::vector<std::int64_t> cells;  ///< empty where it is not kept
  MeanBounds bounds;
  std::vector<std::int32_t> allowed;  ///< columns; only where interactions are limited
  FoundSplit split;
};

struct Grower::Growth {
  GrownTree result;
  std::uint64_t tree = 0;
  std::int32_t level = 0;
  SplitRules rules;
  HistogramRequest request;           ///< without nodes
  std::vector<std::int32_t> columns;  ///< that the tree may use
  std::vector<Node> frontier;         ///< nodes of this level that may be split
  std::vector<SmallNode> small;       ///< nodes that are to be finished from their rows
  LeafMeans means;
  std::size_t kept_bytes = 0;
};

}  // namespace neve::algos::trees

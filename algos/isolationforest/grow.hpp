#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "algos/families/trees/tree.hpp"
#include "algos/isolationforest/sample.hpp"

namespace neve::algos::isolationforest {

/// How trees grow.
struct GrowPlan {
  std::uint64_t seed = 0;
  std::int32_t max_depth = 8;  ///< most tests on the way to a leaf; 0 for no limit
  double min_rows = 1;
  std::int32_t columns_per_split = 1;
  double columns_change_per_level = 1;
  double columns_per_tree = 1;       ///< share
  std::vector<std::int32_t> levels;  ///< per predictor; 0 for numbers
};

/// What the tests of a column did in some trees.
struct ColumnSplits {
  std::int64_t count = 0;
  double ratios = 0;        ///< Σ |left - right| / (left + right), by rows
  std::int64_t depths = 0;  ///< Σ depth, of the root 1
  void add(const ColumnSplits& other);
  template <class Archive>
  void fields(Archive& archive) {
    archive(count, ratios, depths);
  }
};

struct GrownTree {
  trees::Tree tree;
  std::vector<ColumnSplits> splits;  ///< per predictor
};

/// Grows isolation tree `number` on the rows at `rows` of the sample (Liu, Ting and Zhou 2008):
/// each node takes a random column that varies in it and a random threshold between the column's
/// least and largest value. Levels of a category are in a random order of the node's own. What is
/// missing goes a random way, or away from the rest where a column has one value besides. A leaf's
/// value is the number of tests above it less one, or 0, which is H2O-3's path length.
GrownTree grow(const GrowPlan& plan, std::int64_t number, const KeyRows& sample,
               std::vector<std::uint32_t> rows);

}  // namespace neve::algos::isolationforest

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/model/score.hpp>

#include "algos/families/trees/forest.hpp"

namespace neve::algos::trees {

/// Trees whose values are added up.
using TreeSum = std::vector<const Tree*>;

/// Adds trees to scores of rows, for several sums at once. Immutable; any number of threads.
class BlockScorer {
 public:
  /// The trees are not needed any more afterwards. `columns` is the number of predictors.
  BlockScorer(std::span<const TreeSum> sums, std::size_t columns);
  /// Adds to scores[k] of the rows what the trees of sum k say, tree after tree.
  void add(const model::ScoreBlock& block, std::span<const std::span<double>> scores) const;

 private:
  void fill_keys(const model::ScoreBlock& block, std::size_t begin, std::size_t count,
                 RowKeys& keys) const;
  std::vector<std::int32_t> used_;    ///< columns that the trees test
  std::vector<std::int32_t> levels_;  ///< of each used column; 0 for numbers
  std::vector<FlatForest> forests_;   ///< per sum
};

}  // namespace neve::algos::trees

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/model/model.hpp>

#include "algos/families/trees/forest.hpp"
#include "algos/gbm/distribution.hpp"

namespace neve::algos::gbm {

/// Trees of one iteration, one per class.
using Iteration = std::vector<trees::Tree>;

/// Adds the trees of some iterations to scores of rows. Immutable; any number of threads.
class BlockScorer {
 public:
  /// `columns` is the number of the model's predictors.
  BlockScorer(std::span<const Iteration> iterations, std::size_t columns);
  /// scores[k] are the rows' scores of class k.
  void add(const model::ScoreBlock& block, std::span<const std::span<double>> scores) const;

 private:
  void fill_keys(const model::ScoreBlock& block, std::size_t begin, std::size_t count,
                 trees::RowKeys& keys) const;
  std::vector<std::int32_t> used_;          ///< columns that the trees test
  std::vector<std::int32_t> levels_;        ///< of each used column; 0 for numbers
  std::vector<trees::FlatForest> forests_;  ///< per class
};

/// Turns the scores of all classes into what a model's score() writes, in place: out[k] is class
/// k's score first, its probability then. Of two classes only out[1] has a score.
void scores_to_outputs(const Distribution& distribution, std::span<const std::span<double>> out);

}  // namespace neve::algos::gbm

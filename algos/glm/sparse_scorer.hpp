#pragma once

#include <span>
#include <vector>

#include <neve/model/score.hpp>

#include "algos/families/linear/likelihood.hpp"
#include "algos/glm/glm_model.hpp"

namespace neve::algos::glm {

/// Scores all rows of a row group most of whose cells are zeros, by what its columns store: neither
/// time nor memory goes by the zeros.
class SparseScorer {
 public:
  /// Whether there is such a way: most columns are sparse, and the model's terms are columns as
  /// they are, without errors of predictions and offsets.
  static bool fits(const GlmModel& model, const model::ScorePlan& plan, const mr::RowGroup& group);
  /// All three live longer.
  SparseScorer(const GlmModel& model, const model::ScorePlan& plan, const mr::RowGroup& group);
  SparseScorer(const SparseScorer&) = delete;
  SparseScorer& operator=(const SparseScorer&) = delete;

  /// Goes to the next block; its number of rows, 0 after the last.
  std::size_t next();
  /// What GlmModel::score() gives for the block, but for rounding.
  void score(std::span<const std::span<double>> out);

 private:
  const GlmModel& model_;
  linear::Design design_;  ///< without all that is no predictor
  std::vector<frame::Chunk> chunks_;
  mr::RowGroup group_;
  std::vector<linear::Predictor> predictors_;  ///< of each set of coefficients
  linear::BlockReader reader_;
};

}  // namespace neve::algos::glm

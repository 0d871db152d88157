#include "algos/gbm/iteration_scores.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::algos::gbm {

trees::BlockScorer scorer_of(std::span<const Iteration> iterations, std::size_t columns) {
  std::vector<trees::TreeSum> classes(iterations.empty() ? 0 : iterations.front().size());
  for (const Iteration& iteration : iterations) {
    for (std::size_t k = 0; k < classes.size(); ++k) classes[k].push_back(&iteration[k]);
  }
  return {classes, columns};
}

void add_iterations(const mr::RowGroup& group, const model::ScorePlan& plan,
                    std::span<const Iteration> iterations, std::span<double> scores,
                    const model::PickedRows* picked) {
  if (iterations.empty()) return;
  model::BlockReader reader(group, plan, picked);
  const auto rows = static_cast<std::size_t>(reader.rows());
  const std::size_t classes = iterations.front().size();
  NEVE_CHECK(scores.size() == classes * rows);
  const trees::BlockScorer scorer = scorer_of(iterations, plan.predictors.size());
  std::vector<std::span<double>> blocks(classes);
  for (std::size_t begin = 0; begin < rows;) {
    const model::ScoreBlock& block = reader.read(static_cast<std::int64_t>(begin));
    for (std::size_t k = 0; k < classes; ++k) {
      blocks[k] = scores.subspan(k * rows + begin, block.rows);
    }
    scorer.add(block, blocks);
    begin += block.rows;
  }
}

void scores_to_outputs(const Distribution& distribution, std::span<const std::span<double>> out) {
  if (distribution.family == Family::multinomial) {
    softmax(out);
    return;
  }
  to_response(distribution, out.back());
  if (!distribution.is_binomial()) return;
  for (std::size_t i = 0; i < out[0].size(); ++i) out[0][i] = 1 - out[1][i];
}

}  // namespace neve::algos::gbm

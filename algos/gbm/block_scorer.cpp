#include "algos/gbm/block_scorer.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::algos::gbm {
namespace {

std::vector<const trees::Tree*> trees_of(std::span<const Iteration> iterations,
                                         std::size_t of_class) {
  std::vector<const trees::Tree*> found;
  for (const Iteration& iteration : iterations) found.push_back(&iteration[of_class]);
  return found;
}

/// Levels of each categorical column that a tree tests, from the size of its sets.
void note_levels(const trees::Tree& tree, std::vector<std::int32_t>& levels) {
  for (const trees::Tree::Node& node : tree.nodes) {
    if (node.is_leaf() || node.set < 0) continue;
    levels[static_cast<std::size_t>(node.column)] = tree.set_levels(node.set);
  }
}

}  // namespace

BlockScorer::BlockScorer(std::span<const Iteration> iterations, std::size_t columns) {
  std::vector<const trees::Tree*> all;
  std::vector<std::int32_t> levels(columns);
  for (const Iteration& iteration : iterations) {
    for (const trees::Tree& tree : iteration) {
      all.push_back(&tree);
      note_levels(tree, levels);
    }
  }
  used_ = trees::used_columns(all, columns);
  std::vector<std::int32_t> places(columns, -1);
  for (std::size_t i = 0; i < used_.size(); ++i) {
    const auto column = static_cast<std::size_t>(used_[i]);
    places[column] = static_cast<std::int32_t>(i);
    levels_.push_back(levels[column]);
  }
  const std::size_t classes = iterations.empty() ? 0 : iterations.front().size();
  for (std::size_t k = 0; k < classes; ++k) {
    forests_.emplace_back(trees_of(iterations, k), places);
  }
}

void BlockScorer::fill_keys(const model::ScoreBlock& block, std::size_t begin, std::size_t count,
                            trees::RowKeys& keys) const {
  keys.reset(count, used_.size());
  for (std::size_t i = 0; i < used_.size(); ++i) {
    const auto column = static_cast<std::size_t>(used_[i]);
    if (block.codes[column].empty()) {
      keys.set_numbers(i, block.numbers[column].subspan(begin, count));
    } else {
      keys.set_codes(i, block.codes[column].subspan(begin, count), levels_[i]);
    }
  }
}

void BlockScorer::add(const model::ScoreBlock& block,
                      std::span<const std::span<double>> scores) const {
  // So many rows that their keys stay in the L1 cache, where there are not too many columns.
  constexpr std::size_t kKeysAtOnce = 4096;
  constexpr std::size_t kLeastRows = 16;
  const std::size_t most =
      std::max(kLeastRows, kKeysAtOnce / std::max<std::size_t>(1, used_.size()));
  trees::RowKeys keys;
  trees::ProgramRoom room;
  for (std::size_t begin = 0; begin < block.rows; begin += most) {
    const std::size_t count = std::min(most, block.rows - begin);
    fill_keys(block, begin, count, keys);
    for (std::size_t k = 0; k < forests_.size(); ++k) {
      forests_[k].add_scores(keys, room, scores[k].subspan(begin, count));
    }
  }
}

void add_iterations(const mr::RowGroup& group, const model::ScorePlan& plan,
                    std::span<const Iteration> iterations, std::span<double> scores,
                    const model::PickedRows* picked) {
  if (iterations.empty()) return;
  model::BlockReader reader(group, plan, picked);
  const auto rows = static_cast<std::size_t>(reader.rows());
  const std::size_t classes = iterations.front().size();
  NEVE_CHECK(scores.size() == classes * rows);
  const BlockScorer scorer(iterations, plan.predictors.size());
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

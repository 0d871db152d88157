#include "algos/families/trees/block_scorer.hpp"

#include <algorithm>

namespace neve::algos::trees {
namespace {

/// Levels of each categorical column that a tree tests, from the size of its sets.
void note_levels(const Tree& tree, std::vector<std::int32_t>& levels) {
  for (const Tree::Node& node : tree.nodes) {
    if (node.is_leaf() || node.set < 0) continue;
    levels[static_cast<std::size_t>(node.column)] = tree.set_levels(node.set);
  }
}

}  // namespace

BlockScorer::BlockScorer(std::span<const TreeSum> sums, std::size_t columns) {
  TreeSum all;
  std::vector<std::int32_t> levels(columns);
  for (const TreeSum& trees : sums) {
    for (const Tree* tree : trees) {
      all.push_back(tree);
      note_levels(*tree, levels);
    }
  }
  used_ = used_columns(all, columns);
  std::vector<std::int32_t> places(columns, -1);
  for (std::size_t i = 0; i < used_.size(); ++i) {
    const auto column = static_cast<std::size_t>(used_[i]);
    places[column] = static_cast<std::int32_t>(i);
    levels_.push_back(levels[column]);
  }
  for (const TreeSum& trees : sums) forests_.emplace_back(trees, places);
}

void BlockScorer::fill_keys(const model::ScoreBlock& block, std::size_t begin, std::size_t count,
                            RowKeys& keys) const {
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
  RowKeys keys;
  ProgramRoom room;
  for (std::size_t begin = 0; begin < block.rows; begin += most) {
    const std::size_t count = std::min(most, block.rows - begin);
    fill_keys(block, begin, count, keys);
    for (std::size_t k = 0; k < forests_.size(); ++k) {
      forests_[k].add_scores(keys, room, scores[k].subspan(begin, count));
    }
  }
}

}  // namespace neve::algos::trees

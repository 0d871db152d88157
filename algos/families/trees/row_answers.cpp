#include "algos/families/trees/row_answers.hpp"

#include <algorithm>

namespace neve::algos::trees {
namespace {

/// Leaves from the left. The ways to them are then in the order of their texts, as none begins with
/// another.
std::vector<std::uint32_t> leaves_from_left(const CompactTree& tree) {
  std::vector<std::uint32_t> leaves;
  std::vector<std::uint32_t> waiting = {0};
  while (!waiting.empty()) {
    const std::uint32_t at = waiting.back();
    waiting.pop_back();
    const std::uint32_t left = tree.left(at);
    if (left == 0) {
      leaves.push_back(at);
    } else {
      waiting.push_back(left + 1);
      waiting.push_back(left);
    }
  }
  return leaves;
}

/// The ways to all nodes, as "LRR"; children come behind their parents.
std::vector<std::string> paths_of(const CompactTree& tree) {
  std::vector<std::string> paths(tree.nodes());
  for (std::uint32_t at = 0; at < paths.size(); ++at) {
    const std::uint32_t left = tree.left(at);
    if (left == 0) continue;
    paths[left] = paths[at] + 'L';
    paths[left + 1] = paths[at] + 'R';
  }
  return paths;
}

}  // namespace

std::string AskedForest::name(std::size_t column) const {
  std::string made = "T";
  made += std::to_string(column / classes() + 1);
  if (!has_classes) return made;
  made += ".C";
  made += std::to_string(column % classes() + 1);
  return made;
}

const std::vector<std::int32_t>& LeafAnswers::codes(std::size_t column) const {
  std::call_once(made_[column], [&] {
    const CompactTree& tree = forest_.tree(column);
    codes_[column].resize(tree.nodes());
    std::int32_t code = 0;
    for (const std::uint32_t leaf : leaves_from_left(tree)) codes_[column][leaf] = code++;
  });
  return codes_[column];
}

model::RowExplainer::Column LeafAnswers::column(std::size_t index) const {
  Column made{forest_.name(index)};
  if (!as_paths_) return made;
  std::vector<std::string> all = paths_of(forest_.tree(index));
  std::vector<std::string> levels;
  for (const std::uint32_t leaf : leaves_from_left(forest_.tree(index)))
    levels.push_back(std::move(all[leaf]));
  made.domain = std::make_shared<const std::vector<std::string>>(std::move(levels));
  return made;
}

void LeafAnswers::answer(const model::ScoreBlock& block, std::size_t first,
                         std::span<const std::span<double>> out) const {
  RowKeys keys;
  fill_keys(block, forest_.levels, keys);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const CompactTree& tree = forest_.tree(first + i);
    const std::int32_t* const of_leaf = as_paths_ ? codes(first + i).data() : nullptr;
    for (std::size_t row = 0; row < block.rows; ++row) {
      const std::uint32_t leaf = tree.leaf_of(keys.row(row));
      out[i][row] = as_paths_ ? of_leaf[leaf] : static_cast<double>(leaf);
    }
  }
}

void FrequencyAnswers::answer(const model::ScoreBlock& block, std::size_t first,
                              std::span<const std::span<double>> out) const {
  RowKeys keys;
  fill_keys(block, forest_.levels, keys);
  for (const std::span<double> values : out) std::ranges::fill(values, 0.0);
  for (std::size_t i = 0; i < forest_.columns(); ++i) {
    const CompactTree& tree = forest_.tree(i);
    for (std::size_t row = 0; row < block.rows; ++row) {
      for (std::uint32_t at = 0; tree.left(at) != 0; at = tree.next(at, keys.row(row))) {
        const std::size_t column = tree.column(at) - first;
        if (column < out.size()) ++out[column][row];
      }
    }
  }
}

std::unique_ptr<const model::RowExplainer> answers_of(model::RowQuestion question,
                                                      AskedForest forest,
                                                      const std::vector<std::string>& predictors) {
  using model::RowQuestion;
  if (question == RowQuestion::leaf_paths || question == RowQuestion::leaf_nodes) {
    return std::make_unique<const LeafAnswers>(std::move(forest),
                                               question == RowQuestion::leaf_paths);
  }
  if (question != RowQuestion::feature_frequencies) return nullptr;
  return std::make_unique<const FrequencyAnswers>(std::move(forest), predictors);
}

}  // namespace neve::algos::trees

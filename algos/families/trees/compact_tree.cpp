#include "algos/families/trees/compact_tree.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace neve::algos::trees {
namespace {

CompactTree::Node compact_test(const Tree::Node& node) {
  CompactTree::Node made;
  made.left = static_cast<std::uint32_t>(node.left);
  made.test = static_cast<std::uint32_t>(node.column) << CompactTree::kColumnShift;
  const KeyTest test = key_test(node.threshold, node.missing_right);
  made.number = test.least;
  if (test.missing_left) made.test += CompactTree::kMissingLeft;
  return made;
}

}  // namespace

CompactTree::CompactTree(const Tree& tree) : leaves_(tree.leaves()), depth_(tree.depth()) {
  nodes_.reserve(tree.nodes.size());
  std::vector<std::uint32_t> first_words;
  for (const Tree::LevelSet& set : tree.sets) {
    first_words.push_back(static_cast<std::uint32_t>(sets_.size()));
    sets_.insert(sets_.end(), set.right.begin(), set.right.end());
  }
  for (const Tree::Node& node : tree.nodes) {
    if (node.is_leaf()) {
      nodes_.push_back(
          {0, std::bit_cast<std::uint32_t>(node.weight), std::bit_cast<std::uint32_t>(node.value)});
    } else if (node.set >= 0) {
      nodes_.push_back({static_cast<std::uint32_t>(node.left),
                        (static_cast<std::uint32_t>(node.column) << kColumnShift) + kCategorical,
                        first_words[static_cast<std::size_t>(node.set)]});
    } else {
      nodes_.push_back(compact_test(node));
    }
  }
}

bool CompactTree::is_sound(std::span<const std::int32_t> levels) const {
  std::vector<std::uint8_t> has_parent(nodes_.size());
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    const Node& node = nodes_[at];
    if (node.left == 0) continue;
    const std::size_t column = node.test >> kColumnShift;
    if (node.left <= at || std::size_t{node.left} + 1 >= nodes_.size() || column >= levels.size())
      return false;
    if (has_parent[node.left] != 0 || has_parent[std::size_t{node.left} + 1] != 0) return false;
    has_parent[node.left] = has_parent[std::size_t{node.left} + 1] = 1;
    const bool categorical = (node.test & kCategorical) != 0;
    if (categorical != (levels[column] > 0)) return false;
    if (categorical && node.number + Tree::LevelSet::words(levels[column]) > sets_.size())
      return false;
  }
  // Walks from the root end soon, as nodes have one way to them.
  return !nodes_.empty() && !levels.empty();
}

Tree CompactTree::unpacked(std::span<const std::int32_t> levels) const {
  Tree made;
  made.nodes.resize(nodes_.size());
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    const Node& from = nodes_[at];
    Tree::Node& node = made.nodes[at];
    node.left = static_cast<std::int32_t>(from.left);
    if (node.is_leaf()) {
      node.weight = std::bit_cast<float>(from.test);
      node.value = std::bit_cast<float>(from.number);
      continue;
    }
    node.column = static_cast<std::int32_t>(from.test >> kColumnShift);
    if ((from.test & kCategorical) != 0) {
      const std::int32_t size = levels[static_cast<std::size_t>(node.column)];
      const auto first = sets_.begin() + from.number;
      node.set = static_cast<std::int32_t>(made.sets.size());
      const auto words = static_cast<std::ptrdiff_t>(Tree::LevelSet::words(size));
      made.sets.push_back({size, {first, first + words}});
    } else {
      node.missing_right = (from.test & kMissingLeft) == 0;
      node.threshold = threshold_of({from.number, !node.missing_right});
    }
  }
  // Children come behind their parents.
  for (std::size_t at = made.nodes.size(); at-- > 0;) {
    Tree::Node& node = made.nodes[at];
    if (node.is_leaf()) continue;
    const auto left = static_cast<std::size_t>(node.left);
    node.weight = made.nodes[left].weight + made.nodes[left + 1].weight;
  }
  return made;
}

std::uint32_t CompactTree::leaf_of(const std::uint32_t* keys) const {
  std::uint32_t at = 0;
  while (nodes_[at].left != 0) at = next(at, keys);
  return at;
}

void CompactTree::add_scores(const RowKeys& keys, std::span<const std::uint16_t> rows,
                             std::span<double> out) const {
  constexpr std::size_t kLanes = 16;
  // Leaves of a deep tree lie at very different depths: it is looked every few levels whether any
  // row is still on its way.
  constexpr std::int32_t kLevelsAtOnce = 4;
  std::array<std::uint32_t, kLanes> at{};
  std::array<const std::uint32_t*, kLanes> row{};
  for (std::size_t begin = 0; begin < rows.size(); begin += kLanes) {
    const std::size_t count = std::min(kLanes, rows.size() - begin);
    // Lanes without a row walk with the last one.
    for (std::size_t i = 0; i < kLanes; ++i)
      row[i] = keys.row(rows[begin + std::min(i, count - 1)]);
    at.fill(0);
    for (bool moves = true; moves;) {
      for (std::int32_t level = 0; level < kLevelsAtOnce; ++level) {
        for (std::size_t i = 0; i < kLanes; ++i) at[i] = next(at[i], row[i]);
      }
      moves = std::ranges::any_of(at, [&](std::uint32_t node) { return nodes_[node].left != 0; });
    }
    for (std::size_t i = 0; i < count; ++i)
      out[begin + i] += static_cast<double>(std::bit_cast<float>(nodes_[at[i]].number));
  }
}

void fill_keys(const model::ScoreBlock& block, std::span<const std::int32_t> levels,
               RowKeys& keys) {
  keys.reset(block.rows, levels.size());
  for (std::size_t c = 0; c < levels.size(); ++c) {
    if (levels[c] == 0) {
      keys.set_numbers(c, block.numbers[c]);
    } else {
      keys.set_codes(c, block.codes[c], levels[c]);
    }
  }
}

}  // namespace neve::algos::trees

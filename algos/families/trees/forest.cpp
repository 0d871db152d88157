#include "algos/families/trees/forest.hpp"

#include <algorithm>
#include <array>

namespace neve::algos::trees {
namespace {

constexpr std::uint32_t kMissingLeft = 1;
constexpr std::uint32_t kCategorical = 2;

}  // namespace

FlatForest::FlatForest(std::span<const Tree* const> trees, std::span<const std::int32_t> used) {
  std::uint32_t programs = 0;
  for (const Tree* tree : trees) {
    if (TreePrograms::suits(*tree)) {
      programs_.add(*tree, used);
      roots_.push_back({programs++, -1});
    } else {
      add_tree(*tree, used);
    }
  }
}

void FlatForest::add_tree(const Tree& tree, std::span<const std::int32_t> used) {
  const auto root = static_cast<std::uint32_t>(nodes_.size());
  roots_.push_back({root, tree.depth()});
  for (const Tree::Node& node : tree.nodes) {
    const auto self = static_cast<std::uint32_t>(nodes_.size());
    Node flat = flat_node(tree, node, self, used);
    if (!node.is_leaf()) flat.left += root;
    nodes_.push_back(flat);
    values_.push_back(node.value);
  }
}

FlatForest::Node FlatForest::flat_node(const Tree& tree, const Tree::Node& node, std::uint32_t self,
                                       std::span<const std::int32_t> used) {
  // A leaf compares with a key that none reaches, and so stays where it is.
  if (node.is_leaf()) return {kMissingKey, self, 0, kMissingLeft};
  Node flat;
  flat.left = static_cast<std::uint32_t>(node.left);
  flat.column = static_cast<std::uint32_t>(used[static_cast<std::size_t>(node.column)]) * 4;
  if (node.set >= 0) {
    flat.threshold = kMissingKey;
    flat.column += kCategorical;
    flat.set = static_cast<std::uint32_t>(sets_.size());
    const auto& set = tree.sets[static_cast<std::size_t>(node.set)].right;
    sets_.insert(sets_.end(), set.begin(), set.end());
    return flat;
  }
  const KeyTest test = key_test(node.threshold, node.missing_right);
  flat.threshold = test.least;
  if (test.missing_left) flat.column += kMissingLeft;
  return flat;
}

inline std::uint32_t FlatForest::step(std::uint32_t at, const std::uint32_t* keys) const {
  const Node& node = nodes_[at];
  const std::uint32_t key = keys[node.column >> 2U];
  const std::uint32_t beyond = key + (node.column & kMissingLeft) >= node.threshold ? 1 : 0;
  const std::uint32_t level = key & (0U - ((node.column >> 1U) & 1U));
  const std::uint32_t member = sets_[node.set + (level >> 5U)] >> (level & 31U);
  // A categorical node's threshold is out of reach, but for the key of missing numbers; a number's
  // set is empty.
  return node.left + ((beyond | member) & 1U);
}

void FlatForest::add_scores(const RowKeys& keys, ProgramRoom& room, std::span<double> out) const {
  programs_.prepare(keys, room);
  for (const Root& root : roots_) {
    root.depth < 0 ? programs_.add_scores(root.node, room, out) : walk(root, keys, out);
  }
}

void FlatForest::walk(const Root& root, const RowKeys& keys, std::span<double> out) const {
  constexpr std::size_t kLanes = 16;
  std::array<std::uint32_t, kLanes> at{};
  std::array<const std::uint32_t*, kLanes> row{};
  for (std::size_t begin = 0; begin < out.size(); begin += kLanes) {
    const std::size_t count = std::min(kLanes, out.size() - begin);
    // Lanes without a row walk with the last one.
    for (std::size_t i = 0; i < kLanes; ++i) row[i] = keys.row(begin + std::min(i, count - 1));
    at.fill(root.node);
    for (std::int32_t level = 0; level < root.depth; ++level) {
      for (std::size_t i = 0; i < kLanes; ++i) at[i] = step(at[i], row[i]);
    }
    for (std::size_t i = 0; i < count; ++i) out[begin + i] += static_cast<double>(values_[at[i]]);
  }
}

std::vector<std::int32_t> used_columns(std::span<const Tree* const> trees, std::size_t columns) {
  std::vector<std::uint8_t> seen(columns);
  for (const Tree* tree : trees) {
    for (const Tree::Node& node : tree->nodes) {
      if (!node.is_leaf()) seen[static_cast<std::size_t>(node.column)] = 1;
    }
  }
  std::vector<std::int32_t> used;
  for (std::size_t c = 0; c < columns; ++c) {
    if (seen[c] != 0) used.push_back(static_cast<std::int32_t>(c));
  }
  return used;
}

}  // namespace neve::algos::trees

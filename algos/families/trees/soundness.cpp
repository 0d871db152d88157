#include "algos/families/trees/soundness.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace neve::algos::trees {
namespace {

bool has_room(const Tree::LevelSet& set) {
  return set.levels > 0 && set.right.size() == Tree::LevelSet::words(set.levels);
}

bool is_test(const Tree& tree, std::size_t at, std::span<const std::int32_t> levels) {
  const Tree::Node& node = tree.nodes[at];
  const auto index = static_cast<std::int64_t>(at);
  const auto nodes = static_cast<std::int64_t>(tree.nodes.size());
  if (node.left <= index || std::int64_t{node.left} + 1 >= nodes) return false;
  if (node.column < 0 || static_cast<std::size_t>(node.column) >= levels.size()) return false;
  const std::int32_t expected = levels[static_cast<std::size_t>(node.column)];
  if (expected == 0) return node.set == -1;
  return node.set >= 0 && static_cast<std::size_t>(node.set) < tree.sets.size() &&
         tree.set_levels(node.set) == expected;
}

}  // namespace

bool is_sound(const Tree& tree, std::span<const std::int32_t> levels) {
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max());
  if (tree.nodes.empty() || tree.nodes.size() > kMost) return false;
  if (!std::ranges::all_of(tree.sets, has_room)) return false;
  std::vector<std::uint8_t> has_parent(tree.nodes.size());
  for (std::size_t at = 0; at < tree.nodes.size(); ++at) {
    if (tree.nodes[at].is_leaf()) continue;
    if (!is_test(tree, at, levels)) return false;
    const auto left = static_cast<std::size_t>(tree.nodes[at].left);
    if (has_parent[left] != 0 || has_parent[left + 1] != 0) return false;
    has_parent[left] = has_parent[left + 1] = 1;
  }
  return true;
}

}  // namespace neve::algos::trees

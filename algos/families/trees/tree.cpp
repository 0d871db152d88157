#include "algos/families/trees/tree.hpp"

#include <algorithm>
#include <limits>

#include <neve/base/error.hpp>

namespace neve::algos::trees {
namespace {

std::vector<std::uint32_t> right_levels(const NodeSplit& split, const ColumnBins& bins) {
  constexpr std::size_t kBits = Tree::LevelSet::kBits;
  const auto levels = static_cast<std::size_t>(bins.levels);
  std::vector<std::uint32_t> set(Tree::LevelSet::words(bins.levels));
  if (bins.count == bins.levels) {
    // A bin a level, and the missing one behind them: the words are there, in halves.
    for (std::size_t word = 0; word < set.size(); ++word)
      set[word] = static_cast<std::uint32_t>(split.right_bins[word / 2] >> (word % 2 * kBits));
    const std::size_t last = (levels + 1) % kBits;
    if (last != 0) set.back() &= (1U << last) - 1;
    return set;
  }
  for (std::size_t code = 0; code <= levels; ++code) {
    const std::int32_t bin = bins.bin_of_code(static_cast<std::int32_t>(code));
    if (split.goes_right(bin, bins.missing_bin())) set[code / kBits] |= 1U << (code % kBits);
  }
  return set;
}

}  // namespace

void Tree::split(const NodeSplit& split, const ColumnBins& bins) {
  NEVE_CHECK(static_cast<std::size_t>(split.left) == nodes.size(), "nodes are made in order");
  Node& node = nodes[static_cast<std::size_t>(split.node)];
  node.left = split.left;
  node.column = split.column;
  if (split.categorical) {
    node.set = static_cast<std::int32_t>(sets.size());
    sets.push_back({bins.levels, right_levels(split, bins)});
  } else {
    node.missing_right = split.missing_right;
    // Behind the last bin only missing values go right.
    const auto cut = static_cast<std::size_t>(split.threshold) - 1;
    node.threshold =
        cut < bins.cuts.size() ? bins.cuts[cut] : std::numeric_limits<float>::quiet_NaN();
  }
  nodes.resize(nodes.size() + 2);
}

std::int32_t Tree::leaves() const {
  return static_cast<std::int32_t>(std::ranges::count_if(nodes, &Node::is_leaf));
}

std::int32_t Tree::depth() const {
  // Children come after their parent, so one pass backwards sees them first.
  std::vector<std::int32_t> height(nodes.size());
  for (std::size_t i = nodes.size(); i-- > 0;) {
    if (nodes[i].is_leaf()) continue;
    const auto left = static_cast<std::size_t>(nodes[i].left);
    height[i] = 1 + std::max(height[left], height[left + 1]);
  }
  return height[0];
}

}  // namespace neve::algos::trees

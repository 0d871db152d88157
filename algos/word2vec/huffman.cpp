#include "algos/word2vec/huffman.hpp"

#include <algorithm>

namespace neve::algos::word2vec {
namespace {

/// Leaves are 0 to words - 1, inner nodes follow in the order in which they are made.
struct Joins {
  std::vector<std::int32_t> parents;
  std::vector<bool> left;
};

/// Joins the two lightest until one is left: both leaves, from the last on, and inner nodes, from
/// the first on, come by ascending weight, so that two queues do. Of equal ones leaves come first.
Joins join(std::span<const std::int64_t> counts) {
  const std::size_t words = counts.size();
  Joins joins{std::vector<std::int32_t>(2 * words - 1, -1), std::vector<bool>(2 * words - 1)};
  std::vector<std::int64_t> weights(counts.begin(), counts.end());
  weights.reserve(2 * words - 1);
  std::size_t leaf = words;
  std::size_t inner = words;
  const auto take_lightest = [&] {
    const bool takes_leaf =
        leaf > 0 && (inner == weights.size() || weights[leaf - 1] <= weights[inner]);
    return takes_leaf ? --leaf : inner++;
  };
  while (weights.size() < 2 * words - 1) {
    const std::size_t first = take_lightest();
    const std::size_t second = take_lightest();
    const auto parent = static_cast<std::int32_t>(weights.size());
    joins.parents[first] = joins.parents[second] = parent;
    joins.left[first] = true;
    weights.push_back(weights[first] + weights[second]);
  }
  return joins;
}

}  // namespace

std::size_t Tree::longest() const {
  std::size_t longest = 0;
  for (std::size_t word = 0; word < words(); ++word) longest = std::max(longest, length(word));
  return longest;
}

std::int64_t Tree::byte_size() const {
  return static_cast<std::int64_t>(begins.size() * sizeof(std::int64_t) +
                                   nodes.size() * (sizeof(std::int32_t) + sizeof(float)));
}

Tree huffman_tree(std::span<const std::int64_t> counts) {
  Tree tree;
  if (counts.empty()) return tree;
  const Joins joins = join(counts);
  const auto words = static_cast<std::int32_t>(counts.size());
  for (std::int32_t word = 0; word < words; ++word) {
    const auto begin = static_cast<std::ptrdiff_t>(tree.nodes.size());
    std::int32_t at = word;
    for (std::int32_t up = joins.parents[static_cast<std::size_t>(at)]; up >= 0;
         up = joins.parents[static_cast<std::size_t>(at)]) {
      tree.nodes.push_back(up - words);
      tree.labels.push_back(joins.left[static_cast<std::size_t>(at)] ? 1.0F : 0.0F);
      at = up;
    }
    std::reverse(tree.nodes.begin() + begin, tree.nodes.end());
    std::reverse(tree.labels.begin() + begin, tree.labels.end());
    tree.begins.push_back(static_cast<std::int64_t>(tree.nodes.size()));
  }
  tree.labels.insert(tree.labels.end(), Tree::kLabelRoom, 0.0F);
  return tree;
}

}  // namespace neve::algos::word2vec

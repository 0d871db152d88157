#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <set>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/word2vec/huffman.hpp"

namespace {

using namespace neve;
using namespace neve::algos::word2vec;

std::vector<std::size_t> lengths(const Tree& tree) {
  std::vector<std::size_t> made;
  for (std::size_t word = 0; word < tree.words(); ++word) made.push_back(tree.length(word));
  return made;
}

TEST(Huffman, DoublingCountsMakeAComb) {
  EXPECT_EQ(lengths(huffman_tree(std::vector<std::int64_t>{32, 16, 8, 4, 2, 1})),
            (std::vector<std::size_t>{1, 2, 3, 4, 5, 5}));
}

TEST(Huffman, EqualCountsMakeABalancedTree) {
  EXPECT_EQ(lengths(huffman_tree(std::vector<std::int64_t>(16, 7))),
            std::vector<std::size_t>(16, 4));
}

TEST(Huffman, OneWordHasNoTurnAndNoneNoTree) {
  EXPECT_EQ(lengths(huffman_tree(std::vector<std::int64_t>{5})), std::vector<std::size_t>{0});
  EXPECT_EQ(huffman_tree({}).words(), 0U);
}

/// The least sum of counts times lengths is the sum of all inner nodes, by a heap.
TEST(Huffman, IsAsShortAsCanBe) {
  const CounterRng random(11);
  std::vector<std::int64_t> counts;
  for (std::uint64_t i = 0; i < 1000; ++i)
    counts.push_back(1 + static_cast<std::int64_t>(random.below(i, 1U << (i % 17))));
  std::ranges::sort(counts, std::greater<>());
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> heap(counts.begin(),
                                                                                    counts.end());
  std::int64_t least = 0;
  while (heap.size() > 1) {
    std::int64_t joined = heap.top();
    heap.pop();
    joined += heap.top();
    heap.pop();
    least += joined;
    heap.push(joined);
  }
  const Tree tree = huffman_tree(counts);
  std::int64_t sum = 0;
  for (std::size_t word = 0; word < counts.size(); ++word)
    sum += counts[word] * static_cast<std::int64_t>(tree.length(word));
  EXPECT_EQ(sum, least);
}

TEST(Huffman, WaysAreThoseOfOneTree) {
  const std::vector<std::int64_t> counts = {9, 9, 7, 3, 3, 3, 1, 1, 1, 1};
  const Tree tree = huffman_tree(counts);
  std::set<std::pair<std::int32_t, float>> turns;
  std::set<std::vector<float>> ways;
  double kraft = 0;
  for (std::size_t word = 0; word < counts.size(); ++word) {
    const auto nodes = tree.nodes_of(word);
    const auto labels = tree.labels_of(word);
    EXPECT_EQ(nodes[0], static_cast<std::int32_t>(counts.size()) - 2) << "the root is made last";
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      EXPECT_GE(nodes[i], 0);
      turns.emplace(nodes[i], labels[i]);
    }
    ways.emplace(labels.begin(), labels.end());
    kraft += 1.0 / static_cast<double>(std::uint64_t{1} << nodes.size());
  }
  EXPECT_EQ(turns.size(), 2 * (counts.size() - 1)) << "two ways out of each inner node";
  EXPECT_EQ(ways.size(), counts.size());
  EXPECT_EQ(kraft, 1);
}

}  // namespace

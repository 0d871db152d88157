#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <neve/base/rng.hpp>

#include "algos/families/trees/compact_tree.hpp"
#include "algos/families/trees/forest.hpp"

namespace {

using namespace neve;
using namespace neve::algos::trees;

constexpr std::int32_t kLevels = 40;

/// A tree whose even columns are numbers and whose odd ones are categories.
Tree random_tree(std::uint64_t seed, int splits) {
  Tree tree;
  const CounterRng random(seed);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(splits); ++i) {
    std::vector<std::int32_t> leaves;
    for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
      if (tree.nodes[n].is_leaf()) leaves.push_back(static_cast<std::int32_t>(n));
    }
    const auto column = static_cast<std::int32_t>(random.below(8 * i, 4));
    ColumnBins bins;
    bins.categorical = column % 2 == 1;
    bins.levels = bins.categorical ? kLevels : 0;
    bins.cuts = {-1, 0, 0.1F, 3};
    bins.count = bins.categorical ? kLevels : 5;
    NodeSplit split;
    split.node = leaves[random.below(8 * i + 1, leaves.size())];
    split.left = static_cast<std::int32_t>(tree.nodes.size());
    split.column = column;
    split.categorical = bins.categorical;
    split.threshold = 1 + static_cast<std::int32_t>(random.below(8 * i + 2, 5));
    split.missing_right = split.threshold == 5 || random.below(8 * i + 3, 2) == 1;
    if (split.categorical) split.right_bins = {random.bits(8 * i + 4)};
    tree.split(split, bins);
  }
  for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
    tree.nodes[n].value = static_cast<float>(random.uniform(1000 + n));
  }
  return tree;
}

struct Row {
  double numbers[4];
  std::int32_t codes[4];
};

double walk(const Tree& tree, const Row& row) {
  std::size_t at = 0;
  while (!tree.nodes[at].is_leaf()) {
    const Tree::Node& node = tree.nodes[at];
    bool right = false;
    if (node.set >= 0) {
      const std::int32_t code = row.codes[node.column];
      const auto bit = static_cast<std::size_t>(code < 0 || code >= kLevels ? kLevels : code);
      right =
          ((tree.sets[static_cast<std::size_t>(node.set)].right[bit / 32] >> (bit % 32)) & 1U) != 0;
    } else {
      const double x = row.numbers[node.column];
      right = std::isnan(x) ? node.missing_right : x >= static_cast<double>(node.threshold);
    }
    at = static_cast<std::size_t>(node.left) + (right ? 1 : 0);
  }
  return static_cast<double>(tree.nodes[at].value);
}

constexpr std::size_t kRows = 77;

/// Rows of values at which tests change their minds.
std::vector<Row> random_rows() {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> interesting = {std::nan(""),
                                           -inf,
                                           inf,
                                           -0.0,
                                           0.0,
                                           -1,
                                           std::nextafter(-1.0, -2.0),
                                           3,
                                           0.1,
                                           static_cast<double>(0.1F),
                                           std::nextafter(static_cast<double>(0.1F), 0.0),
                                           1e300,
                                           4.9e-324};
  const CounterRng random(5);
  std::vector<Row> rows(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t c = 0; c < 4; ++c) {
      rows[i].numbers[c] = interesting[random.below(8 * i + c, interesting.size())];
      rows[i].codes[c] = static_cast<std::int32_t>(random.below(8 * i + 4 + c, kLevels + 3)) - 1;
    }
  }
  return rows;
}

/// Keys of rows; column c at places[c].
RowKeys keys_of(const std::vector<Row>& rows, const std::vector<std::int32_t>& places) {
  RowKeys keys;
  keys.reset(rows.size(), 4);
  for (std::size_t c = 0; c < 4; ++c) {
    std::vector<double> numbers;
    std::vector<std::int32_t> codes;
    for (const Row& row : rows) {
      numbers.push_back(row.numbers[c]);
      codes.push_back(row.codes[c]);
    }
    const auto place = static_cast<std::size_t>(places[c]);
    c % 2 == 1 ? keys.set_codes(place, codes, kLevels) : keys.set_numbers(place, numbers);
  }
  return keys;
}

TEST(FlatForest, GivesWhatWalkingTheTreesGives) {
  std::vector<Tree> trees;
  for (std::uint64_t seed = 1; seed <= 30; ++seed)
    trees.push_back(random_tree(seed, 1 + static_cast<int>(seed)));
  trees.emplace_back();  // a single leaf
  trees.back().nodes[0].value = 2.5F;
  std::vector<const Tree*> all;
  for (const Tree& tree : trees) all.push_back(&tree);
  const std::vector<std::int32_t> places = {2, 0, 3, 1};
  const FlatForest forest(all, places);
  const std::vector<Row> rows = random_rows();
  const RowKeys keys = keys_of(rows, places);
  std::vector<double> scores(kRows, 0.25);
  ProgramRoom room;
  forest.add_scores(keys, room, scores);
  for (std::size_t i = 0; i < kRows; ++i) {
    double expected = 0.25;
    for (const Tree& tree : trees) expected += walk(tree, rows[i]);
    EXPECT_EQ(scores[i], expected) << "row " << i;
  }
}

TEST(CompactTree, GivesWhatWalkingTheTreeGives) {
  const std::vector<Row> rows = random_rows();
  const RowKeys keys = keys_of(rows, {0, 1, 2, 3});
  for (std::uint64_t seed = 0; seed <= 30; ++seed) {
    const Tree tree = random_tree(seed, static_cast<int>(3 * seed));
    const CompactTree compact(tree);
    EXPECT_EQ(compact.depth(), tree.depth());
    EXPECT_EQ(compact.leaves(), tree.leaves());
    // Some of the rows, in an order of their own.
    std::vector<std::uint16_t> asked;
    for (std::size_t i = kRows; i-- > 0;) {
      if (i % 3 != seed % 3) asked.push_back(static_cast<std::uint16_t>(i));
    }
    std::vector<double> scores(asked.size(), 0.25);
    compact.add_scores(keys, asked, scores);
    for (std::size_t i = 0; i < asked.size(); ++i)
      EXPECT_EQ(scores[i], 0.25 + walk(tree, rows[asked[i]])) << seed << ": row " << asked[i];
  }
}

TEST(Tree, KnowsItsShape) {
  Tree tree;
  EXPECT_EQ(tree.depth(), 0);
  EXPECT_EQ(tree.leaves(), 1);
  ColumnBins bins;
  bins.cuts = {1};
  bins.count = 2;
  tree.split({.node = 0, .left = 1, .threshold = 1, .right_bins = {}}, bins);
  tree.split({.node = 2, .left = 3, .threshold = 1, .right_bins = {}}, bins);
  EXPECT_EQ(tree.depth(), 2);
  EXPECT_EQ(tree.leaves(), 3);
}

}  // namespace

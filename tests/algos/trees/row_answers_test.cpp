// What forests say about rows, and trees as they are shown, against walks that are written out
// here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/rng.hpp>

#include "algos/families/trees/row_answers.hpp"
#include "algos/families/trees/soundness.hpp"
#include "algos/families/trees/view.hpp"

namespace {

using namespace neve;
using namespace neve::algos::trees;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr float kNaNFloat = std::numeric_limits<float>::quiet_NaN();
constexpr std::int32_t kLevels = 40;
const std::vector<std::int32_t> kColumns = {0, kLevels, 0};

/// Grows at random, with tests of every kind.
Tree random_tree(std::uint64_t seed, int splits) {
  const CounterRng random(seed);
  std::uint64_t draws = 0;
  Tree tree;
  tree.nodes[0].weight = 1000;
  for (int i = 0; i < splits; ++i) {
    std::size_t at = random.below(draws++, tree.nodes.size());
    while (!tree.nodes[at].is_leaf()) at = (at + 1) % tree.nodes.size();
    const auto left = static_cast<std::int32_t>(tree.nodes.size());
    Tree::Node node = tree.nodes[at];
    node.left = left;
    node.column = static_cast<std::int32_t>(random.below(draws++, 3));
    if (node.column == 1) {
      node.set = static_cast<std::int32_t>(tree.sets.size());
      Tree::LevelSet set{kLevels, {}};
      for (int word = 0; word < 2; ++word)
        set.right.push_back(static_cast<std::uint32_t>(random.below(draws++, 0xFFFFFFFF)));
      tree.sets.push_back(set);
    } else {
      node.missing_right = random.below(draws++, 2) == 1;
      const bool only_missing = random.below(draws++, 8) == 0;
      node.threshold =
          only_missing ? kNaNFloat : static_cast<float>(random.uniform(draws++)) - 0.5F;
    }
    tree.nodes[at] = node;
    tree.nodes.resize(tree.nodes.size() + 2);
    tree.nodes[static_cast<std::size_t>(left)].weight = node.weight / 4;
    tree.nodes[static_cast<std::size_t>(left) + 1].weight = node.weight * 3 / 4;
  }
  for (Tree::Node& node : tree.nodes) {
    if (node.is_leaf()) node.value = static_cast<float>(random.uniform(draws++));
  }
  return tree;
}

struct Rows {
  std::vector<double> first;
  std::vector<std::int32_t> second;
  std::vector<double> third;
  model::ScoreBlock block;
};

Rows random_rows(std::uint64_t seed, std::size_t count) {
  const CounterRng random(seed);
  Rows rows;
  for (std::uint64_t i = 0; i < count; ++i) {
    rows.first.push_back(random.below(4 * i, 5) == 0 ? kNaN : random.uniform(4 * i + 1) - 0.5);
    // -1 is missing, kLevels is a level that training did not see.
    rows.second.push_back(static_cast<std::int32_t>(random.below(4 * i + 2, kLevels + 2)) - 1);
    rows.third.push_back(random.uniform(4 * i + 3) - 0.5);
  }
  rows.first[0] = std::numeric_limits<double>::infinity();
  rows.first[1] = -std::numeric_limits<double>::infinity();
  rows.block.rows = count;
  rows.block.numbers = {rows.first, {}, rows.third};
  rows.block.codes = {{}, rows.second, {}};
  return rows;
}

struct Walk {
  std::size_t leaf = 0;
  std::string path;
  std::vector<double> tests = std::vector<double>(3);
};

Walk walk(const Tree& tree, const Rows& rows, std::size_t row) {
  Walk made;
  while (tree.nodes[made.leaf].left != 0) {
    const Tree::Node& node = tree.nodes[made.leaf];
    ++made.tests[static_cast<std::size_t>(node.column)];
    bool right = false;
    if (node.column == 1) {
      const std::int32_t code = rows.second[row] < 0 ? kLevels : rows.second[row];
      const auto& words = tree.sets[static_cast<std::size_t>(node.set)].right;
      right = ((words[static_cast<std::size_t>(code) / 32] >> (code % 32)) & 1U) != 0;
    } else {
      const double value = node.column == 0 ? rows.first[row] : rows.third[row];
      right = std::isnan(value) ? node.missing_right
                                : !std::isnan(node.threshold) && value >= double{node.threshold};
    }
    made.path += right ? 'R' : 'L';
    made.leaf = static_cast<std::size_t>(node.left) + (right ? 1 : 0);
  }
  return made;
}

struct Forest {
  std::vector<std::vector<Tree>> trees;
  AskedForest asked;
};

Forest random_forest(bool has_classes) {
  Forest made;
  auto grid = std::make_shared<TreeGrid>();
  for (std::uint64_t i = 0; i < 5; ++i) {
    std::vector<Tree> iteration;
    for (std::uint64_t k = 0; k < (has_classes ? 2U : 1U); ++k)
      iteration.push_back(random_tree(10 * i + k, static_cast<int>(30 * i)));
    grid->emplace_back(iteration.begin(), iteration.end());
    made.trees.push_back(std::move(iteration));
  }
  made.asked = {std::move(grid), kColumns, has_classes};
  return made;
}

std::vector<std::vector<double>> asked(const model::RowExplainer& answers, const Rows& rows,
                                       std::size_t first, std::size_t count) {
  std::vector<std::vector<double>> values(count, std::vector<double>(rows.block.rows, kNaN));
  const std::vector<std::span<double>> out(values.begin(), values.end());
  answers.answer(rows.block, first, out);
  return values;
}

TEST(RowAnswers, LeavesAreThoseOfASlowWalk) {
  const Rows rows = random_rows(3, 500);
  for (const bool has_classes : {false, true}) {
    const Forest forest = random_forest(has_classes);
    const std::size_t classes = forest.asked.classes();
    const LeafAnswers numbers(forest.asked, false);
    const LeafAnswers paths(forest.asked, true);
    ASSERT_EQ(numbers.count(), 5 * classes);
    for (std::size_t c = 0; c < numbers.count(); ++c) {
      const auto column = paths.column(c);
      const std::string name = "T" + std::to_string(c / classes + 1);
      EXPECT_EQ(column.name, has_classes ? name + ".C" + std::to_string(c % classes + 1) : name);
      EXPECT_TRUE(std::ranges::is_sorted(*column.domain));
      const auto nodes = asked(numbers, rows, c, 1)[0];
      const auto codes = asked(paths, rows, c, 1)[0];
      for (std::size_t row = 0; row < rows.block.rows; ++row) {
        const Walk way = walk(forest.trees[c / classes][c % classes], rows, row);
        EXPECT_EQ(nodes[row], static_cast<double>(way.leaf));
        EXPECT_EQ((*column.domain)[static_cast<std::size_t>(codes[row])], way.path);
      }
    }
  }
}

TEST(RowAnswers, FrequenciesCountTests) {
  const Rows rows = random_rows(4, 300);
  const Forest forest = random_forest(true);
  const FrequencyAnswers answers(forest.asked, {"x", "k", "z"});
  const auto all = asked(answers, rows, 0, 3);
  EXPECT_EQ(asked(answers, rows, 1, 1)[0], all[1]);
  for (std::size_t row = 0; row < rows.block.rows; ++row) {
    std::vector<double> expected(3);
    for (const auto& iteration : forest.trees) {
      for (const Tree& tree : iteration) {
        const Walk way = walk(tree, rows, row);
        for (std::size_t c = 0; c < 3; ++c) expected[c] += way.tests[c];
      }
    }
    for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(all[c][row], expected[c]);
  }
}

TEST(CompactTree, UnpackedIsWhatItWasMadeOf) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Tree tree = random_tree(seed, 50);
    const Tree again = CompactTree(tree).unpacked(kColumns);
    ASSERT_EQ(again.nodes.size(), tree.nodes.size());
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const Tree::Node& was = tree.nodes[i];
      const Tree::Node& is = again.nodes[i];
      EXPECT_EQ(is.left, was.left);
      EXPECT_EQ(is.column, was.column);
      EXPECT_EQ(is.missing_right, was.missing_right);
      EXPECT_TRUE(is.threshold == was.threshold ||
                  (std::isnan(is.threshold) && std::isnan(was.threshold)));
      EXPECT_EQ(is.value, was.value);
      EXPECT_EQ(is.weight, was.weight);
      if (was.set < 0) continue;
      EXPECT_EQ(again.sets[static_cast<std::size_t>(is.set)].right,
                tree.sets[static_cast<std::size_t>(was.set)].right);
    }
  }
}

TEST(TreeView, ShowsNodesByLevels) {
  // 0: x >= 2, missing right; 1: k in {1, 3}, missing left; 2: x >= 5; 3: k in {0}.
  Tree tree;
  tree.nodes.resize(9);
  tree.nodes[0] = {.left = 1, .column = 0, .threshold = 2, .missing_right = true, .weight = 100};
  tree.nodes[1] = {.left = 5, .column = 1, .set = 0, .weight = 60};
  tree.nodes[2] = {.left = 3, .column = 0, .threshold = 5, .missing_right = false, .weight = 40};
  tree.nodes[3] = {.value = 1, .weight = 10};
  tree.nodes[4] = {.value = 2, .weight = 30};
  tree.nodes[5] = {.left = 7, .column = 1, .set = 1, .weight = 20};
  tree.nodes[6] = {.value = 3, .weight = 40};
  tree.nodes[7] = {.value = 4, .weight = 5};
  tree.nodes[8] = {.value = 5, .weight = 15};
  tree.sets = {{4, {0b01010}}, {4, {0b10001}}};
  const std::vector<std::int32_t> levels = {0, 4};
  const model::TreeView view = view_of(tree, levels);
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> lefts;
  for (const auto& node : view.nodes) {
    ids.push_back(node.id);
    lefts.push_back(node.left);
    EXPECT_EQ(node.right, node.left < 0 ? -1 : node.left + 1);
  }
  EXPECT_EQ(ids, (std::vector<std::int32_t>{0, 1, 2, 5, 6, 3, 4, 7, 8}));
  EXPECT_EQ(lefts, (std::vector<std::int32_t>{1, 3, 5, 7, -1, -1, -1, -1, -1}));
  EXPECT_EQ(view.nodes[0].missing_right, std::optional(true));
  EXPECT_EQ(view.nodes[1].missing_right, std::optional(false));
  EXPECT_EQ(view.nodes[2].missing_right, std::optional(false));
  // Missing values of k went left at node 1, and here right.
  EXPECT_EQ(view.nodes[3].missing_right, std::optional(true));
  EXPECT_EQ(view.nodes[3].levels, (std::vector<std::int32_t>{0, 2}));
  EXPECT_EQ(view.nodes[4].levels, (std::vector<std::int32_t>{1, 3}));
  EXPECT_EQ(view.nodes[7].levels, (std::vector<std::int32_t>{2}));
  EXPECT_EQ(view.nodes[8].levels, (std::vector<std::int32_t>{0}));
  EXPECT_TRUE(view.nodes[1].levels.empty());
  EXPECT_FLOAT_EQ(view.nodes[2].value, 1.75F);
  EXPECT_FLOAT_EQ(view.nodes[3].value, 4.75F);
  EXPECT_FLOAT_EQ(view.nodes[0].value, (10 * 1 + 30 * 2 + 40 * 3 + 5 * 4 + 15 * 5) / 100.0F);
  EXPECT_TRUE(std::isnan(view.nodes[1].threshold));
}

TEST(TreeView, WhatNoMissingValueReachesHasNoDirection) {
  Tree tree;
  tree.nodes.resize(5);
  tree.nodes[0] = {.left = 1, .column = 0, .threshold = 0, .missing_right = true};
  tree.nodes[1] = {.left = 3, .column = 0, .threshold = -1, .missing_right = true};
  const model::TreeView view = view_of(tree, kColumns);
  EXPECT_EQ(view.nodes[1].missing_right, std::nullopt);
}

TEST(Soundness, NodesHaveOneParent) {
  Tree tree = random_tree(1, 6);
  ASSERT_TRUE(is_sound(tree, kColumns));
  ASSERT_TRUE(CompactTree(tree).is_sound(kColumns));
  std::vector<std::size_t> tests;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    if (!tree.nodes[i].is_leaf()) tests.push_back(i);
  }
  tree.nodes[tests[0]].left = tree.nodes[tests.back()].left;
  EXPECT_FALSE(is_sound(tree, kColumns));
  EXPECT_FALSE(CompactTree(tree).is_sound(kColumns));
}

}  // namespace

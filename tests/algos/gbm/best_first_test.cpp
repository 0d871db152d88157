// Trees that grow by their best leaf, against trees grown one leaf at a time from the rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "algos/gbm/small_boost.hpp"
#include "algos/gbm/training_session.hpp"

namespace {

using namespace neve::algos;
using namespace neve::algos::gbm;
using namespace neve::algos::gbm::testing;
using GbmSession = neve::algos::gbm::testing::Session;
namespace wire = neve::wire;
namespace schema = neve::schema;

BoostSettings best_first(Family family, std::int32_t leaves) {
  BoostSettings made = settings_of(family, std::numeric_limits<std::int32_t>::max());
  made.grow.best_first = true;
  made.grow.max_leaves = leaves;
  made.learn_rate = 1;
  return made;
}

/// A test of one column at a threshold, and what it gains.
struct Cut {
  double gain = 0;
  std::size_t column = 0;
  double threshold = 0;
};

/// A leaf of the slow tree: its rows, and its best cut where it has one.
struct SlowLeaf {
  std::vector<std::size_t> rows;
  std::optional<Cut> cut;
};

/// The best cut of rows of numbers without missing values: all thresholds between neighbours.
std::optional<Cut> best_cut(const Table& table, const std::vector<double>& residual,
                            const std::vector<std::size_t>& rows, std::size_t min_rows) {
  std::optional<Cut> best;
  double squares = 0;
  double sum = 0;
  for (const std::size_t row : rows) squares += residual[row] * residual[row];
  for (const std::size_t row : rows) sum += residual[row];
  const auto all = static_cast<double>(rows.size());
  for (std::size_t c = 0; c < table.predictors.size(); ++c) {
    const std::vector<double>& x = table.predictors[c];
    std::vector<std::size_t> order = rows;
    std::ranges::stable_sort(order, {}, [&](std::size_t row) { return x[row]; });
    double left = 0;
    for (std::size_t i = 1; i < order.size(); ++i) {
      left += residual[order[i - 1]];
      if (x[order[i - 1]] == x[order[i]] || i < min_rows || order.size() - i < min_rows) continue;
      const auto count = static_cast<double>(i);
      const double right = sum - left;
      const double gain = left * left / count + right * right / (all - count) - sum * sum / all;
      if (gain <= 1e-5 * squares || (best && gain <= best->gain)) continue;
      best = Cut{gain, c, x[order[i]]};
    }
  }
  return best;
}

/// The rows of each leaf of a tree grown best first, one leaf after the other.
std::vector<std::vector<std::size_t>> slow_leaves(const Table& table,
                                                  const std::vector<double>& residual,
                                                  std::size_t leaves, std::size_t min_rows) {
  std::vector<SlowLeaf> tree(1);
  for (std::size_t row = 0; row < table.rows(); ++row) tree[0].rows.push_back(row);
  tree[0].cut = best_cut(table, residual, tree[0].rows, min_rows);
  while (tree.size() < leaves) {
    const auto best = std::ranges::max_element(
        tree, {}, [](const SlowLeaf& leaf) { return leaf.cut ? leaf.cut->gain : -1; });
    if (!best->cut) break;
    const SlowLeaf old = std::move(*best);
    tree.erase(best);
    SlowLeaf sides[2];
    for (const std::size_t row : old.rows) {
      const bool right = table.predictors[old.cut->column][row] >= old.cut->threshold;
      sides[right ? 1 : 0].rows.push_back(row);
    }
    for (SlowLeaf& side : sides) {
      side.cut = best_cut(table, residual, side.rows, min_rows);
      tree.push_back(std::move(side));
    }
  }
  std::vector<std::vector<std::size_t>> rows;
  rows.reserve(tree.size());
  for (SlowLeaf& leaf : tree) rows.push_back(std::move(leaf.rows));
  std::ranges::sort(rows);
  return rows;
}

/// The rows of each leaf of a learnt tree.
std::vector<std::vector<std::size_t>> leaves_of(const trees::Tree& tree, const Table& table) {
  std::vector<std::vector<std::size_t>> rows(tree.nodes.size());
  for (std::size_t row = 0; row < table.rows(); ++row)
    rows[leaf_of(tree, table, row)].push_back(row);
  std::erase_if(rows, [](const auto& leaf) { return leaf.empty(); });
  std::ranges::sort(rows);
  return rows;
}

/// Numbers with few values each, so that bins are values; a response with jumps of many sizes.
Table jumps(std::size_t rows, std::uint64_t seed) {
  Table table;
  table.levels = {0, 0, 0};
  table.predictors.resize(3);
  const neve::CounterRng random(seed);
  for (std::uint64_t i = 0; i < rows; ++i) {
    const double a = std::floor(random.uniform(4 * i) * 40);
    const double b = std::floor(random.uniform(4 * i + 1) * 40);
    const double c = std::floor(random.uniform(4 * i + 2) * 40);
    table.predictors[0].push_back(a);
    table.predictors[1].push_back(b);
    table.predictors[2].push_back(c);
    table.response.push_back(std::pow(1.15, a) + (a > 30 ? b * b / 50 : b / 50) + std::sin(c / 3) +
                             random.uniform(4 * i + 3));
  }
  return table;
}

TEST(BestFirst, TheLargestGainIsTakenWhereverItIs) {
  // Of the first split's sides only the right one has jumps, of 8 and of 2; then the left one's.
  Table table;
  table.levels = {0};
  table.predictors = {{1, 1, 2, 2, 3, 3, 4, 4, 5, 5}};
  table.response = {0, 0, 1, 1, 40, 40, 42, 42, 50, 50};
  const auto tree_of = [&](std::int32_t leaves) {
    return boost(table, best_first(Family::gaussian, leaves), 1).iterations[0][0];
  };
  const trees::Tree four = tree_of(4);
  ASSERT_EQ(four.nodes.size(), 7U);
  EXPECT_EQ(four.nodes[0].threshold, 2.5F);
  EXPECT_EQ(four.nodes[0].left, 1);
  EXPECT_TRUE(four.nodes[1].is_leaf());
  EXPECT_EQ(four.nodes[2].threshold, 4.5F);
  EXPECT_EQ(four.nodes[2].left, 3);
  EXPECT_EQ(four.nodes[3].threshold, 3.5F);
  EXPECT_EQ(four.nodes[3].left, 5);
  const trees::Tree five = tree_of(5);
  ASSERT_EQ(five.nodes.size(), 9U);
  EXPECT_EQ(five.nodes[1].left, 7) << "a jump of 1 is the last";
  EXPECT_EQ(tree_of(2).nodes.size(), 3U);
  EXPECT_EQ(tree_of(50).nodes.size(), 9U);
  // The mean is 26.6.
  EXPECT_NEAR(five.nodes[4].value, 50 - 26.6, 1e-5);
  EXPECT_NEAR(five.nodes[8].value, 1 - 26.6, 1e-5);
}

TEST(BestFirst, IsTheTreeOfOneLeafAfterTheOther) {
  const Table table = jumps(4'000, 5);
  double mean = 0;
  for (const double y : table.response) mean += y / static_cast<double>(table.rows());
  std::vector<double> residual;
  residual.reserve(table.rows());
  for (const double y : table.response) residual.push_back(y - mean);
  for (const std::size_t leaves : {2, 3, 7, 31, 100, 255}) {
    BoostSettings settings = best_first(Family::gaussian, static_cast<std::int32_t>(leaves));
    settings.grow.rules.min_rows = 5;
    const Learnt learnt = boost(table, settings, 1);
    const trees::Tree& tree = learnt.iterations[0][0];
    EXPECT_EQ(tree.leaves(), static_cast<std::int32_t>(leaves));
    EXPECT_EQ(leaves_of(tree, table), slow_leaves(table, residual, leaves, 5)) << leaves;
  }
}

TEST(BestFirst, HistogramsThatTakeManyPassesMakeTheSameTree) {
  Table table = jumps(1'000, 11);
  for (std::uint64_t c = 0; c < 600; ++c) {
    const neve::CounterRng random(200 + c);
    table.levels.push_back(0);
    table.predictors.emplace_back();
    for (std::uint64_t i = 0; i < table.rows(); ++i)
      table.predictors.back().push_back(std::floor(random.uniform(i) * 64));
  }
  BoostSettings settings = best_first(Family::gaussian, 40);
  settings.grow.rules.min_rows = 5;
  const Learnt learnt = boost(table, settings, 1);
  std::vector<double> residual;
  residual.reserve(table.rows());
  for (const double y : table.response) residual.push_back(y - learnt.first_score);
  EXPECT_EQ(leaves_of(learnt.iterations[0][0], table), slow_leaves(table, residual, 40, 5));
  settings.grow.kept_bytes = std::size_t{2} << 20U;
  EXPECT_EQ(boost(table, settings, 1).bytes(), learnt.bytes());
}

TEST(BestFirst, LeavesHaveTheMeansOfTheirRows) {
  const Table table = jumps(3'000, 6);
  const Learnt learnt = boost(table, best_first(Family::gaussian, 60), 1);
  const trees::Tree& tree = learnt.iterations[0][0];
  std::vector<double> sums(tree.nodes.size());
  std::vector<double> rows(tree.nodes.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::size_t leaf = leaf_of(tree, table, row);
    sums[leaf] += table.response[row] - learnt.first_score;
    rows[leaf] += 1;
  }
  for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
    if (!tree.nodes[n].is_leaf()) continue;
    EXPECT_EQ(static_cast<double>(tree.nodes[n].weight), rows[n]);
    EXPECT_NEAR(static_cast<double>(tree.nodes[n].value), sums[n] / rows[n], 1e-4);
  }
}

TEST(BestFirst, WithRoomForAllLeavesItIsTheTreeOfLevels) {
  const Table table = made_up(3'000, 8, Family::gaussian);
  BoostSettings settings = settings_of(Family::gaussian, 6);
  settings.grow.rules.min_rows = 20;
  const Learnt levels = boost(table, settings, 1);
  settings.grow.best_first = true;
  settings.grow.max_leaves = 10'000;
  const Learnt best = boost(table, settings, 1);
  const trees::Tree& tree = best.iterations[0][0];
  EXPECT_LE(tree.depth(), 6);
  EXPECT_EQ(leaves_of(tree, table), leaves_of(levels.iterations[0][0], table));
}

TEST(BestFirst, LevelsStopInTheirMiddleWhereLeavesAreLimited) {
  const Table table = jumps(3'000, 7);
  BoostSettings settings = settings_of(Family::gaussian, 10);
  const trees::Tree all = boost(table, settings, 1).iterations[0][0];
  for (const std::int32_t leaves : {2, 5, 8, 13}) {
    settings.grow.max_leaves = leaves;
    const trees::Tree tree = boost(table, settings, 1).iterations[0][0];
    ASSERT_EQ(tree.leaves(), leaves);
    for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
      if (tree.nodes[n].is_leaf()) continue;
      EXPECT_EQ(tree.nodes[n].left, all.nodes[n].left);
    }
  }
}

/// Everything that is drawn or bound below a node.
BoostSettings demanding(Family family) {
  BoostSettings settings = best_first(family, 40);
  settings.learn_rate = 0.3;
  settings.grow.rules.min_rows = 5;
  settings.grow.column_rate = 0.6;
  settings.grow.column_rate_change = 1.05;
  settings.grow.sampling.rate = 0.8;
  settings.grow.interactions = {{0, 1}, {0, 1, 2}, {1, 2}};
  if (family == Family::gaussian) settings.grow.rules.directions = {1, 0, 0};
  settings.random_thresholds = 7;
  return settings;
}

TEST(BestFirst, IsTheSameOnAnyThreadsAndNodesAndInLittleMemory) {
  for (const Family family : {Family::gaussian, Family::multinomial, Family::laplace}) {
    const Table table = made_up(6'000, 9, family);
    const BoostSettings settings = demanding(family);
    const wire::Bytes expected = boost(table, settings, 4).bytes();
    for (const Machine& machine :
         {Machine{.threads = 1}, Machine{.threads = 7}, Machine{.nodes = 3, .threads = 1},
          Machine{.nodes = 3, .threads = 2, .copies = 2, .lose_node_before_tree = 2}}) {
      EXPECT_EQ(boost(table, settings, 4, machine).bytes(), expected)
          << machine.nodes << " nodes of " << machine.threads;
    }
    BoostSettings poor = settings;
    poor.grow.kept_bytes = 1;
    EXPECT_EQ(boost(table, poor, 4).bytes(), expected);
  }
}

TEST(BestFirst, CopiesOfRowsCountLikeTheirWeight) {
  Table table = jumps(2'000, 10);
  const neve::CounterRng random(3);
  for (std::uint64_t i = 0; i < table.rows(); ++i)
    table.weights.push_back(static_cast<double>(random.below(i, 4)));
  BoostSettings settings = best_first(Family::gaussian, 50);
  EXPECT_EQ(wire::encode(boost(table, settings, 3).iterations),
            wire::encode(boost(copied(table), settings, 3).iterations));
}

TEST(BestFirst, IsOfferedAsGrowPolicy) {
  GbmSession session;
  const schema::Form form{{"ntrees", "3"},
                          {"max_depth", "0"},
                          {"min_rows", "1"},
                          {"max_leaves", "21"},
                          {"nfolds", "0"}};
  schema::Form best = form;
  best.emplace_back("grow_policy", "lossguide");
  const auto by_gain = session.train("y", best);
  const auto by_level = session.train("y", form);
  for (const auto& model : {by_gain, by_level}) {
    ASSERT_TRUE(model);
    for (const auto& iteration : model->iterations) EXPECT_EQ(iteration[0].leaves(), 21);
  }
  EXPECT_NE(by_gain->encode_learnt(), by_level->encode_learnt());
  EXPECT_EQ(session.check("y", {{"max_leaves", "1"}}).errors(), 1);
  EXPECT_EQ(session.check("y", {{"max_leaves", "-1"}}).errors(), 1);
}

}  // namespace

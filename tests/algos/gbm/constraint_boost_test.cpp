#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "algos/gbm/constraints.hpp"
#include "algos/gbm/small_boost.hpp"

namespace {

using namespace neve::algos;
using namespace neve::algos::gbm;
using namespace neve::algos::gbm::testing;

/// x and z of 1 or 2, so many rows of each response.
Table crossed() {
  Table table;
  table.levels = {0, 0};
  table.predictors.resize(2);
  const auto add = [&](int rows, double x, double z, double y) {
    for (int i = 0; i < rows; ++i) {
      table.predictors[0].push_back(x);
      table.predictors[1].push_back(z);
      table.response.push_back(y);
    }
  };
  add(9, 1, 1, 0);
  add(1, 1, 2, 20);
  add(9, 2, 1, 14);
  add(1, 2, 2, 26);
  return table;
}

TEST(Constraints, ASplitAgainstItsDirectionIsNotMade) {
  Table table;
  table.levels = {0};
  table.predictors = {{1, 1, 2, 2, 3, 3}};
  table.response = {0, 2, 0, 2, 9, 11};
  BoostSettings settings = settings_of(Family::gaussian, 1);
  settings.grow.rules.directions = {-1};
  EXPECT_EQ(boost(table, settings, 1).iterations[0][0].nodes.size(), 1U);
  settings.grow.rules.directions = {1};
  EXPECT_EQ(boost(table, settings, 1).iterations[0][0].nodes.size(), 3U);
}

TEST(Constraints, ChildrenKeepToTheMiddleOfTheirParents) {
  BoostSettings settings = settings_of(Family::gaussian, 2);
  settings.learn_rate = 1;
  settings.grow.rules.directions = {1, 0};
  const Learnt learnt = boost(crossed(), settings, 1);
  const trees::Tree& tree = learnt.iterations[0][0];
  ASSERT_EQ(tree.nodes.size(), 7U);
  ASSERT_EQ(tree.nodes[0].column, 0);
  // The mean is 8.6, those of both sides of x are 2 and 15.2: residuals to the left stay below 0,
  // the middle of -6.6 and 6.6, also that of the row whose own is 11.4.
  EXPECT_EQ(tree.nodes[3].value, -8.6F);
  EXPECT_NEAR(tree.nodes[4].value, 0, 1e-6);
  EXPECT_EQ(tree.nodes[5].value, 5.4F);
  EXPECT_EQ(tree.nodes[6].value, 17.4F);
  settings.grow.rules.directions = {};
  EXPECT_EQ(boost(crossed(), settings, 1).iterations[0][0].nodes[4].value, 11.4F);
}

TEST(Constraints, TellingMissingValuesApartHasNoDirection) {
  Table table;
  table.levels = {0};
  table.predictors = {{1, 2, 3, kNaN, kNaN, kNaN}};
  table.response = {5, 5, 5, 0, 0, 0};
  for (const int direction : {1, -1}) {
    BoostSettings settings = settings_of(Family::gaussian, 2);
    settings.grow.rules.directions = {static_cast<std::int8_t>(direction)};
    const Learnt learnt = boost(table, settings, 1);
    ASSERT_EQ(learnt.iterations[0][0].nodes.size(), 3U);
    EXPECT_GT(learnt.iterations[0][0].nodes[1].value, learnt.iterations[0][0].nodes[2].value);
  }
}

double score_of(const Learnt& learnt, const Table& table, std::size_t row) {
  double score = learnt.first_score;
  for (const Iteration& iteration : learnt.iterations) {
    score += static_cast<double>(iteration[0].nodes[leaf_of(iteration[0], table, row)].value);
  }
  return score;
}

/// Rows that differ in one column alone, in the order of its values.
Table along(std::size_t column, double k, double other) {
  Table table;
  table.levels = {0, 9, 0};
  for (int i = 0; i <= 100; ++i) {
    const double share = i / 100.0;
    table.response.push_back(0);
    for (std::size_t c = 0; c < 3; ++c) table.predictors.resize(3);
    table.predictors[0].push_back(column == 0 ? 50 * share : 50 * other);
    table.predictors[1].push_back(k);
    table.predictors[2].push_back(column == 2 ? share : other);
  }
  return table;
}

TEST(Constraints, PredictionsFollowTheDirectionsEverywhere) {
  for (const Family family :
       {Family::gaussian, Family::bernoulli, Family::tweedie, Family::quantile}) {
    const Table table = made_up(4'000, 15, family);
    for (const int direction : {1, -1}) {
      BoostSettings settings = settings_of(family, 5);
      settings.learn_rate = 0.5;
      // The response rises with the first column and falls with the last one; the other way round
      // there is little to learn, and noise to resist.
      settings.grow.rules.directions = {static_cast<std::int8_t>(direction), 0,
                                        static_cast<std::int8_t>(-direction)};
      const Learnt learnt = boost(table, settings, 8);
      for (const std::size_t column : {std::size_t{0}, std::size_t{2}}) {
        const int sign = column == 0 ? direction : -direction;
        for (int line = 0; line < 27; ++line) {
          const Table rows = along(column, line % 9, (line / 9) / 2.0);
          for (std::size_t i = 1; i < rows.rows(); ++i) {
            ASSERT_GE(sign * (score_of(learnt, rows, i) - score_of(learnt, rows, i - 1)), 0)
                << "column " << column << " row " << i;
          }
        }
      }
    }
  }
}

TEST(Constraints, DirectionsThatTheDataFollowAnywayCostLittle) {
  const Table table = made_up(4'000, 16, Family::gaussian);
  BoostSettings settings = settings_of(Family::gaussian, 4);
  const auto gain = [&](const BoostSettings& with) {
    double sum = 0;
    for (const double each : boost(table, with, 20).importance) sum += each;
    return sum;
  };
  const double free = gain(settings);
  settings.grow.rules.directions = {1, 0, -1};
  EXPECT_GT(gain(settings), 0.9 * free);
  settings.grow.rules.directions = {-1, 0, 1};
  EXPECT_LT(gain(settings), 0.7 * free);
}

TEST(Constraints, ConstrainedTreesHaveTheSameBitsOnAnyThreadsAndNodes) {
  const Table table = made_up(30'000, 17, Family::bernoulli);
  BoostSettings settings = settings_of(Family::bernoulli, 6);
  settings.grow.rules.directions = {1, 0, -1};
  settings.grow.interactions = {{0, 1}, {0, 1}, {2}};
  settings.grow.column_rate = 0.7;
  const auto expected = boost(table, settings, 4, {1, 1}).bytes();
  for (const Machine machine : {Machine{1, 2}, Machine{1, 3}, Machine{1, 8}, Machine{2, 1},
                                Machine{3, 2}, Machine{3, 2, 2, 2}}) {
    EXPECT_EQ(boost(table, settings, 4, machine).bytes(), expected);
  }
}

/// The columns of every path of a tree.
void collect_paths(const trees::Tree& tree, std::size_t at, std::set<int> path,
                   std::set<std::set<int>>& paths) {
  const trees::Tree::Node& node = tree.nodes[at];
  if (node.is_leaf()) {
    paths.insert(path);
    return;
  }
  path.insert(node.column);
  collect_paths(tree, static_cast<std::size_t>(node.left), path, paths);
  collect_paths(tree, static_cast<std::size_t>(node.left) + 1, path, paths);
}

TEST(Constraints, OnlyColumnsOfOneGroupMeetOnAPath) {
  const Table table = made_up(4'000, 18, Family::gaussian);
  BoostSettings settings = settings_of(Family::gaussian, 5);
  const auto paths_of = [&] {
    std::set<std::set<int>> paths;
    for (const Iteration& iteration : boost(table, settings, 10).iterations)
      collect_paths(iteration[0], 0, {}, paths);
    return paths;
  };
  EXPECT_TRUE(paths_of().contains({0, 1, 2}));
  settings.grow.interactions = {{0, 1}, {0, 1, 2}, {1, 2}};
  for (const std::set<int>& path : paths_of()) EXPECT_FALSE(path.contains(0) && path.contains(2));
  settings.grow.interactions = {{0}, {}, {2}};
  settings.learn_rate = 1;
  const std::set<std::set<int>> alone = {{0}, {2}};
  EXPECT_EQ(paths_of(), alone);
}

TEST(Constraints, GroupsAndDirectionsAreReadByName) {
  Parameters p;
  const std::vector<std::string> predictors = {"a", "b", "c", "d"};
  EXPECT_TRUE(interactions_of(p, predictors).empty());
  EXPECT_TRUE(directions_of(p, predictors).empty());
  p.interaction_constraints = {{"a", "b"}, {"b", "dropped", "c"}};
  const std::vector<std::vector<std::int32_t>> expected = {{0, 1}, {0, 1, 2}, {1, 2}, {}};
  EXPECT_EQ(interactions_of(p, predictors), expected);
  p.monotone_constraints = {{"c", -1}, {"a", 3}, {"b", 0}, {"dropped", 1}};
  EXPECT_EQ(directions_of(p, predictors), (std::vector<std::int8_t>{1, 0, -1, 0}));
}

}  // namespace

// Which rows, columns and thresholds trees see.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "algos/gbm/small_boost.hpp"

namespace {

using namespace neve::algos;
using namespace neve::algos::gbm;
using namespace neve::algos::gbm::testing;
using neve::CounterRng;
namespace wire = neve::wire;

/// Columns of noise, all alike, and a response that hangs on the first as often as `strength` says.
Table columns_of(std::size_t columns, std::size_t rows, double strength) {
  Table table;
  table.levels.assign(columns, 0);
  table.predictors.resize(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    const CounterRng random(50 + c);
    for (std::uint64_t i = 0; i < rows; ++i)
      table.predictors[c].push_back(std::floor(random.uniform(i) * 64));
  }
  const CounterRng random(7);
  for (std::uint64_t i = 0; i < rows; ++i)
    table.response.push_back(strength * table.predictors[0][i] + random.uniform(i));
  return table;
}

/// Trees that all see the same residuals, nearly.
std::vector<trees::Tree> trees_of(const Table& table, BoostSettings settings, int count) {
  settings.learn_rate = 1e-9;
  std::vector<trees::Tree> made;
  for (Iteration& iteration : boost(table, settings, count).iterations)
    made.push_back(std::move(iteration[0]));
  return made;
}

/// How many of `draws` come true within five deviations of their probability.
void expect_share(int hits, int draws, double probability) {
  const double mean = probability * draws;
  EXPECT_NEAR(hits, mean, 5 * std::sqrt(mean * (1 - probability))) << "of " << draws;
}

TEST(ColumnSampling, ATreeUsesItsShareOfTheColumnsAndOthersAnother) {
  const Table table = columns_of(10, 600, 0);
  BoostSettings settings = settings_of(Family::gaussian, 8);
  settings.grow.column_rate_per_tree = 0.39;
  std::vector<int> uses(10);
  constexpr int kTrees = 200;
  for (const trees::Tree& tree : trees_of(table, settings, kTrees)) {
    std::set<std::int32_t> used;
    for (const auto& node : tree.nodes) {
      if (!node.is_leaf()) used.insert(node.column);
    }
    EXPECT_EQ(used.size(), 3U) << "0.39 of 10, rounded down";
    for (const std::int32_t c : used) ++uses[static_cast<std::size_t>(c)];
  }
  for (const int use : uses) expect_share(use, kTrees, 0.3);
}

TEST(ColumnSampling, EachSplitDrawsItsShareAnewAndLevelsChangeIt) {
  // The first column is taken wherever it is drawn.
  const Table table = columns_of(8, 4'000, 1);
  BoostSettings settings = settings_of(Family::gaussian, 3);
  settings.grow.column_rate = 0.5;
  settings.grow.column_rate_change = 0.6;
  constexpr int kTrees = 300;
  // 4 of 8 columns, then 2.4 and 1.44, rounded down.
  const double expected[] = {4.0 / 8, 2.0 / 8, 1.0 / 8};
  int hits[3] = {};
  int draws[3] = {};
  for (const trees::Tree& tree : trees_of(table, settings, kTrees)) {
    std::vector<int> level(tree.nodes.size());
    for (std::size_t n = 0; n < tree.nodes.size(); ++n) {
      const auto& node = tree.nodes[n];
      if (node.is_leaf()) continue;
      const auto left = static_cast<std::size_t>(node.left);
      level[left] = level[left + 1] = level[n] + 1;
      ++draws[level[n]];
      hits[level[n]] += node.column == 0 ? 1 : 0;
    }
  }
  for (int level = 0; level < 3; ++level) {
    EXPECT_GE(draws[level], kTrees);
    expect_share(hits[level], draws[level], expected[level]);
  }
}

TEST(ColumnSampling, SharesOfTreeAndSplitAreMultipliedBeforeTheyAreRounded) {
  // 0.59 · 0.59 of 10 columns are 3, while 0.59 of the tree's 5 would be 2.
  const Table table = columns_of(10, 3'000, 1);
  BoostSettings settings = settings_of(Family::gaussian, 1);
  settings.grow.column_rate_per_tree = 0.59;
  settings.grow.column_rate = 0.59;
  int hits = 0;
  constexpr int kTrees = 400;
  for (const trees::Tree& tree : trees_of(table, settings, kTrees))
    hits += tree.nodes[0].column == 0 ? 1 : 0;
  expect_share(hits, kTrees, 0.3);
}

TEST(RowSampling, TreesSeeTheRowsOfEachClassThatTheirRateDraws) {
  Table table = columns_of(2, 5'000, 0);
  for (std::size_t i = 0; i < table.rows(); ++i) table.response[i] = i % 5 == 0 ? 1 : 0;
  BoostSettings settings = settings_of(Family::bernoulli, 2);
  settings.grow.sampling.rate_per_class = {0.25, 1};
  const std::vector<trees::Tree> all = trees_of(table, settings, 3);
  for (std::size_t t = 0; t < all.size(); ++t) {
    const CounterRng random(settings.grow.sampling.seed, t);
    double seen = 0;
    for (std::uint64_t i = 0; i < table.rows(); ++i)
      seen += table.response[i] == 1 || random.uniform(i) < 0.25 ? 1 : 0;
    EXPECT_EQ(static_cast<double>(all[t].nodes[0].weight), seen);
  }
  settings.grow.sampling.rate_per_class = {0, 1};
  const Learnt one_class = boost(table, settings, 1);
  EXPECT_EQ(one_class.iterations[0][0].nodes[0].weight, 1'000.0F);
}

TEST(Thresholds, TakeTurnsInRoundRobin) {
  const Table table = columns_of(3, 3'000, 1);
  BoostSettings settings = settings_of(Family::gaussian, 3);
  const std::vector<trees::Tree> full = trees_of(table, settings, 4);
  settings.random_thresholds = 3;
  const std::vector<trees::Tree> drawn = trees_of(table, settings, 4);
  settings.random_by_turns = true;
  const std::vector<trees::Tree> by_turns = trees_of(table, settings, 4);
  for (std::size_t t = 0; t < 4; ++t) {
    EXPECT_NE(wire::encode(full[t]), wire::encode(drawn[t]));
    const auto& expected = t % 2 == 0 ? full[t] : drawn[t];
    EXPECT_EQ(by_turns[t].nodes.size(), expected.nodes.size());
    for (std::size_t n = 0; n < expected.nodes.size(); ++n) {
      EXPECT_EQ(by_turns[t].nodes[n].column, expected.nodes[n].column);
      EXPECT_EQ(by_turns[t].nodes[n].threshold, expected.nodes[n].threshold);
    }
  }
}

TEST(Bins, OfWideColumnsAreAsManyAsAskedFor) {
  // 6,000 values in any order, of which one threshold matters.
  Table table;
  table.levels = {0};
  table.predictors.resize(1);
  for (int i = 0; i < 6'000; ++i) {
    const int x = i * 7919 % 6'000;
    table.predictors[0].push_back(x);
    table.response.push_back(x < 3'334 ? 0 : 1);
  }
  BoostSettings settings = settings_of(Family::gaussian, 1);
  settings.bins.bins = 6'000;
  EXPECT_EQ(boost(table, settings, 1).iterations[0][0].nodes[0].threshold, 3'333.5F);
  settings.bins = {.bins = 20, .bins_top_level = 6'000};
  EXPECT_EQ(boost(table, settings, 1).iterations[0][0].nodes[0].threshold, 3'333.5F);
  settings.bins = {.bins = 10, .bins_top_level = 10};
  const float rough = boost(table, settings, 1).iterations[0][0].nodes[0].threshold;
  EXPECT_NEAR(rough, 3'333.5, 300);
  EXPECT_NE(rough, 3'333.5F);
}

TEST(Bins, OfCategoriesAreAsManyAsAskedFor) {
  // Every second of 900 levels is high.
  Table table;
  table.levels = {900};
  table.predictors.resize(1);
  for (int i = 0; i < 90'000; ++i) {
    table.predictors[0].push_back(i % 900);
    table.response.push_back(i % 2);
  }
  BoostSettings settings = settings_of(Family::gaussian, 1);
  settings.learn_rate = 1;
  const trees::Tree apart = boost(table, settings, 1).iterations[0][0];
  ASSERT_EQ(apart.nodes.size(), 3U);
  for (std::uint32_t code = 0; code < 900; ++code) {
    const bool right = ((apart.sets[0].right[code / 32] >> (code % 32)) & 1U) != 0;
    EXPECT_EQ(right, code % 2 == 1);
  }
  // With half the bins, pairs of levels share one: nothing is left to be seen.
  settings.bins.bins_categorical = 450;
  EXPECT_EQ(boost(table, settings, 1).iterations[0][0].nodes.size(), 1U);
}

}  // namespace

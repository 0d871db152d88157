#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>

#include "algos/gbm/small_boost.hpp"

namespace {

using namespace neve::algos;
using namespace neve::algos::gbm;
using namespace neve::algos::gbm::testing;
using neve::OutOfMemoryError;
namespace math = neve::math;
namespace wire = neve::wire;

TEST(Booster, OneSplitGivesTheMeansOfItsSides) {
  Table table;
  table.levels = {0};
  table.predictors = {{1, 1, 2, 2, 3, 3}};
  table.response = {0, 2, 0, 2, 9, 11};
  BoostSettings settings = settings_of(Family::gaussian, 1);
  settings.learn_rate = 1;
  const Learnt learnt = boost(table, settings, 1);
  EXPECT_EQ(learnt.first_score, 4);
  const trees::Tree& tree = learnt.iterations[0][0];
  ASSERT_EQ(tree.nodes.size(), 3U);
  EXPECT_EQ(tree.nodes[0].threshold, 2.5F);
  EXPECT_EQ(tree.nodes[1].value, -3.0F);
  EXPECT_EQ(tree.nodes[2].value, 6.0F);
  EXPECT_EQ(tree.nodes[1].weight, 4.0F);
  EXPECT_NEAR(learnt.importance[0], 108, 1e-3);
}

TEST(Booster, BernoulliLeavesAreNewtonSteps) {
  Table table;
  table.levels = {2};
  table.predictors = {{0, 0, 0, 0, 1, 1, 1, 1}};
  table.response = {0, 0, 0, 1, 1, 1, 1, 0};
  BoostSettings settings = settings_of(Family::bernoulli, 1);
  settings.learn_rate = 0.5;
  const Learnt learnt = boost(table, settings, 1);
  EXPECT_EQ(learnt.first_score, 0);
  const trees::Tree& tree = learnt.iterations[0][0];
  ASSERT_EQ(tree.nodes.size(), 3U);
  // Σ (y - 1/2) / Σ 1/4 = ±1, halved by the rate.
  EXPECT_EQ(tree.nodes[1].value, -0.5F);
  EXPECT_EQ(tree.nodes[2].value, 0.5F);
}

TEST(Booster, PoissonLeavesAreLogarithmsOfMeans) {
  Table table;
  table.levels = {0};
  table.predictors = {{1, 1, 2, 2}};
  table.response = {1, 3, 4, 8};
  BoostSettings settings = settings_of(Family::poisson, 1);
  settings.learn_rate = 1;
  const Learnt learnt = boost(table, settings, 1);
  EXPECT_NEAR(learnt.first_score, math::log(4), 1e-12);
  EXPECT_NEAR(learnt.iterations[0][0].nodes[1].value, math::log(0.5), 1e-6);
  EXPECT_NEAR(learnt.iterations[0][0].nodes[2].value, math::log(1.5), 1e-6);
}

TEST(Booster, MissingValuesGoWhereTheyFit) {
  Table table;
  table.levels = {0};
  table.predictors = {{1, 2, 3, 4, kNaN, kNaN}};
  table.response = {0, 0, 5, 5, 5, 5};
  const Learnt high = boost(table, settings_of(Family::gaussian, 1), 1);
  EXPECT_TRUE(high.iterations[0][0].nodes[0].missing_right);
  table.response = {0, 0, 5, 5, 0, 0};
  const Learnt low = boost(table, settings_of(Family::gaussian, 1), 1);
  EXPECT_FALSE(low.iterations[0][0].nodes[0].missing_right);
  EXPECT_EQ(low.iterations[0][0].nodes[0].threshold, 2.5F);
}

TEST(Booster, GivesTheSameBitsOnAnyThreadsAndNodes) {
  for (const Family family : {Family::gaussian, Family::bernoulli, Family::multinomial,
                              Family::poisson, Family::laplace, Family::quantile, Family::huber}) {
    const Table table = made_up(70'000, 5, family);
    BoostSettings settings = settings_of(family, 6);
    settings.grow.sampling.rate = 0.8;
    settings.grow.column_rate = 0.7;
    const wire::Bytes expected = boost(table, settings, 3, {1, 1}).bytes();
    for (const Machine machine :
         {Machine{1, 2}, Machine{1, 3}, Machine{1, 8}, Machine{2, 2}, Machine{3, 2}}) {
      EXPECT_EQ(boost(table, settings, 3, machine).bytes(), expected)
          << machine.nodes << " nodes, " << machine.threads << " threads";
    }
  }
}

TEST(Booster, ALostNodeChangesNoBit) {
  for (const Family family : {Family::bernoulli, Family::multinomial, Family::huber}) {
    const Table table = made_up(70'000, 5, family);
    BoostSettings settings = settings_of(family, 6);
    settings.grow.sampling.rate = 0.8;
    const wire::Bytes expected = boost(table, settings, 4, {1, 2}).bytes();
    for (const int tree : {0, 1, 3}) {
      EXPECT_EQ(boost(table, settings, 4, {3, 2, 2, tree}).bytes(), expected) << "before " << tree;
    }
  }
}

TEST(Booster, AWeightCountsAsThatManyRowsAndZeroAsNone) {
  for (const Family family : {Family::gaussian, Family::bernoulli, Family::multinomial,
                              Family::poisson, Family::laplace, Family::quantile, Family::huber}) {
    Table table = made_up(3'000, 6, family);
    for (std::size_t i = 0; i < table.rows(); ++i)
      table.weights.push_back(static_cast<double>(i * 7 % 4));
    const BoostSettings settings = settings_of(family, 5);
    const Learnt weighted = boost(table, settings, 10);
    const Learnt rows = boost(copied(table), settings, 10);
    EXPECT_NEAR(weighted.first_score, rows.first_score, 1e-12);
    ASSERT_EQ(weighted.iterations.size(), rows.iterations.size());
    for (std::size_t t = 0; t < rows.iterations.size(); ++t) {
      for (std::size_t k = 0; k < rows.iterations[t].size(); ++k) {
        EXPECT_EQ(wire::encode(weighted.iterations[t][k]), wire::encode(rows.iterations[t][k]));
      }
    }
  }
}

TEST(Booster, ARowOfWeightZeroMightAsWellNotBeThereWhateverItHolds) {
  Table table = made_up(3'000, 12, Family::gaussian);
  table.weights.assign(table.rows(), 1);
  for (std::size_t i = 0; i < table.rows(); i += 5) {
    table.weights[i] = 0;
    table.response[i] = 1e9;
    table.predictors[2][i] = -1e6;
  }
  const BoostSettings settings = settings_of(Family::gaussian, 5);
  const Learnt with = boost(table, settings, 5);
  const Learnt without = boost(copied(table), settings, 5);
  for (std::size_t t = 0; t < 5; ++t)
    EXPECT_EQ(wire::encode(with.iterations[t][0]), wire::encode(without.iterations[t][0]));
}

TEST(Booster, AnOutlierLeavesTheOtherLeavesTheirValues) {
  Table table;
  table.levels = {0};
  table.predictors.resize(1);
  for (int i = 0; i < 4'000; ++i) {
    table.predictors[0].push_back(i % 4);
    table.response.push_back(i % 4 == 0 ? 0.1 : 0.3);
  }
  table.predictors[0].push_back(9);
  table.response.push_back(1e11);
  BoostSettings settings = settings_of(Family::poisson, 3);
  settings.grow.rules.min_split_improvement = 0;
  settings.learn_rate = 1;
  const Learnt learnt = boost(table, settings, 1);
  const trees::Tree& tree = learnt.iterations[0][0];
  // Every value of the predictor that has a mean of its own, in a leaf: log(mean / first mean).
  std::vector<double> means;
  for (const trees::Tree::Node& node : tree.nodes) {
    if (node.is_leaf())
      means.push_back(math::exp(learnt.first_score + static_cast<double>(node.value)));
  }
  std::ranges::sort(means);
  ASSERT_GE(means.size(), 2U);
  EXPECT_NEAR(means.back() / 1e11, 1, 1e-5);
  // The others are in one leaf, or those of 0.1 are apart. In 50 bits alone their sums would be off
  // by a thousandth.
  EXPECT_NEAR(means.front(), means.size() == 2 ? 0.25 : 0.1, 1e-6);
}

TEST(Booster, WhatDoesNotFitIsRefusedWithWhatItNeeds) {
  const Table table = made_up(50'000, 13, Family::gaussian);
  const BoostSettings settings = settings_of(Family::gaussian, 5);
  try {
    boost(table, settings, 1, {.memory = std::int64_t{3} << 20U});
    ADD_FAILURE() << "three megabytes are too few";
  } catch (const OutOfMemoryError& error) {
    EXPECT_NE(std::string(error.what()).find(" needs "), std::string::npos) << error.what();
  }
  // Little memory for histograms costs time, and no bit.
  EXPECT_EQ(boost(table, settings, 2, {.memory = std::int64_t{12} << 20U}).bytes(),
            boost(table, settings, 2).bytes());
}

TEST(Booster, RealWeightsAreAnswered) {
  Table table = made_up(2'000, 8, Family::gaussian);
  for (std::size_t i = 0; i < table.rows(); ++i)
    table.weights.push_back(0.25 + 0.5 * static_cast<double>(i % 5));
  Table doubled = table;
  for (double& weight : doubled.weights) weight *= 2;
  BoostSettings settings = settings_of(Family::gaussian, 4);
  const Learnt once = boost(table, settings, 5);
  settings.grow.rules.min_rows *= 2;
  const Learnt twice = boost(doubled, settings, 5);
  for (std::size_t t = 0; t < 5; ++t) {
    const auto& a = once.iterations[t][0].nodes;
    const auto& b = twice.iterations[t][0].nodes;
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t n = 0; n < a.size(); ++n) {
      EXPECT_EQ(a[n].column, b[n].column);
      EXPECT_EQ(a[n].threshold, b[n].threshold);
      EXPECT_NEAR(a[n].value, b[n].value, 1e-6);
    }
  }
}

TEST(Booster, FitsWhatCanBeFitted) {
  const Table table = made_up(5'000, 9, Family::gaussian);
  BoostSettings settings = settings_of(Family::gaussian, 5);
  settings.grow.rules.min_rows = 10;
  settings.learn_rate = 0.2;
  const Learnt learnt = boost(table, settings, 60);
  double total = 0;
  for (const double gain : learnt.importance) total += gain;
  // The signal's share of the response's variance is known from how it was made: about 0.55.
  double mean = 0;
  for (const double y : table.response) mean += y / static_cast<double>(table.rows());
  double variance = 0;
  for (const double y : table.response) variance += (y - mean) * (y - mean);
  EXPECT_GT(total, 0.4 * variance);
}

/// Twelve levels of 2,000 rows, with an effect that is a little larger than noise might make it.
TEST(Booster, ShallowTreesOfManyRowsPayLittleForSearchesAmongLevels) {
  constexpr int kLevels = 12;
  constexpr std::size_t kRows = 24'000;
  const double effect = std::sqrt(11.0 / kRows);
  Table table;
  table.levels = {0, kLevels};
  table.predictors.resize(2);
  for (std::size_t row = 0; row < kRows; ++row) {
    const std::size_t half = row % 2;
    const std::size_t level = row / 2 % kLevels;
    const double noise = row / 2 / kLevels % 2 == 0 ? 1 : -1;
    table.predictors[0].push_back(static_cast<double>(half));
    table.predictors[1].push_back(static_cast<double>(level));
    table.response.push_back(static_cast<double>(half) + (level % 2 == 0 ? effect : -effect) +
                             noise);
  }
  const auto by_levels = [&](std::int32_t depth) {
    return boost(table, settings_of(Family::gaussian, depth), 1).importance[1];
  };
  // Of four leaves a level has 500 rows in each: 0.3 of the price, which is 11 variances of the
  // noise. Either half gains 5.5.
  EXPECT_NEAR(by_levels(2), 11, 1e-3);
  EXPECT_EQ(by_levels(5), 0);
}

TEST(Booster, ThresholdsMayBeDrawn) {
  const Table table = made_up(2'000, 10, Family::gaussian);
  BoostSettings settings = settings_of(Family::gaussian, 3);
  settings.random_thresholds = 5;
  const Learnt drawn = boost(table, settings, 4);
  const Learnt again = boost(table, settings, 4);
  EXPECT_EQ(drawn.bytes(), again.bytes());
  settings.random_thresholds = 0;
  EXPECT_NE(drawn.bytes(), boost(table, settings, 4).bytes());
}

}  // namespace

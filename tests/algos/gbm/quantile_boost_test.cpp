#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "algos/gbm/huber_errors.hpp"
#include "algos/gbm/small_boost.hpp"

namespace {

using namespace neve::algos;
using namespace neve::algos::gbm;
using namespace neve::algos::gbm::testing;

/// The quantile of values that each stand for a whole number of equal ones, by sorting them all.
double plain_quantile(const std::vector<double>& values, double probability) {
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  const double rank = probability * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(rank);
  const double above = sorted[std::min(low + 1, sorted.size() - 1)];
  return sorted[low] + (rank - static_cast<double>(low)) * (above - sorted[low]);
}

/// What the leaf of these deviations should say, by the definition.
double plain_leaf(const Distribution& distribution, const std::vector<double>& deviations,
                  double delta) {
  const double center = plain_quantile(deviations, distribution.leaf_quantile().value());
  if (distribution.family != Family::huber) return center;
  double sum = 0;
  for (const double d : deviations) sum += std::clamp(d - center, -delta, delta);
  return center + sum / static_cast<double>(deviations.size());
}

/// Follows a boosting by plain loops over the rows, given the tests of its trees.
void expect_plain_leaves(const Table& table, const BoostSettings& settings, const Learnt& learnt) {
  const Distribution& distribution = settings.distribution;
  std::vector<double> score(table.rows(), learnt.first_score);
  for (std::size_t t = 0; t < learnt.iterations.size(); ++t) {
    const trees::Tree& tree = learnt.iterations[t][0];
    std::vector<double> distances;
    std::map<std::size_t, std::vector<double>> deviations;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      const double deviation = table.response[i] - score[i];
      distances.push_back(std::abs(deviation));
      deviations[leaf_of(tree, table, i)].push_back(deviation);
    }
    const double delta = plain_quantile(distances, distribution.huber_alpha);
    for (const auto& [leaf, values] : deviations) {
      const double expected = settings.learn_rate * plain_leaf(distribution, values, delta);
      EXPECT_NEAR(tree.nodes[leaf].value, expected, 1e-6 * std::abs(expected) + 1e-12)
          << "leaf " << leaf << " of tree " << t;
    }
    for (std::size_t i = 0; i < table.rows(); ++i)
      score[i] += static_cast<double>(tree.nodes[leaf_of(tree, table, i)].value);
  }
}

Table few_rows() {
  Table table;
  table.levels = {0};
  table.predictors = {{1, 1, 1, 1, 2, 2, 2, 2}};
  table.response = {0, 1, 2, 3, 10, 11, 12, 100};
  return table;
}

TEST(QuantileBoost, LaplaceLeavesAreMedians) {
  BoostSettings settings = settings_of(Family::laplace, 1);
  settings.learn_rate = 1;
  const Learnt learnt = boost(few_rows(), settings, 1);
  EXPECT_EQ(learnt.first_score, 6.5);
  const trees::Tree& tree = learnt.iterations[0][0];
  ASSERT_EQ(tree.nodes.size(), 3U);
  EXPECT_EQ(tree.nodes[0].threshold, 1.5F);
  // Medians of {0, 1, 2, 3} and {10, 11, 12, 100}, less the first score.
  EXPECT_EQ(tree.nodes[1].value, -5.0F);
  EXPECT_EQ(tree.nodes[2].value, 5.0F);
}

TEST(QuantileBoost, QuantileLeavesAreQuantiles) {
  BoostSettings settings = settings_of(Family::quantile, 1);
  settings.distribution.quantile_alpha = 0.25;
  settings.learn_rate = 1;
  const Learnt learnt = boost(few_rows(), settings, 1);
  // Rank 1.75 of eight: between 1 and 2.
  EXPECT_EQ(learnt.first_score, 1.75);
  const trees::Tree& tree = learnt.iterations[0][0];
  ASSERT_EQ(tree.nodes.size(), 3U);
  EXPECT_EQ(tree.nodes[1].value, 0.75F - 1.75F);
  EXPECT_EQ(tree.nodes[2].value, 10.75F - 1.75F);
}

TEST(QuantileBoost, HuberLeavesAreMediansAndTheMeanBeyondThem) {
  BoostSettings settings = settings_of(Family::huber, 1);
  settings.distribution.huber_alpha = 0.5;
  settings.learn_rate = 1;
  const Learnt learnt = boost(few_rows(), settings, 1);
  EXPECT_EQ(learnt.first_score, 6.5);
  // |y - 6.5| is {6.5, 5.5, 4.5, 3.5, 3.5, 4.5, 5.5, 93.5}: the median, 5, is delta.
  const trees::Tree& tree = learnt.iterations[0][0];
  ASSERT_EQ(tree.nodes.size(), 3U);
  EXPECT_EQ(tree.nodes[1].value, -5.0F);
  // Of {10, 11, 12, 100} - 11.5, within 5: {-1.5, -0.5, 0.5, 5}, whose mean is 0.875.
  EXPECT_EQ(tree.nodes[2].value, 5.875F);
}

TEST(QuantileBoost, LeavesAreThoseOfPlainLoops) {
  for (const Family family : {Family::laplace, Family::quantile, Family::huber}) {
    for (const std::int32_t depth : {1, 2, 7}) {
      // Enough rows for ranges of keys to be narrowed down several times.
      const Table table = made_up(20'000, 3, family);
      BoostSettings settings = settings_of(family, depth);
      settings.distribution.quantile_alpha = 0.83;
      expect_plain_leaves(table, settings, boost(table, settings, 4));
    }
  }
}

TEST(QuantileBoost, RowsThatATreeWasNotShownCountInItsLeaves) {
  const Table table = made_up(5'000, 4, Family::laplace);
  BoostSettings settings = settings_of(Family::laplace, 3);
  settings.grow.sampling.rate = 0.5;
  expect_plain_leaves(table, settings, boost(table, settings, 3));
}

TEST(QuantileBoost, OutliersAndEqualValuesAreFound) {
  Table table = made_up(9'000, 5, Family::quantile);
  for (std::size_t i = 0; i < table.rows(); i += 2) table.response[i] = i % 4 == 0 ? 0 : -1e-300;
  table.response[1] = 1e300;
  table.response[3] = -1e300;
  for (const double alpha : {0.0, 0.3, 1.0}) {
    BoostSettings settings = settings_of(Family::quantile, 2);
    settings.distribution.quantile_alpha = alpha;
    const Learnt learnt = boost(table, settings, 1);
    EXPECT_EQ(learnt.first_score, plain_quantile(table.response, alpha));
  }
}

TEST(QuantileBoost, RealWeightsCountAsTheyWeigh) {
  Table real = few_rows();
  real.weights = {0.5, 0.5, 0.5, 1.5, 0.5, 0.5, 1, 0};
  Table whole = real;
  for (double& weight : whole.weights) weight *= 2;
  for (const Family family : {Family::laplace, Family::huber}) {
    BoostSettings settings = settings_of(family, 1);
    settings.grow.rules.min_rows = 0.5;
    // Rank 4.5 of {0, 1, 2, 3, 3, 3, 10, 11, 12, 12}.
    EXPECT_EQ(boost(whole, settings, 1).first_score, 3);
    // They weigh 5, and rank 2 is the 3, which takes the weight from 1.5 to 3.
    EXPECT_EQ(boost(real, settings, 1).first_score, 3);
  }
}

TEST(QuantileBoost, HuberDevianceIsThatOfItsOwnDelta) {
  HuberErrors errors;
  const std::vector<double> predicted = {0, 0, 0, 0, std::nan("")};
  const std::vector<double> actual = {1, -2, 3, 10, 4};
  errors.add_rows(predicted, actual, {});
  // The median of {1, 2, 3, 10} is 2.5: 1 + 4 + (6 - 2.5) · 2.5 + (20 - 2.5) · 2.5.
  EXPECT_DOUBLE_EQ(mean_huber_deviance(errors, 0.5), (5 + 8.75 + 43.75) / 4);
  HuberErrors weighted;
  weighted.add_rows(predicted, actual, std::vector<double>{1, 1, 2, 0, 1});
  HuberErrors joined;
  joined.add_rows(std::vector<double>{0, 0}, std::vector<double>{1, 2}, {});
  joined.merge(weighted);
  joined.merge(errors);
  // {1, 2} {1, 2, 3, 3} {1, 2, 3, 10}: ranks 4 and 5 of ten are 2 and 2.
  EXPECT_DOUBLE_EQ(mean_huber_deviance(joined, 0.5),
                   (3 * 1 + 3 * 4 + 3 * (6 - 2) * 2 + (20 - 2) * 2) / 10.0);
}

}  // namespace

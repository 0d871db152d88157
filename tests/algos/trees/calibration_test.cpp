#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>

#include "algos/families/trees/calibration.hpp"

namespace {

using namespace neve;
using namespace neve::algos::trees;

/// Rows whose truth follows from the probability by another curve than the identity.
CalibrationRows made_up(std::uint64_t seed, std::size_t count, bool weighted) {
  CalibrationRows rows;
  const CounterRng random(seed);
  for (std::uint64_t i = 0; i < count; ++i) {
    // Some probabilities are met several times.
    const double p = std::floor(random.uniform(3 * i) * 200) / 200;
    const double y = random.uniform(3 * i + 1) < p * p ? 1 : 0;
    rows.add(p, y, weighted ? 0.5 + random.uniform(3 * i + 2) : 1);
  }
  return rows;
}

TEST(Calibration, PlattScalingMeetsTheTruthOfTwoProbabilities) {
  CalibrationRows rows;
  for (int i = 0; i < 10; ++i) rows.add(0.2, i < 3 ? 1 : 0, 1);
  for (int i = 0; i < 20; ++i) rows.add(0.7, i < 18 ? 1 : 0, 2);
  const Calibration made = fit_platt(rows);
  // A line through two logits passes through both.
  EXPECT_NEAR(made.apply(0.2), 0.3, 1e-10);
  EXPECT_NEAR(made.apply(0.7), 0.9, 1e-10);
  const double slope = (std::log(9.0) - std::log(3.0 / 7)) / 0.5;
  EXPECT_NEAR(made.slope, slope, 1e-9);
}

TEST(Calibration, PlattScalingSolvesTheEquationsOfLikelihood) {
  for (const bool weighted : {false, true}) {
    const CalibrationRows rows = made_up(3, 2'000, weighted);
    const Calibration made = fit_platt(rows);
    double of_intercept = 0;
    double of_slope = 0;
    for (std::size_t i = 0; i < rows.actual.size(); ++i) {
      const double z = made.intercept + made.slope * rows.probability[i];
      const double error = rows.weight[i] * (rows.actual[i] - 1 / (1 + std::exp(-z)));
      of_intercept += error;
      of_slope += error * rows.probability[i];
    }
    EXPECT_NEAR(of_intercept, 0, 1e-8);
    EXPECT_NEAR(of_slope, 0, 1e-8);
  }
}

TEST(Calibration, PlattScalingAnswersWhereClassesAreApart) {
  CalibrationRows apart;
  for (int i = 0; i < 10; ++i) apart.add(i < 5 ? 0.1 : 0.9, i < 5 ? 0 : 1, 1);
  const Calibration made = fit_platt(apart);
  EXPECT_TRUE(std::isfinite(made.slope));
  EXPECT_LT(made.apply(0.1), 1e-3);
  EXPECT_GT(made.apply(0.9), 1 - 1e-3);
  CalibrationRows equal;
  for (int i = 0; i < 4; ++i) equal.add(0.5, i == 0 ? 1 : 0, 1);
  EXPECT_NEAR(fit_platt(equal).apply(0.5), 0.25, 1e-12);
  CalibrationRows one_class;
  one_class.add(0.5, 1, 1);
  EXPECT_THROW(fit_platt(one_class), InputError);
  EXPECT_THROW(fit_isotonic({}), InputError);
}

/// The isotonic fit at the i-th distinct value: max over a <= i of min over b >= i of the mean of
/// a to b (Robertson, Wright and Dykstra 1988, theorem 1.4.4).
double plain_isotonic(const std::vector<double>& sums, const std::vector<double>& weights,
                      std::size_t i) {
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t a = 0; a <= i; ++a) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t b = i; b < sums.size(); ++b) {
      double sum = 0;
      double weight = 0;
      for (std::size_t k = a; k <= b; ++k) {
        sum += sums[k];
        weight += weights[k];
      }
      least = std::min(least, sum / weight);
    }
    best = std::max(best, least);
  }
  return best;
}

TEST(Calibration, IsotonicRegressionIsTheBestRisingFit) {
  for (const bool weighted : {false, true}) {
    const CalibrationRows rows = made_up(4, 150, weighted);
    const Calibration made = fit_isotonic(rows);
    std::vector<double> values = rows.probability;
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    std::vector<double> sums(values.size());
    std::vector<double> weights(values.size());
    for (std::size_t i = 0; i < rows.actual.size(); ++i) {
      const auto at = static_cast<std::size_t>(
          std::ranges::lower_bound(values, rows.probability[i]) - values.begin());
      sums[at] += rows.weight[i] * rows.actual[i];
      weights[at] += rows.weight[i];
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_NEAR(made.apply(values[i]), plain_isotonic(sums, weights, i), 1e-12) << values[i];
    }
  }
}

TEST(Calibration, IsotonicRegressionIsALineBetweenWhatItKnows) {
  CalibrationRows rows;
  rows.add(0.2, 0, 1);
  rows.add(0.4, 1, 1);
  rows.add(0.6, 0, 1);
  rows.add(0.8, 1, 1);
  const Calibration made = fit_isotonic(rows);
  EXPECT_EQ(made.from, (std::vector<double>{0.2, 0.4, 0.6, 0.8}));
  EXPECT_EQ(made.to, (std::vector<double>{0, 0.5, 0.5, 1}));
  EXPECT_DOUBLE_EQ(made.apply(0.3), 0.25);
  EXPECT_EQ(made.apply(0), 0);
  EXPECT_EQ(made.apply(1), 1);
  EXPECT_TRUE(std::isnan(made.apply(std::nan(""))));
}

}  // namespace

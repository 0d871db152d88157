#include <gtest/gtest.h>

#include <cmath>

#include <neve/base/rng.hpp>

#include "metrics_columns.hpp"

namespace neve::model::metrics {
namespace {

Regression regression_of(const Deviance& deviance, const std::vector<double>& predicted,
                         const std::vector<double>& actual,
                         const std::vector<double>& weights = {}) {
  RegressionPartial partial;
  partial.add_rows(deviance, predicted, actual, weights);
  return finish_regression(partial);
}

TEST(RegressionMetrics, AgreesWithScikitLearn) {
  const std::vector<std::pair<const char*, Deviance>> families = {
      {"gaussian", {}},
      {"poisson", {.family = DevianceFamily::poisson}},
      {"gamma", {.family = DevianceFamily::gamma}},
      {"tweedie", {.family = DevianceFamily::tweedie, .tweedie_power = 1.3}},
      {"laplace", {.family = DevianceFamily::laplace}},
      {"quantile", {.family = DevianceFamily::quantile, .quantile_alpha = 0.2}}};
  for (const char* name : {"regression", "regression weights"}) {
    const auto golden = testing::golden_case(name);
    for (const auto& [family, deviance] : families) {
      const Regression got =
          regression_of(deviance, golden.columns[0], golden.columns[1], golden.columns[2]);
      EXPECT_NEAR(got.mean_residual_deviance, golden.values.at(family), 1e-11) << family;
      EXPECT_NEAR(got.MSE, golden.values.at("MSE"), 1e-11);
      EXPECT_NEAR(got.mae, golden.values.at("mae"), 1e-12);
      EXPECT_NEAR(got.r2, golden.values.at("r2"), 1e-12);
      EXPECT_NEAR(got.rmsle, golden.values.at("rmsle"), 1e-12);
    }
  }
}

TEST(RegressionMetrics, HuberIsSquaresThenLines) {
  const Deviance huber{.family = DevianceFamily::huber, .huber_delta = 2};
  EXPECT_DOUBLE_EQ(regression_of(huber, {0, 0}, {1, 5}).mean_residual_deviance,
                   (1 + (10 - 2) * 2) / 2.0);
}

TEST(RegressionMetrics, ZeroCountsHavePoissonDeviance) {
  const Deviance poisson{.family = DevianceFamily::poisson};
  EXPECT_DOUBLE_EQ(regression_of(poisson, {0.5}, {0}).mean_residual_deviance, 1);
}

TEST(RegressionMetrics, ALargeMeanCostsNoDigits) {
  std::vector<double> predicted;
  std::vector<double> actual;
  for (int i = 0; i < 4000; ++i) {
    actual.push_back(1e9 + i % 10);
    predicted.push_back(1e9 + i % 10 + (i % 2 == 0 ? 0.5 : -0.5));
  }
  const Regression got = regression_of({}, predicted, actual);
  EXPECT_NEAR(got.r2, 1 - 0.25 / 8.25, 1e-9);
  EXPECT_EQ(got.mae, 0.5);
}

TEST(RegressionMetrics, RowsThatMissSomethingDoNotCount) {
  const double missing = std::nan("");
  const Regression got = regression_of({}, {1, missing, 3, 4}, {2, 2, missing, 6}, {1, 1, 1, 3});
  EXPECT_EQ(got.nobs, 2);
  EXPECT_DOUBLE_EQ(got.MSE, (1.0 + 3 * 4) / 4);
  EXPECT_TRUE(std::isnan(got.loglikelihood));
  EXPECT_EQ(regression_of({}, {1, 9}, {2, 2}, {1, 0}).nobs, 1);
  EXPECT_TRUE(std::isnan(regression_of({}, {-3}, {2}).rmsle));
  EXPECT_TRUE(std::isnan(regression_of({}, {}, {}).MSE));
}

std::string json_on(int nodes, int threads) {
  mr::LocalCluster cluster(nodes, threads, testing::kMemory, tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const CounterRng random(23);
  std::vector<std::vector<double>> columns(3);
  for (std::uint64_t i = 0; i < 60'000; ++i) {
    for (std::uint64_t c = 0; c < 3; ++c) columns[c].push_back(0.1 + random.uniform(3 * i + c));
  }
  const auto held = testing::put(engine, columns, 9);
  return schema::to_json(compute_regression(
      engine,
      {held.layout, held.id(0), held.id(1), held.id(2), {.family = DevianceFamily::gamma}}));
}

TEST(RegressionMetrics, SameBitsOnAnyThreadsAndNodes) {
  const std::string expected = json_on(1, 1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(json_on(1, threads), expected);
  EXPECT_EQ(json_on(3, 2), expected);
}

}  // namespace
}  // namespace neve::model::metrics

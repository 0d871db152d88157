#include "grid/scores.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace neve;
using namespace neve::grid;

bool stops(std::vector<double> scores, Criteria criteria, bool more_is_better = false) {
  return should_stop(criteria, more_is_better, scores);
}

/// The first number of models at which the search ends; 0: it does not.
std::size_t ends_at(const std::vector<double>& scores, const Criteria& criteria,
                    bool more = false) {
  for (std::size_t n = 1; n <= scores.size(); ++n) {
    if (should_stop(criteria, more, std::span(scores).first(n))) return n;
  }
  return 0;
}

TEST(Stopping, LooksWhenTwoTimesTheRoundsAndOneAreThere) {
  EXPECT_EQ(ends_at(std::vector<double>(20, 0.5), {.stopping_rounds = 3}), 7U);
  EXPECT_EQ(ends_at(std::vector<double>(20, 0.5), {.stopping_rounds = 1}), 3U);
  EXPECT_EQ(ends_at(std::vector<double>(20, 0.5), {.stopping_rounds = 0}), 0U);
  EXPECT_EQ(ends_at(std::vector<double>(20, 0.5), {.stopping_rounds = 3, .early_stopping = false}),
            0U);
}

TEST(Stopping, ComparesMovingAveragesWithTheOneBefore) {
  const Criteria criteria{.stopping_rounds = 2, .stopping_tolerance = 0.01};
  // Of the last four: averages 1, 0.995, 0.99; the best is 1 % less, no more.
  EXPECT_TRUE(stops({9, 1, 1, 0.99, 0.99}, criteria));
  EXPECT_FALSE(stops({9, 1, 1, 0.99, 0.98}, criteria));
  EXPECT_TRUE(stops({0, 1, 1, 1.01, 1.01}, criteria, true));
  EXPECT_FALSE(stops({0, 1, 1, 1.01, 1.02}, criteria, true));
}

TEST(Stopping, WhatIsNoNumberEndsNothing) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const Criteria criteria{.stopping_rounds = 1};
  EXPECT_FALSE(stops({1, none, 1}, criteria));
  EXPECT_FALSE(stops({1, -1, 1}, criteria));
}

TEST(Measures, AreKnownByTheNamesThatClientsUse) {
  EXPECT_TRUE(find_measure("AUC")->more_is_better);
  EXPECT_FALSE(find_measure("logloss")->more_is_better);
  EXPECT_FALSE(find_measure("nonsense").has_value());
  EXPECT_EQ(usual_measure(model::Category::multinomial).name, "logloss");
  EXPECT_EQ(usual_measure(model::Category::regression).name, "residual_deviance");
  EXPECT_EQ(usual_measure(model::Category::clustering).name, "");
  EXPECT_EQ(stopping_measure(model::StoppingMetric::automatic, model::Category::clustering).name,
            "tot_withinss");
  EXPECT_EQ(stopping_measure(model::StoppingMetric::aucpr, model::Category::binomial).name,
            "aucpr");
}

TEST(Measures, CrossValidationCountsBeforeTheValidationFrameBeforeTraining) {
  struct Bare final : model::Model {
    void score(const model::ScoreBlock& /*block*/,
               std::span<const std::span<double>> /*out*/) const override {}
    [[nodiscard]] wire::Bytes encode() const override { return {}; }
    [[nodiscard]] wire::Bytes encode_learnt() const override { return {}; }
    [[nodiscard]] schema::AnyObject output() const override { return {}; }
  };
  const auto regression = [](double mse) {
    model::metrics::Regression made;
    made.MSE = mse;
    made.mean_residual_deviance = 2 * mse;
    return made;
  };
  Bare model;
  model.header.training_metrics = regression(1);
  EXPECT_EQ(score_of(model, {"mse"}), 1);
  model.header.validation_metrics = regression(2);
  EXPECT_EQ(score_of(model, {"mse"}), 2);
  model.header.cross_validation.metrics = regression(3);
  EXPECT_EQ(score_of(model, {"residual_deviance"}), 6);
  EXPECT_EQ(score_of(model, {"auc"}), std::nullopt);
}

}  // namespace

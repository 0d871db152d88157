#include <gtest/gtest.h>

#include "algos/drf/training_session.hpp"
#include "algos/trees/further_training.hpp"

namespace {

using namespace neve;
using namespace neve::algos::drf::testing;
using algos::drf::DrfModel;
using algos::drf::testing::Session;

/// Everything whose trees could differ from those of one training.
const std::pair<const char*, schema::Form> kKinds[] = {
    {"y", {{"col_sample_rate_per_tree", "0.5"}, {"validation_frame", "va"}}},
    {"two", {{"binomial_double_trees", "true"}, {"mtries", "1"}}},
    {"two", {{"balance_classes", "true"}}},
    {"three", {{"sample_rate", "0.5"}, {"histogram_type", "RoundRobin"}}}};

TEST(DrfCheckpoint, MoreTreesOnTopGiveTheBitsOfOneLongerTraining) {
  Session session;
  for (const auto& [response, form] : kKinds)
    neve::testing::expect_bits_of_one_longer_training(session, response, form, {5, 11});
}

TEST(DrfCheckpoint, WhatMayNotChangeIsNamed) {
  Session session;
  neve::testing::expect_refusals_to_go_on(session, "two",
                                          {{"max_depth", "5"},
                                           {"nbins", "30"},
                                           {"sample_rate", "0.5"},
                                           {"ntrees", "3"},
                                           {"balance_classes", "1"},
                                           {"binomial_double_trees", "true"}});
}

TEST(DrfCheckpoint, GoesOnAfterALossToTheSameBits) {
  const auto& [response, kind] = kKinds[2];
  neve::testing::expect_to_go_on_after_a_loss<Session>(algos::drf::algorithm(), response, kind,
                                                       {3, 12}, publish_frames);
}

TEST(DrfFolds, TheMainForestHasAsManyTreesAsTheFoldsThatStoppedOnAverage) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "200"},
                                           {"max_depth", "4"},
                                           {"nfolds", "2"},
                                           {"stopping_rounds", "2"},
                                           {"stopping_tolerance", "0.01"},
                                           {"score_tree_interval", "1"}});
  ASSERT_TRUE(model);
  std::size_t trees = 0;
  for (const char* fold : {"model_cv_1", "model_cv_2"}) {
    const auto of_fold = std::dynamic_pointer_cast<const DrfModel>(session.models().find(fold));
    ASSERT_TRUE(of_fold);
    trees += of_fold->iterations.size();
  }
  EXPECT_LT(trees, 300U);
  EXPECT_EQ(model->iterations.size(), trees / 2);
}

TEST(DrfCalibration, PredictionsHaveCalibratedColumns) {
  Session session;
  neve::testing::expect_calibrated_columns(session, algos::drf::algorithm());
}

TEST(DrfCalibration, NeedsTwoClassesAndAFrame) {
  Session session;
  neve::testing::expect_calibration_to_need_two_classes_and_a_frame(session);
}

TEST(DrfBalance, PredictionsAreCorrectedToWhatClassesReallyWeigh) {
  Session session;
  for (const char* doubled : {"false", "true"}) {
    for (const char* response : {"two", "three"}) {
      neve::testing::expect_corrected_probabilities(
          session, response,
          {{"ntrees", "40"}, {"min_rows", "40"}, {"binomial_double_trees", doubled}}, 0.03);
    }
  }
}

/// Kept predictions are scored; others are what validation has found.
TEST(DrfFolds, HoldoutMetricsAreThoseOfKeptPredictions) {
  Session session;
  const std::pair<const char*, schema::Form> kinds[] = {
      {"y", {}},
      {"two", {}},
      {"two", {{"binomial_double_trees", "true"}}},
      {"two", {{"balance_classes", "true"}}},
      {"three", {}}};
  for (const auto& [response, kind] : kinds) {
    const schema::Form form = with(kind, {{"ntrees", "6"}, {"nfolds", "3"}});
    const auto known = session.train(response, form);
    const auto scored =
        session.train(response, with(form, {{"keep_cross_validation_predictions", "true"}}));
    ASSERT_TRUE(known && scored);
    ASSERT_TRUE(scored->header.cross_validation.metrics.find("RMSE"));
    for (const char* name : {"RMSE", "logloss", "mean_per_class_error"}) {
      const auto expected = scored->header.cross_validation.metrics.find(name);
      EXPECT_EQ(known->header.cross_validation.metrics.find(name), expected) << response << name;
    }
  }
}

}  // namespace

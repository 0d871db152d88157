#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "algos/drf/training_session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::algos::drf::testing;
using algos::drf::DrfModel;
using algos::drf::testing::Session;
using neve::testing::publish_as;

/// Everything whose trees could differ from those of one training.
const std::pair<const char*, schema::Form> kKinds[] = {
    {"y", {{"col_sample_rate_per_tree", "0.5"}, {"validation_frame", "va"}}},
    {"two", {{"binomial_double_trees", "true"}, {"mtries", "1"}}},
    {"two", {{"balance_classes", "true"}}},
    {"three", {{"sample_rate", "0.5"}, {"histogram_type", "RoundRobin"}}}};

TEST(DrfCheckpoint, MoreTreesOnTopGiveTheBitsOfOneLongerTraining) {
  Session session;
  for (const auto& [response, form] : kKinds) {
    const auto whole = session.train(response, with(form, {{"ntrees", "11"}}));
    const auto first = session.train(response, with(form, {{"ntrees", "4"}}));
    publish_as(session.models(), *first, "earlier");
    const auto both =
        session.train(response, with(form, {{"ntrees", "11"}, {"checkpoint", "earlier"}}));
    ASSERT_TRUE(both) << response;
    EXPECT_EQ(both->encode_learnt(), whole->encode_learnt()) << response;
    EXPECT_EQ(both->header.scoring_history.columns[3].cells,
              whole->header.scoring_history.columns[3].cells);
    EXPECT_EQ(both->header.training_metrics.header()->MSE,
              whole->header.training_metrics.header()->MSE);
    EXPECT_EQ(wire::encode(schema::Table(both->header.variable_importances)),
              wire::encode(schema::Table(whole->header.variable_importances)));
  }
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
  const schema::Form form = with(kind, {{"ntrees", "12"}, {"checkpoint", "earlier"}});
  Session whole;
  const auto earlier = whole.train(response, with(kind, {{"ntrees", "3"}}));
  publish_as(whole.models(), *earlier, "earlier");
  const auto expected = whole.train(response, form)->encode_learnt();
  const auto prepare = [&](mr::ComputeNode& node) {
    publish_frames(node);
    neve::testing::Trainer trainer(node, algos::drf::algorithm(), 0);
    publish_as(trainer.models, *earlier, "earlier");
  };
  EXPECT_EQ(neve::testing::learnt_after_loss(algos::drf::algorithm(),
                                             Session::complete(response, form), 5, prepare),
            expected);
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
  for (const bool doubled : {false, true}) {
    for (const char* response : {"two", "three"}) {
      const auto model = session.train(
          response, {{"ntrees", "40"},
                     {"min_rows", "40"},
                     {"balance_classes", "true"},
                     {"class_sampling_factors", response[1] == 'w' ? "[1, 8]" : "[1, 8, 0.5]"},
                     {"binomial_double_trees", doubled ? "true" : "false"},
                     {"validation_frame", "va"}});
      ASSERT_TRUE(model);
      std::vector<std::string> warnings;
      const auto again =
          session.models().performance(model, session.frame("va"), nullptr, warnings);
      EXPECT_EQ(again.find("logloss"), model->header.validation_metrics.find("logloss"));
      const frame::Frame scored =
          session.models().predict(model, session.frame("va"), "scored", nullptr, warnings);
      const frame::DomainPtr levels = model->header.roles.response_domain;
      const auto actual = values_of(session.node().engine(), session.frame("va"), response);
      for (std::size_t k = 0; k < levels->size(); ++k) {
        const auto p = values_of(session.node().engine(), scored, (*levels)[k]);
        double predicted = 0;
        double real = 0;
        double rows = 0;
        for (std::size_t i = 0; i < p.size(); ++i) {
          if (std::isnan(actual[i])) continue;
          predicted += p[i];
          real += actual[i] == static_cast<double>(k) ? 1 : 0;
          ++rows;
        }
        EXPECT_NEAR(predicted / rows, real / rows, 0.03) << response << " " << (*levels)[k];
      }
    }
  }
}

}  // namespace

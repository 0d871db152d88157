#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "algos/families/trees/class_balance.hpp"
#include "algos/gbm/small_boost.hpp"
#include "algos/gbm/training_session.hpp"
#include "algos/trees/further_training.hpp"

namespace {

using namespace neve;
using namespace neve::algos::gbm::testing;
using algos::gbm::testing::Session;

/// Everything whose trees could differ from those of one training.
const std::pair<const char*, schema::Form> kKinds[] = {
    {"y",
     {{"sample_rate", "0.7"}, {"learn_rate_annealing", "0.9"}, {"pred_noise_bandwidth", "0.2"}}},
    {"y", {{"distribution", "huber"}, {"validation_frame", "va"}}},
    {"two", {{"balance_classes", "true"}, {"col_sample_rate", "0.5"}}},
    {"three", {{"sample_rate", "0.7"}, {"histogram_type", "RoundRobin"}}}};

TEST(GbmCheckpoint, MoreTreesOnTopGiveTheBitsOfOneLongerTraining) {
  Session session;
  for (const auto& [response, form] : kKinds)
    neve::testing::expect_bits_of_one_longer_training(session, response, form, {5, 12});
}

TEST(GbmCheckpoint, WhatMayNotChangeIsNamed) {
  Session session;
  neve::testing::expect_refusals_to_go_on(session, "y",
                                          {{"max_depth", "5"},
                                           {"nbins", "30"},
                                           {"sample_rate", "0.5"},
                                           {"distribution", "laplace"},
                                           {"ntrees", "3"},
                                           {"min_rows", "3"}});
  EXPECT_EQ(session.check("y", {{"checkpoint", "lost"}}).errors(), 1);
  EXPECT_GE(session.check("two", {{"checkpoint", "earlier"}, {"max_depth", "4"}}).errors(), 1);
  const auto job = session.models().train(session.check(
      "y", {{"checkpoint", "earlier"}, {"max_depth", "4"}, {"offset_column", "zero_one"}}));
  job->wait();
  EXPECT_NE(job->snapshot().exception.find("must be the same as for the checkpointed model"),
            std::string::npos)
      << job->snapshot().exception;
}

TEST(GbmCheckpoint, GoesOnAfterALossToTheSameBits) {
  for (const auto& [response, kind] : kKinds) {
    neve::testing::expect_to_go_on_after_a_loss<Session>(algos::gbm::algorithm(), response, kind,
                                                         {4, 20}, publish_frames);
  }
}

TEST(GbmSnapshots, AreTheModelsOfFewerTreesAndLeaveTheLastOneAsItIs) {
  Session session;
  for (const auto& [response, kind] : kKinds) {
    session.files.clear();
    const auto whole = session.train(response, with(kind, {{"ntrees", "7"}}));
    const auto model =
        session.train(response, with(kind, {{"ntrees", "7"},
                                            {"in_training_checkpoints_dir", "into"},
                                            {"in_training_checkpoints_tree_interval", "3"}}));
    EXPECT_EQ(model->encode_learnt(), whole->encode_learnt());
    ASSERT_EQ(session.files.size(), 2U) << response;
    for (const int trees : {3, 6}) {
      const std::string number = std::to_string(trees);
      const auto fewer = session.train(response, with(kind, {{"ntrees", number}}));
      const auto& file = session.files.at("into/model.ntrees_" + number);
      const auto loaded = session.models().from_file(file, "file", "");
      EXPECT_EQ(loaded->header.key, "model." + number);
      EXPECT_EQ(loaded->encode_learnt(), fewer->encode_learnt());
      EXPECT_EQ(loaded->header.checksum, fewer->header.checksum);
      EXPECT_EQ(loaded->header.training_metrics.header()->MSE,
                fewer->header.training_metrics.header()->MSE);
      // Training goes on from the file to the bits of the whole.
      const auto both =
          session.train(response, with(kind, {{"ntrees", "7"}, {"checkpoint", "model." + number}}));
      EXPECT_EQ(both->encode_learnt(), whole->encode_learnt());
    }
  }
  session.files.clear();
  session.train("y", {{"ntrees", "3"}, {"in_training_checkpoints_dir", "into"}, {"nfolds", "2"}});
  EXPECT_EQ(session.files.size(), 2U) << "of the main model alone";
}

TEST(GbmNoise, IsOnTrainingScoresAloneAndDrawnBySeed) {
  Session session;
  const schema::Form noisy{{"ntrees", "5"}, {"pred_noise_bandwidth", "0.5"}};
  const auto model = session.train("y", noisy);
  const auto again = session.train("y", noisy);
  const auto quiet = session.train("y", {{"ntrees", "5"}});
  EXPECT_EQ(model->encode_learnt(), again->encode_learnt());
  EXPECT_NE(model->encode_learnt(), quiet->encode_learnt());
  EXPECT_EQ(wire::encode(model->iterations[0]), wire::encode(quiet->iterations[0]));
  std::vector<std::string> warnings;
  const auto measured = session.models().performance(model, session.frame("tr"), nullptr, warnings);
  EXPECT_NE(measured.header()->MSE, model->header.training_metrics.header()->MSE);
}

TEST(GbmCalibration, PredictionsHaveCalibratedColumns) {
  Session session;
  neve::testing::expect_calibrated_columns(session, algos::gbm::algorithm());
}

TEST(GbmCalibration, NeedsTwoClassesAndAFrame) {
  Session session;
  neve::testing::expect_calibration_to_need_two_classes_and_a_frame(session);
}

TEST(GbmBalance, ClassesWeighAsMuchAsTheLargest) {
  using algos::trees::class_weights;
  const std::vector<std::int64_t> rows = {90, 10, 30};
  EXPECT_EQ(class_weights(rows, {}, 5), (std::vector<double>{1, 9, 3}));
  // 270 rows are more than 1.5 times 130.
  const double share = 195.0 / 270;
  EXPECT_EQ(class_weights(rows, {}, 1.5), (std::vector<double>{share, 9 * share, 3 * share}));
  EXPECT_EQ(class_weights(rows, std::vector<float>{0.5F, 2, 1}, 5),
            (std::vector<double>{0.5, 2, 1}));
}

TEST(GbmBalance, WeightsOfClassesAreWeightsOfRows) {
  using namespace algos::gbm;
  algos::gbm::testing::Table table = algos::gbm::testing::made_up(3'000, 21, Family::multinomial);
  const BoostSettings settings = algos::gbm::testing::settings_of(Family::multinomial, 4);
  // Few values: cut points of many would also go by the weights of rows.
  for (double& z : table.predictors[2]) z = std::floor(20 * z);
  algos::gbm::testing::Table weighted = table;
  table.class_weights = {1.5, 4, 0.25};
  for (const double response : weighted.response)
    weighted.weights.push_back(table.class_weights[static_cast<std::size_t>(response)]);
  const auto by_class = algos::gbm::testing::boost(table, settings, 4);
  const auto by_row = algos::gbm::testing::boost(weighted, settings, 4);
  EXPECT_EQ(wire::encode(std::vector<Iteration>(by_class.iterations)),
            wire::encode(std::vector<Iteration>(by_row.iterations)));
}

TEST(GbmBalance, PredictionsAreCorrectedToWhatClassesReallyWeigh) {
  Session session;
  for (const char* response : {"two", "three"}) {
    neve::testing::expect_corrected_probabilities(session, response,
                                                  {{"ntrees", "100"}, {"learn_rate", "0.3"}}, 0.02);
  }
}

TEST(GbmBalance, RefusesFactorsBelowZero) {
  Session session;
  const auto job = session.models().train(
      session.check("two", {{"balance_classes", "true"}, {"class_sampling_factors", "[1, -2]"}}));
  job->wait();
  EXPECT_NE(job->snapshot().exception.find("class_sampling_factors has -2"), std::string::npos)
      << job->snapshot().exception;
}

TEST(GbmBalance, RefusesFactorsOfOtherClasses) {
  Session session;
  const auto job = session.models().train(
      session.check("three", {{"balance_classes", "true"}, {"class_sampling_factors", "[1, 2]"}}));
  job->wait();
  EXPECT_NE(job->snapshot().exception.find("class_sampling_factors must have 3 elements"),
            std::string::npos);
}

TEST(GbmDepth, TreesMayGrowUntilNothingIsLeftToSplit) {
  algos::gbm::testing::Table table;
  table.levels = {0};
  table.predictors.resize(1);
  for (int i = 0; i < 60; ++i) {
    table.predictors[0].push_back(i);
    table.response.push_back(std::pow(1.2, i));
  }
  algos::gbm::BoostSettings settings =
      algos::gbm::testing::settings_of(algos::gbm::Family::gaussian, 0);
  settings.grow.max_depth = std::numeric_limits<std::int32_t>::max();
  settings.grow.rules.min_split_improvement = 0;
  settings.learn_rate = 1;
  const auto learnt = algos::gbm::testing::boost(table, settings, 1);
  const algos::trees::Tree& tree = learnt.iterations[0][0];
  EXPECT_GT(tree.depth(), 10);
  EXPECT_EQ(tree.leaves(), 60);
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const double fitted =
        learnt.first_score + static_cast<double>(tree.nodes[leaf_of(tree, table, i)].value);
    EXPECT_NEAR(fitted, table.response[i], 1e-6 * table.response.back());
  }
}

TEST(GbmDepth, ZeroIsNoLimit) {
  Session session;
  const auto learnt = [&](const char* depth) {
    return session.train("y", {{"ntrees", "2"}, {"max_depth", depth}, {"min_rows", "1"}})
        ->encode_learnt();
  };
  const auto model = session.train("y", {{"ntrees", "1"}, {"max_depth", "0"}, {"min_rows", "1"}});
  EXPECT_GT(model->iterations[0][0].depth(), 10);
  EXPECT_EQ(learnt("0"), learnt("200"));
}

}  // namespace

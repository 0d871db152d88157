#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "algos/deeplearning/deeplearning_output.hpp"
#include "algos/deeplearning/training_session.hpp"

namespace {

using namespace neve;
using namespace neve::algos::deeplearning;
using algos::deeplearning::testing::Session;

struct Refused {
  const char* response;
  schema::Form form;
  const char* field;
};

TEST(BadInput, ParametersAreRefusedByName) {
  Session session;
  const std::vector<Refused> refused = {
      {"y", {{"hidden", "[10,0]"}}, "hidden"},
      {"y", {{"epochs", "-1"}}, "epochs"},
      {"y", {{"train_samples_per_iteration", "-3"}}, "train_samples_per_iteration"},
      {"y", {{"rho", "1"}}, "rho"},
      {"y", {{"epsilon", "0"}}, "epsilon"},
      {"y", {{"rate", "0"}}, "rate"},
      {"y", {{"rate_annealing", "-1"}}, "rate_annealing"},
      {"y", {{"rate_decay", "0"}}, "rate_decay"},
      {"y", {{"momentum_start", "1"}}, "momentum_start"},
      {"y", {{"momentum_stable", "-0.1"}}, "momentum_stable"},
      {"y", {{"momentum_ramp", "0"}}, "momentum_ramp"},
      {"y", {{"input_dropout_ratio", "1"}}, "input_dropout_ratio"},
      {"y", {{"hidden_dropout_ratios", "[0.1,0.1]"}}, "hidden_dropout_ratios"},
      {"y",
       {{"activation", "TanhWithDropout"}, {"hidden_dropout_ratios", "[0.1]"}},
       "hidden_dropout_ratios"},
      {"y",
       {{"activation", "TanhWithDropout"}, {"hidden_dropout_ratios", "[0.1,1]"}},
       "hidden_dropout_ratios"},
      {"y", {{"l1", "-1"}}, "l1"},
      {"y", {{"l2", "-1"}}, "l2"},
      {"y", {{"max_w2", "0"}}, "max_w2"},
      {"y", {{"initial_weight_scale", "-1"}}, "initial_weight_scale"},
      {"y", {{"loss", "CrossEntropy"}}, "loss"},
      {"two", {{"loss", "Quantile"}}, "loss"},
      {"y", {{"loss", "Absolute"}, {"distribution", "gaussian"}}, "distribution"},
      {"n", {{"loss", "Quadratic"}, {"distribution", "poisson"}}, "distribution"},
      {"y", {{"distribution", "bernoulli"}}, "distribution"},
      {"three", {{"distribution", "bernoulli"}}, "distribution"},
      {"two", {{"distribution", "gaussian"}}, "distribution"},
      {"y", {{"distribution", "quasibinomial"}}, "distribution"},
      {"y", {{"distribution", "custom"}}, "distribution"},
      {"y", {{"distribution", "poisson"}}, "response_column"},
      {"y", {{"quantile_alpha", "1.5"}}, "quantile_alpha"},
      {"y", {{"tweedie_power", "2"}}, "tweedie_power"},
      {"y", {{"huber_alpha", "-1"}}, "huber_alpha"},
      {"two", {{"offset_column", "o"}}, "offset_column"},
      {"y", {{"balance_classes", "true"}}, "balance_classes"},
      {"two", {{"class_sampling_factors", "[1,2]"}}, "class_sampling_factors"},
      {"y", {{"sparsity_beta", "0.5"}}, "sparsity_beta"},
      {"y", {{"elastic_averaging_moving_rate", "1.5"}}, "elastic_averaging_moving_rate"},
      {"y", {{"elastic_averaging_regularization", "-1"}}, "elastic_averaging_regularization"},
      {"y", {{"col_major", "true"}}, "col_major"},
      {"y", {{"max_categorical_features", "0"}}, "max_categorical_features"},
      {"y", {{"mini_batch_size", "0"}}, "mini_batch_size"},
      {"y", {{"score_training_samples", "-1"}}, "score_training_samples"},
      {"y", {{"score_validation_samples", "-1"}}, "score_validation_samples"},
      {"y", {{"stopping_metric", "AUC"}}, "stopping_metric"}};
  for (const auto& [response, form, field] : refused) {
    const auto build = session.check(response, form);
    ASSERT_GE(build.errors(), 1) << field;
    for (const auto& message : build.messages) {
      if (message.kind == model::Message::Kind::error) {
        EXPECT_EQ(message.field, field) << message.text;
      }
    }
  }
}

TEST(BadInput, WhatHasNoEffectIsToldOf) {
  Session session;
  const auto plain = session.train("y", {});
  const schema::Form form{{"elastic_averaging", "true"}, {"elastic_averaging_moving_rate", "0.5"}};
  const auto build = session.check("y", form);
  EXPECT_EQ(build.errors(), 0);
  EXPECT_TRUE(std::ranges::any_of(build.messages, [](const model::Message& message) {
    return message.kind == model::Message::Kind::warning && message.field == "elastic_averaging";
  }));
  EXPECT_EQ(session.train("y", form)->header.checksum, plain->header.checksum);
}

TEST(BadInput, RowsThatCannotBeLearntAreToldOf) {
  Session session;
  const double kInf = std::numeric_limits<double>::infinity();
  const auto publish = [&](const char* key, std::vector<double> x, std::vector<double> y) {
    session.node().frames().publish(neve::testing::described_frame(
        session.engine(), key, {{"a", {}}, {"y", {}}}, {std::move(x), std::move(y)}));
  };
  publish("infinite", {1, 2, kInf, 4}, {1, 2, 3, 4});
  publish("empty", {1, 2, 3, 4}, std::vector<double>(4, frame::kMissingDouble));
  const auto failure = [&](const char* key, const schema::Form& form = {}) {
    return session.failure(
        "y", neve::testing::with({{"training_frame", key}, {"ignored_columns", "[]"}}, form));
  };
  EXPECT_NE(failure("infinite").find("infinite values"), std::string::npos);
  EXPECT_NE(failure("empty").find("left to learn from"), std::string::npos);
  // Gone astray: steps far too long.
  publish("plain", {1, -2, 3, -4}, {1, 2, 3, 4});
  EXPECT_NE(failure("plain", {{"adaptive_rate", "false"},
                              {"rate", "1e6"},
                              {"epochs", "200"},
                              {"standardize", "false"}})
                .find("unstable"),
            std::string::npos);
}

TEST(BadInput, OddColumnsAreLearnt) {
  Session session;
  std::vector<std::vector<double>> columns(4);
  for (int i = 0; i < 50; ++i) {
    columns[0].push_back(5);
    columns[1].push_back(-1);
    columns[2].push_back(i % 2 == 0 ? frame::kMissingDouble : i);
    columns[3].push_back(i % 5);
  }
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "odd", {{"same", {}}, {"none", {"a", "b"}}, {"half", {}}, {"y", {}}},
      columns));
  for (const char* levels : {"true", "false"}) {
    const auto model = session.train("y", {{"training_frame", "odd"},
                                           {"ignored_columns", "[]"},
                                           {"ignore_const_cols", "false"},
                                           {"use_all_factor_levels", levels}});
    ASSERT_TRUE(model);
    EXPECT_TRUE(model->network.is_finite());
    EXPECT_TRUE(model->is_sound());
  }
}

TEST(BadInput, ModelsWhosePartsDoNotFitAreNotSound) {
  Session session;
  const auto model = session.train("two", {});
  const auto spoilt = [&](auto change) {
    DeepLearningModel copy(*model);
    change(copy);
    return copy.is_sound();
  };
  EXPECT_TRUE(spoilt([](auto&) {}));
  EXPECT_FALSE(spoilt([](auto& m) { m.network.layers[0].weights.pop_back(); }));
  EXPECT_FALSE(spoilt([](auto& m) { m.network.layers[1].biases.push_back(0); }));
  EXPECT_FALSE(spoilt([](auto& m) { m.network.layers.pop_back(); }));
  EXPECT_FALSE(spoilt([](auto& m) { m.plan.sparse = 3; }));
  EXPECT_FALSE(spoilt([](auto& m) { m.plan.predictors[0].levels = 9; }));
  EXPECT_FALSE(spoilt([](auto& m) { m.plan.predictors[2].first = 1; }));
  EXPECT_FALSE(spoilt([](auto& m) { m.objective.family = Family::poisson; }));
  EXPECT_FALSE(spoilt([](auto& m) { m.course.first.pop_back(); }));
  EXPECT_FALSE(spoilt([](auto& m) { m.class_weights = {1, 2, 3}; }));
}

TEST(Importances, AreTheSharesOfTheFirstTwoLayers) {
  Network network = make_network({.numbers = 2, .hidden = {2}, .outputs = 1});
  network.layers[0].weights = {1, 3, -1, 1};
  network.layers[1].weights = {2, -2};
  // Shares of the inputs in the units: 1/2 and 3/4, 1/2 and 1/4; both units count for a half.
  const auto found = input_importances(network);
  EXPECT_NEAR(found[0], 1, 1e-12);
  EXPECT_NEAR(found[1], (0.5 + 0.25) / (0.5 + 0.75), 1e-12);
}

}  // namespace

#include <gtest/gtest.h>

#include <cmath>

#include "algos/deeplearning/training_session.hpp"

namespace {

using namespace neve;
using namespace neve::algos::deeplearning;
using algos::deeplearning::testing::Session;
using algos::deeplearning::testing::values_of;
using neve::testing::publish_as;
using neve::testing::with;

/// What can be trained in two goes to the same bits: scoring points at the same rows, the last
/// network.
const schema::Form kInTwoGoes = {{"overwrite_with_best_model", "false"},
                                 {"stopping_rounds", "0"},
                                 {"train_samples_per_iteration", "0"},
                                 {"score_training_samples", "0"}};

TEST(FurtherTraining, FromACheckpointIsTheTrainingInOneGo) {
  for (const schema::Form& form :
       {schema::Form{}, schema::Form{{"adaptive_rate", "false"},
                                     {"momentum_start", "0.5"},
                                     {"momentum_stable", "0.5"},
                                     {"activation", "TanhWithDropout"}}}) {
    Session session;
    const auto whole = session.train("y", with(with(kInTwoGoes, form), {{"epochs", "4"}}));
    ASSERT_TRUE(whole);
    publish_as(session.models(),
               *session.train("y", with(with(kInTwoGoes, form), {{"epochs", "2"}})), "earlier");
    const auto later = session.train(
        "y", with(with(kInTwoGoes, form), {{"epochs", "4"}, {"checkpoint", "earlier"}}));
    ASSERT_TRUE(later);
    EXPECT_EQ(later->encode_learnt(), whole->encode_learnt());
    EXPECT_EQ(later->header.scoring_history.rows(), whole->header.scoring_history.rows());
    EXPECT_EQ(later->progress.epochs(), 4);
  }
}

TEST(FurtherTraining, KeepsTheBatchThatTheCheckpointChose) {
  Session session;
  const schema::Form automatic{{"mini_batch_size", "1"}, {"stopping_rounds", "0"}};
  publish_as(session.models(), *session.train("two", automatic), "earlier");
  const auto later =
      session.train("two", with(automatic, {{"epochs", "9"}, {"checkpoint", "earlier"}}));
  EXPECT_EQ(later->progress.batch_rows, 2);
}

TEST(FurtherTraining, RefusesToChangeWhatTheNetworkRestsOn) {
  Session session;
  publish_as(session.models(), *session.train("two", {}), "earlier");
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"hidden", "[16,9]"},
      {"activation", "Tanh"},
      {"use_all_factor_levels", "false"},
      {"standardize", "false"},
      {"adaptive_rate", "false"},
      {"rho", "0.9"},
      {"epsilon", "1e-7"},
      {"rate", "0.1"},
      {"rate_annealing", "0.1"},
      {"rate_decay", "0.5"},
      {"momentum_start", "0.1"},
      {"momentum_stable", "0.1"},
      {"momentum_ramp", "10"},
      {"nesterov_accelerated_gradient", "false"},
      {"max_categorical_features", "3"},
      {"distribution", "bernoulli"},
      {"quantile_alpha", "0.1"},
      {"huber_alpha", "0.1"},
      {"tweedie_power", "1.1"},
      {"balance_classes", "true"},
      {"epochs", "2"}};
  for (const auto& [name, value] : refused) {
    const auto build =
        session.check("two", with({{"checkpoint", "earlier"}, {"epochs", "8"}}, {{name, value}}));
    ASSERT_EQ(build.errors(), 1) << name;
    const auto error = std::ranges::find(build.messages, model::Message::Kind::error,
                                         [](const auto& message) { return message.kind; });
    EXPECT_EQ(error->field, name);
  }
  EXPECT_EQ(session.check("y", {{"checkpoint", "earlier"}, {"epochs", "8"}}).errors(), 1);
  EXPECT_EQ(
      session.check("two", {{"checkpoint", "earlier"}, {"epochs", "8"}, {"nfolds", "3"}}).errors(),
      1);
  EXPECT_EQ(session.check("two", {{"checkpoint", "nothing"}, {"epochs", "8"}}).errors(), 1);
}

TEST(FurtherTraining, StopsWhereTheMetricNoLongerFalls) {
  Session session;
  const schema::Form form{{"epochs", "400"},
                          {"validation_frame", "va"},
                          {"train_samples_per_iteration", "0"},
                          {"stopping_rounds", "2"},
                          {"stopping_tolerance", "0.01"}};
  const auto model = session.train("two", form);
  ASSERT_TRUE(model);
  EXPECT_LT(model->progress.epochs(), 400);
  // The best network of all scoring points is kept.
  const schema::Table& history = model->header.scoring_history;
  const auto column = std::ranges::find(history.columns, "validation_logloss",
                                        [](const auto& of) { return of.name; });
  double best = std::numeric_limits<double>::infinity();
  for (const auto& cell : column->cells) best = std::fmin(best, std::get<double>(cell));
  EXPECT_EQ(model->header.validation_metrics.find("logloss"), best);
  std::vector<std::string> warnings;
  const auto again = session.models().performance(model, session.frame("va"), nullptr, warnings);
  EXPECT_NEAR(*again.find("logloss"), best, 1e-12);
}

TEST(FurtherTraining, EndsWhereTheErrorIsSmallEnough) {
  Session session;
  const auto endless = session.train("y", {{"stopping_rounds", "0"}, {"epochs", "3"}});
  const auto model =
      session.train("y", {{"stopping_rounds", "0"}, {"epochs", "3"}, {"regression_stop", "1000"}});
  EXPECT_EQ(endless->progress.epochs(), 3);
  EXPECT_LT(model->progress.epochs(), 1);
  const auto classes = session.train(
      "two", {{"stopping_rounds", "0"}, {"epochs", "3"}, {"classification_stop", "0.9"}});
  EXPECT_LT(classes->progress.epochs(), 1);
}

TEST(FurtherTraining, WithFoldsTrainsAsLongAsTheyDidOnAverage) {
  Session session;
  const auto model = session.train("two", {{"nfolds", "3"},
                                           {"epochs", "200"},
                                           {"train_samples_per_iteration", "0"},
                                           {"stopping_rounds", "1"},
                                           {"stopping_tolerance", "0.05"}});
  ASSERT_TRUE(model);
  double epochs = 0;
  for (const std::string& name : model->header.cross_validation.models)
    epochs += session.model<DeepLearningModel>(name)->progress.epochs();
  EXPECT_LT(epochs / 3, 200);
  EXPECT_NEAR(model->progress.epochs(), epochs / 3, 1e-3);
  EXPECT_GT(*model->header.cross_validation.metrics.find("AUC"), 0.8);
}

TEST(Weights, ThatArePublishedAreThoseOfTheNetwork) {
  Session session;
  const auto model = session.train("y", {{"export_weights_and_biases", "true"}, {"epochs", "1"}});
  ASSERT_TRUE(model);
  ASSERT_EQ(model->weight_frames.size(), 3U);
  const frame::Frame first = session.frame(model->weight_frames[0]);
  EXPECT_EQ(first.names,
            (std::vector<std::string>{"k.a", "k.b", "k.c", "k.d", "k.missing(NA)", "x", "z"}));
  EXPECT_EQ(first.rows(), 16);
  const auto of_x = values_of(session.engine(), first, "x");
  for (std::size_t unit = 0; unit < 16; ++unit)
    EXPECT_EQ(static_cast<float>(of_x[unit]), model->network.layers[0].row(5)[unit]);
  EXPECT_EQ(session.frame(model->bias_frames[2]).rows(), 1);
}

TEST(Weights, StartFromFramesThatAreGiven) {
  Session session;
  publish_as(session.models(),
             *session.train("y", {{"export_weights_and_biases", "true"}, {"epochs", "1"}}),
             "earlier");
  const auto earlier = session.model<DeepLearningModel>("earlier");
  const auto list = [](const std::vector<std::string>& names) {
    return "[\"" + names[0] + "\",\"" + names[1] + "\",\"" + names[2] + "\"]";
  };
  const schema::Form form{{"initial_weights", list(earlier->weight_frames)},
                          {"initial_biases", list(earlier->bias_frames)},
                          {"epochs", "0"},
                          {"missing_values_handling", "MeanImputation"}};
  const auto model = session.train("y", form);
  ASSERT_TRUE(model);
  for (std::size_t l = 0; l < 3; ++l) {
    EXPECT_EQ(model->network.layers[l].weights, earlier->network.layers[l].weights);
    EXPECT_EQ(model->network.layers[l].biases, earlier->network.layers[l].biases);
  }
  // One layer alone; another size; too few.
  const auto one = session.train(
      "y",
      {{"initial_weights", "[null,\"" + earlier->weight_frames[1] + "\",null]"}, {"epochs", "0"}});
  EXPECT_EQ(one->network.layers[1].weights, earlier->network.layers[1].weights);
  EXPECT_NE(one->network.layers[0].weights, earlier->network.layers[0].weights);
  const std::string wrong = "[\"" + earlier->weight_frames[1] + "\",null,null]";
  EXPECT_NE(session.failure("y", {{"initial_weights", wrong}}).find("initial_weights[0]"),
            std::string::npos);
  EXPECT_NE(session.failure("y", {{"initial_weights", "[null]"}}).find("one for each layer"),
            std::string::npos);
}

TEST(Weights, AreDrawnAsTheDistributionSays) {
  Session session;
  const schema::Form none{{"epochs", "0"}, {"hidden", "[200,100]"}};
  const auto figures = [&](const schema::Form& form) {
    const auto model = session.train("y", with(none, form));
    double squares = 0;
    double largest = 0;
    const auto& weights = model->network.layers[1].weights;
    for (const float weight : weights) {
      squares += static_cast<double>(weight) * static_cast<double>(weight);
      largest = std::max(largest, std::abs(static_cast<double>(weight)));
    }
    return std::pair(std::sqrt(squares / static_cast<double>(weights.size())), largest);
  };
  const auto [adaptive, bound] = figures({});
  EXPECT_NEAR(bound, std::sqrt(6.0 / 300), 1e-3);
  EXPECT_NEAR(adaptive, bound / std::sqrt(3.0), 2e-3);
  const auto [uniform, most] =
      figures({{"initial_weight_distribution", "Uniform"}, {"initial_weight_scale", "0.5"}});
  EXPECT_NEAR(most, 0.5, 1e-3);
  EXPECT_NEAR(uniform, 0.5 / std::sqrt(3.0), 1e-2);
  const auto [normal, farthest] =
      figures({{"initial_weight_distribution", "Normal"}, {"initial_weight_scale", "2"}});
  EXPECT_NEAR(normal, 2, 0.05);
  EXPECT_GT(farthest, 6);
}

}  // namespace

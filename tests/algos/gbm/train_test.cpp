#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "algos/families/trees/stopping.hpp"
#include "algos/gbm/training_session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::algos::gbm::testing;
using algos::gbm::GbmModel;

/// The mean deviance of a model of y, by a loop over its predictions.
double plain_deviance(Session& session, const std::shared_ptr<const GbmModel>& model,
                      const char* key, const std::string& distribution) {
  mr::Engine& engine = session.node().engine();
  std::vector<std::string> warnings;
  const frame::Frame scored =
      session.models().predict(model, session.frame(key), "scored", nullptr, warnings);
  const std::vector<double> predicted = values_of(engine, scored, "predict");
  const std::vector<double> actual = values_of(engine, session.frame(key), "y");
  std::vector<double> errors;
  for (std::size_t i = 0; i < actual.size(); ++i)
    errors.push_back(std::abs(actual[i] - predicted[i]));
  std::vector<double> sorted = errors;
  std::ranges::sort(sorted);
  const double rank = 0.7 * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(rank);
  const double delta =
      sorted[low] + (rank - static_cast<double>(low)) * (sorted[low + 1] - sorted[low]);
  double sum = 0;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const double e = errors[i];
    if (distribution == "laplace") sum += e;
    if (distribution == "quantile") sum += (actual[i] > predicted[i] ? 0.8 : 0.2) * e;
    if (distribution == "huber") sum += e <= delta ? e * e : (2 * e - delta) * delta;
  }
  return sum / static_cast<double>(errors.size());
}

TEST(GbmTraining, MeasuresWhileTrainingWhatScoringTheModelGives) {
  Session session;
  for (const char* response : {"y", "two", "three"}) {
    const auto model = session.train(response, {{"ntrees", "12"}, {"validation_frame", "va"}});
    ASSERT_TRUE(model);
    for (const char* key : {"tr", "va"}) {
      std::vector<std::string> warnings;
      const auto again = session.models().performance(model, session.frame(key), nullptr, warnings);
      const auto& measured =
          key[0] == 't' ? model->header.training_metrics : model->header.validation_metrics;
      EXPECT_EQ(again.header()->MSE, measured.header()->MSE) << response << " " << key;
      EXPECT_EQ(again.header()->nobs, measured.header()->nobs);
      EXPECT_EQ(again.find("logloss"), measured.find("logloss"));
    }
  }
}

TEST(GbmTraining, MeasuresEveryDistributionAsItsDevianceIsDefined) {
  Session session;
  for (const char* distribution : {"laplace", "quantile", "huber"}) {
    const auto model = session.train("y", {{"ntrees", "5"},
                                           {"distribution", distribution},
                                           {"quantile_alpha", "0.8"},
                                           {"huber_alpha", "0.7"},
                                           {"validation_frame", "va"}});
    ASSERT_TRUE(model);
    for (const char* key : {"tr", "va"}) {
      const auto& measured =
          key[0] == 't' ? model->header.training_metrics : model->header.validation_metrics;
      EXPECT_NEAR(measured.find("mean_residual_deviance").value(),
                  plain_deviance(session, model, key, distribution), 1e-9)
          << distribution << " " << key;
      std::vector<std::string> warnings;
      const auto again = session.models().performance(model, session.frame(key), nullptr, warnings);
      EXPECT_NEAR(again.find("mean_residual_deviance").value(),
                  measured.find("mean_residual_deviance").value(), 1e-12);
    }
  }
}

TEST(GbmTraining, QuasibinomialOfZerosAndOnesIsBernoulli) {
  Session session;
  const auto model = session.train(
      "zero_one", {{"ntrees", "5"}, {"distribution", "quasibinomial"}, {"validation_frame", "va"}});
  ASSERT_TRUE(model);
  EXPECT_EQ(model->header.category, model::Category::binomial);
  ASSERT_TRUE(model->header.roles.response_domain);
  EXPECT_EQ(*model->header.roles.response_domain, (Levels{"0", "1"}));
  for (const char* key : {"tr", "va"}) {
    std::vector<std::string> warnings;
    const auto again = session.models().performance(model, session.frame(key), nullptr, warnings);
    const auto& measured =
        key[0] == 't' ? model->header.training_metrics : model->header.validation_metrics;
    EXPECT_EQ(again.find("AUC"), measured.find("AUC"));
    EXPECT_GT(measured.find("AUC").value(), 0.95);
    EXPECT_EQ(again.find("logloss"), measured.find("logloss"));
  }
}

TEST(GbmTraining, ScoresOftenAtFirstThenAfterEveryTenthTreeAndTheLast) {
  Session session;
  const auto points = [](const GbmModel& model) {
    std::vector<std::int64_t> trees;
    for (const auto& cell : model.header.scoring_history.columns[3].cells) {
      trees.push_back(std::get<std::int64_t>(cell));
    }
    return trees;
  };
  EXPECT_EQ(points(*session.train("y", {{"ntrees", "23"}, {"max_depth", "1"}})),
            (std::vector<std::int64_t>{0, 1, 2, 3, 5, 10, 20, 23}));
  EXPECT_EQ(points(*session.train("y", {{"ntrees", "23"},
                                        {"max_depth", "1"},
                                        {"stopping_rounds", "9"},
                                        {"stopping_tolerance", "0"}})),
            (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 23}));
  EXPECT_EQ(points(*session.train(
                "y", {{"ntrees", "7"}, {"max_depth", "1"}, {"score_tree_interval", "3"}})),
            (std::vector<std::int64_t>{0, 3, 6, 7}));
}

TEST(GbmTraining, StopsEarlyWhenTheMetricNoLongerImproves) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "500"},
                                           {"learn_rate", "0.5"},
                                           {"validation_frame", "va"},
                                           {"stopping_rounds", "2"},
                                           {"stopping_tolerance", "0.01"},
                                           {"score_tree_interval", "1"}});
  ASSERT_TRUE(model);
  EXPECT_GT(model->iterations.size(), 4U);
  EXPECT_LT(model->iterations.size(), 100U);
}

TEST(GbmTraining, StopsAtTheFirstPointWhereTheRuleHolds) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "200"},
                                           {"learn_rate", "0.5"},
                                           {"stopping_rounds", "3"},
                                           {"stopping_tolerance", "0.02"},
                                           {"score_tree_interval", "2"}});
  ASSERT_TRUE(model);
  const schema::Table& history = model->header.scoring_history;
  const auto column = std::ranges::find(history.columns, "training_logloss",
                                        [](const auto& each) { return each.name; });
  ASSERT_NE(column, history.columns.end());
  std::vector<double> scores;
  for (const auto& cell : column->cells) scores.push_back(std::get<double>(cell));
  const algos::trees::StoppingRule rule{.metric = "logloss", .rounds = 3, .tolerance = 0.02};
  for (std::size_t points = 1; points < scores.size(); ++points)
    EXPECT_FALSE(should_stop(rule, std::span(scores).first(points))) << points;
  EXPECT_TRUE(should_stop(rule, scores));
  EXPECT_EQ(model->iterations.size(), 2 * (scores.size() - 1));
}

TEST(GbmTraining, TheChecksumIsTheSameOnAnyThreadsAndNodes) {
  const std::pair<const char*, schema::Form> kinds[] = {
      {"three", {{"ntrees", "5"}, {"sample_rate", "0.7"}}},
      {"y",
       {{"ntrees", "5"},
        {"distribution", "quantile"},
        {"monotone_constraints", R"([{"key":"x","value":1}])"},
        {"pred_noise_bandwidth", "0.1"}}},
      {"two",
       {{"ntrees", "5"},
        {"balance_classes", "true"},
        {"calibrate_model", "true"},
        {"calibration_frame", "va"}}}};
  for (const auto& [response, form] : kinds) {
    std::vector<std::int64_t> checksums;
    const std::pair<int, int> machines[] = {{1, 1}, {1, 2}, {1, 3}, {1, 8}, {2, 1}, {3, 2}};
    for (const auto& [nodes, threads] : machines) {
      Session session(nodes, threads);
      const auto model = session.train(response, form);
      ASSERT_TRUE(model);
      checksums.push_back(model->header.checksum);
      EXPECT_EQ(checksums.back(), checksums.front()) << response << " " << nodes << " nodes";
    }
  }
}

TEST(GbmTraining, AModelSurvivesItsBytes) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "5"}});
  const auto again = algos::gbm::algorithm().decode(model->encode());
  EXPECT_EQ(again->encode(), model->encode());
  EXPECT_EQ(again->encode_learnt(), model->encode_learnt());
}

TEST(GbmTraining, RatesPerClassNeedAsManyClasses) {
  Session session;
  for (const char* response : {"y", "two"}) {
    const auto job = session.models().train(
        session.check(response, {{"sample_rate_per_class", "[0.5, 0.5, 0.5]"}}));
    job->wait();
    EXPECT_NE(job->snapshot().exception, "") << response;
  }
  EXPECT_TRUE(session.train("three", {{"ntrees", "2"}, {"sample_rate_per_class", "[0.5, 1, 0]"}}));
}

/// Warnings for a numeric response of these values.
std::int64_t warnings_about(Session& session, const std::vector<double>& response,
                            schema::Form form) {
  mr::Engine& engine = session.node().engine();
  frame::Frame frame;
  frame.key = "responses";
  const auto rows = static_cast<std::int64_t>(response.size());
  frame.layout = engine.new_layout({0, rows});
  const ColumnId id = engine.new_column_id();
  engine.put_chunk(*frame.layout, id, GroupIndex(0), frame::encode_doubles(response));
  const mr::OutputColumn kind;
  frame.add("y", engine.adopt({&id, 1}, {&kind, 1})[0]);
  session.node().frames().publish(frame);
  form.emplace_back("response_column", "y");
  form.emplace_back("training_frame", "responses");
  const auto build = session.models().check(algos::gbm::algorithm(), form, "python");
  return std::ranges::count_if(build.messages, [](const model::Message& message) {
    return message.kind == model::Message::Kind::warning &&
           message.text.starts_with("We have detected that your response column has only 2");
  });
}

TEST(GbmTraining, WarnsOfARegressionThatMayBeAClassification) {
  Session session;
  EXPECT_EQ(warnings_about(session, {0, 1, 1, frame::kMissingDouble}, {}), 1);
  EXPECT_EQ(warnings_about(session, {-1, 1, -1}, {}), 1);
  EXPECT_EQ(warnings_about(session, {-1, 0, 1}, {}), 0);
  EXPECT_EQ(warnings_about(session, {0, 0.5, 1}, {}), 0);
  EXPECT_EQ(warnings_about(session, {1, 1, 1}, {}), 0);
  EXPECT_EQ(warnings_about(session, {0, 1, 1}, {{"distribution", "gaussian"}}), 0);
}

TEST(GbmTraining, RefusesWhatIsNotBuiltOrDoesNotFit) {
  Session session;
  const std::pair<const char*, const char*> refused[] = {
      {"distribution", "custom"},
      {"distribution", "quasibinomial"},
      {"distribution", "bernoulli"},
      {"calibrate_model", "true"},
      {"pred_noise_bandwidth", "-0.1"},
      {"ntrees", "0"},
      {"monotone_constraints", R"([{"key":"lost","value":1}])"},
      {"monotone_constraints", R"([{'key': "k", 'value': -1}])"},
      {"monotone_constraints", R"([{"key":"x","value":1},{"key":"x","value":1}])"},
      {"monotone_constraints", R"([{"key":"two","value":1}])"},
      {"interaction_constraints", R"([["x","lost"]])"},
      {"interaction_constraints", R"([["x","y"]])"},
      {"nfolds", "1"},
      {"custom_distribution_func", "python:mine"},
      {"in_training_checkpoints_tree_interval", "0"}};
  for (const auto& [name, value] : refused) {
    const auto build = session.check("y", {{name, value}});
    ASSERT_EQ(build.errors(), 1) << name;
    const auto is_about_it = [&](const model::Message& message) {
      return message.kind == model::Message::Kind::error && message.field == name;
    };
    EXPECT_TRUE(std::ranges::any_of(build.messages, is_about_it)) << name;
  }
}

TEST(GbmTraining, StopsOnlyByMetricsThatAreMeasured) {
  Session session;
  const auto errors = [&](const char* response, const char* metric, const char* auc_type) {
    return session
        .check(response,
               {{"stopping_rounds", "1"}, {"stopping_metric", metric}, {"auc_type", auc_type}})
        .errors();
  };
  EXPECT_EQ(errors("y", "MAE", "AUTO"), 0);
  EXPECT_EQ(errors("y", "AUC", "AUTO"), 1);
  EXPECT_EQ(errors("two", "AUC", "AUTO"), 0);
  EXPECT_EQ(errors("two", "RMSLE", "AUTO"), 1);
  EXPECT_EQ(errors("two", "AUUC", "AUTO"), 1);
  EXPECT_EQ(errors("three", "AUC", "AUTO"), 1);
  EXPECT_EQ(errors("three", "AUC", "WEIGHTED_OVR"), 0);
  EXPECT_EQ(errors("three", "custom", "AUTO"), 1);
  EXPECT_EQ(session.check("three", {{"stopping_metric", "custom"}}).errors(), 0);
}

TEST(GbmTraining, EveryMetricThatMayEndATrainingDoes) {
  Session session;
  for (const char* response : {"y", "two", "three"}) {
    int stopped = 0;
    for (const std::string_view metric : schema::EnumText<model::StoppingMetric>::values) {
      // Nothing improves by as little as that.
      const schema::Form form{{"ntrees", "60"},          {"max_depth", "1"},
                              {"learn_rate", "1e-9"},    {"stopping_rounds", "1"},
                              {"auc_type", "MACRO_OVO"}, {"stopping_metric", std::string(metric)}};
      if (session.check(response, form).errors() > 0) continue;
      ++stopped;
      EXPECT_LT(session.train(response, form)->iterations.size(), 20U) << response << " " << metric;
    }
    EXPECT_EQ(stopped, response[0] == 'y' ? 6 : response[1] == 'w' ? 9 : 8) << response;
  }
}

TEST(GbmTraining, GoesOnAfterALossToTheSameBits) {
  const std::pair<const char*, const char*> kinds[] = {{"y", "AUTO"},
                                                       {"two", "AUTO"},
                                                       {"three", "AUTO"},
                                                       {"y", "huber"},
                                                       {"zero_one", "quasibinomial"}};
  for (const auto& [response, distribution] : kinds) {
    const schema::Form form{{"ntrees", "20"},
                            {"distribution", distribution},
                            {"validation_frame", "va"},
                            {"score_tree_interval", "3"},
                            {"sample_rate", "0.7"}};
    Session whole;
    const auto expected = whole.train(response, form)->encode_learnt();
    const auto got = neve::testing::learnt_after_loss(
        algos::gbm::algorithm(), Session::complete(response, form), 8, publish_frames);
    EXPECT_EQ(got, expected) << response;
  }
}

}  // namespace

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

schema::Form with(schema::Form form, const schema::Form& more) {
  form.insert(form.end(), more.begin(), more.end());
  return form;
}

/// The model under another name.
void publish_as(model::Models& models, const DrfModel& model, const char* key) {
  DrfModel copy(model);
  copy.header.key = key;
  models.publish(copy);
}

/// All values of a column, in row order.
std::vector<double> values_of(mr::Engine& engine, const frame::Frame& frame,
                              const std::string& name) {
  const frame::Column& column = frame.column(frame.require(name));
  std::vector<double> values(static_cast<std::size_t>(frame.rows()));
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const auto first = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
    const auto count = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g)));
    engine.chunk(*frame.layout, column.id, GroupIndex(g))
        .decode(0, std::span(values).subspan(first, count));
  }
  return values;
}

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
  const auto earlier = session.train("two", {{"ntrees", "3"}, {"max_depth", "4"}});
  publish_as(session.models(), *earlier, "earlier");
  const std::pair<const char*, const char*> refused[] = {
      {"max_depth", "5"}, {"nbins", "30"},          {"sample_rate", "0.5"},
      {"ntrees", "3"},    {"balance_classes", "1"}, {"binomial_double_trees", "true"}};
  for (const auto& [name, value] : refused) {
    schema::Form form{{"checkpoint", "earlier"}};
    if (std::string_view(name) != "max_depth") form.emplace_back("max_depth", "4");
    if (std::string_view(name) != "ntrees") form.emplace_back("ntrees", "6");
    form.emplace_back(name, value);
    const auto build = session.check("two", form);
    ASSERT_EQ(build.errors(), 1) << name;
    const auto error = std::ranges::find(build.messages, model::Message::Kind::error,
                                         [](const auto& message) { return message.kind; });
    EXPECT_EQ(error->field, name);
  }
}

TEST(DrfCheckpoint, GoesOnAfterALossToTheSameBits) {
  const auto& [response, kind] = kKinds[2];
  const schema::Form form = with(kind, {{"ntrees", "12"}, {"checkpoint", "earlier"}});
  Session whole;
  const auto earlier = whole.train(response, with(kind, {{"ntrees", "3"}}));
  publish_as(whole.models(), *earlier, "earlier");
  const auto expected = whole.train(response, form)->encode_learnt();
  mr::LocalCluster cluster(
      {.nodes = 3, .threads_each = 1, .memory_bytes_each = std::int64_t{1} << 30U, .copies = 2},
      all_tasks());
  mr::ComputeNode& node = cluster.node(0);
  node.frames().publish(make_frame(node.engine(), "tr", kRows, 1));
  {
    neve::testing::Trainer trainer(node, algos::drf::algorithm(), 0);
    publish_as(trainer.models, *earlier, "earlier");
  }
  EXPECT_EQ(neve::testing::learnt_after_loss(cluster, algos::drf::algorithm(),
                                             Session::complete(response, form), 5),
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
  mr::Engine& engine = session.node().engine();
  const auto plain = session.train("two", {{"ntrees", "5"}});
  for (const char* method : {"AUTO", "IsotonicRegression"}) {
    const auto model = session.train("two", {{"ntrees", "5"},
                                             {"calibrate_model", "true"},
                                             {"calibration_frame", "va"},
                                             {"calibration_method", method}});
    ASSERT_TRUE(model);
    std::vector<std::string> warnings;
    const frame::Frame scored =
        session.models().predict(model, session.frame("va"), "scored", nullptr, warnings);
    ASSERT_EQ(scored.names,
              (std::vector<std::string>{"predict", "no", "yes", "cal_no", "cal_yes"}));
    const auto yes = values_of(engine, scored, "yes");
    const auto calibrated = values_of(engine, scored, "cal_yes");
    const auto actual = values_of(engine, session.frame("va"), "two");
    double predicted = 0;
    double real = 0;
    for (std::size_t i = 0; i < yes.size(); ++i) {
      EXPECT_EQ(calibrated[i], model->calibration.apply(yes[i]));
      if (std::isnan(actual[i])) continue;
      predicted += calibrated[i];
      real += actual[i];
    }
    // Both methods meet the mean of what they were fitted to.
    EXPECT_NEAR(predicted, real, 1e-6 * real) << method;
    // Metrics are those of the probabilities as they were.
    EXPECT_EQ(model->header.training_metrics.find("AUC"),
              plain->header.training_metrics.find("AUC"));
    const auto decoded = algos::drf::algorithm().decode(model->encode());
    EXPECT_EQ(decoded->encode_learnt(), model->encode_learnt());
  }
  EXPECT_EQ(session.check("two", {{"calibrate_model", "true"}}).errors(), 1);
  const schema::Form on_va{{"calibrate_model", "true"}, {"calibration_frame", "va"}};
  EXPECT_EQ(session.check("three", on_va).errors(), 1);
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

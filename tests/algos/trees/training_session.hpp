#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>

#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

/// Training of GBM and DRF on nodes of this process, as a client would ask for it.
namespace neve::testing {

/// How the frames of a session are made: rows of "tr", and how much of y is noise.
struct ForestData {
  std::int64_t rows = 0;
  double noise = 1;
};

/// x (with missing values), a category k, and responses y, two, three and zero_one that depend on
/// both.
std::vector<std::vector<double>> made_up(std::int64_t rows, std::uint64_t seed, double noise);

/// The frames "tr" and "va".
void publish_frames(mr::ComputeNode& node, const ForestData& data);

template <class Made>
class ForestSession : public TrainingNodes {
 public:
  ForestSession(const model::Algorithm& algorithm, const ForestData& data, int nodes, int threads)
      : TrainingNodes(algorithm, nodes, threads) {
    publish_frames(node(), data);
  }
  model::Build check(const std::string& response, schema::Form form) {
    return check_form(complete(response, std::move(form)));
  }
  static schema::Form complete(const std::string& response, schema::Form form) {
    std::string ignored;
    for (const char* name : {"y", "two", "three", "zero_one"}) {
      if (name != response) ignored += (ignored.empty() ? "\"" : ",\"") + std::string(name) + "\"";
    }
    form.emplace_back("ignored_columns", "[" + ignored + "]");
    form.emplace_back("response_column", response);
    form.emplace_back("training_frame", "tr");
    form.emplace_back("model_id", "model");
    form.emplace_back("seed", "1");
    return form;
  }
  std::shared_ptr<const Made> train(const std::string& response, schema::Form form) {
    train_form(complete(response, std::move(form)));
    return model<Made>();
  }
};

/// Trained models may not change where they go on: each of the parameters is named that does.
template <class Session>
void expect_refusals_to_go_on(Session& session, const std::string& response,
                              const std::vector<std::pair<std::string, std::string>>& refused) {
  publish_as(session.models(), *session.train(response, {{"ntrees", "3"}, {"max_depth", "4"}}),
             "earlier");
  for (const auto& [name, value] : refused) {
    schema::Form form{{"checkpoint", "earlier"}};
    if (name != "max_depth") form.emplace_back("max_depth", "4");
    if (name != "ntrees") form.emplace_back("ntrees", "6");
    form.emplace_back(name, value);
    const auto build = session.check(response, form);
    ASSERT_EQ(build.errors(), 1) << name;
    const auto error = std::ranges::find(build.messages, model::Message::Kind::error,
                                         [](const auto& message) { return message.kind; });
    EXPECT_EQ(error->field, name);
  }
}

/// Calibrated probabilities are columns of their own, and meet what they were fitted to.
template <class Session>
void expect_calibrated_columns(Session& session, const model::Algorithm& algorithm) {
  const auto plain = session.train("two", {{"ntrees", "5"}});
  const frame::Frame on = session.frame("va");
  for (const char* method : {"AUTO", "IsotonicRegression"}) {
    const auto model = session.train("two", {{"ntrees", "5"},
                                             {"calibrate_model", "true"},
                                             {"calibration_frame", "va"},
                                             {"calibration_method", method}});
    ASSERT_TRUE(model);
    std::vector<std::string> warnings;
    const frame::Frame scored = session.models().predict(model, on, "scored", nullptr, warnings);
    ASSERT_EQ(scored.names,
              (std::vector<std::string>{"predict", "no", "yes", "cal_no", "cal_yes"}));
    const auto yes = values_of(session.engine(), scored, "yes");
    const auto calibrated = values_of(session.engine(), scored, "cal_yes");
    const auto rest = values_of(session.engine(), scored, "cal_no");
    const auto actual = values_of(session.engine(), on, "two");
    double predicted = 0;
    double real = 0;
    for (std::size_t i = 0; i < yes.size(); ++i) {
      EXPECT_EQ(calibrated[i], model->calibration.apply(yes[i]));
      EXPECT_EQ(rest[i], 1 - calibrated[i]);
      if (std::isnan(actual[i])) continue;
      predicted += calibrated[i];
      real += actual[i];
    }
    // Both methods meet the mean of what they were fitted to.
    EXPECT_NEAR(predicted, real, 1e-6 * real) << method;
    // Metrics are those of the probabilities as they were.
    EXPECT_EQ(model->header.training_metrics.find("AUC"),
              plain->header.training_metrics.find("AUC"));
    const auto logloss = [&](const auto& of) {
      return session.models().performance(of, on, nullptr, warnings).find("logloss");
    };
    EXPECT_EQ(logloss(model), logloss(plain));
    const auto decoded = algorithm.decode(model->encode());
    EXPECT_EQ(decoded->encode_learnt(), model->encode_learnt());
  }
}

template <class Session>
void expect_calibration_to_need_two_classes_and_a_frame(Session& session) {
  EXPECT_EQ(session.check("two", {{"calibrate_model", "true"}}).errors(), 1);
  const schema::Form on_va{{"calibrate_model", "true"}, {"calibration_frame", "va"}};
  EXPECT_EQ(session.check("three", on_va).errors(), 1);
  EXPECT_EQ(session.check("two", {{"calibration_frame", "va"}}).errors(), 0);
}

}  // namespace neve::testing

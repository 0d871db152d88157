#include "algos/glm/session.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

void expect_golden(const std::string& name, const GlmModel& model) {
  const auto figures = golden(name, "expected.txt");
  const auto names = model.coefficient_names();
  for (std::size_t j = 0; j < names.size(); ++j) {
    const auto& expected = figures.at(names[j]);
    EXPECT_NEAR(model.coefficients[j] / expected[0], 1, 1e-6) << name << " " << names[j];
    ASSERT_TRUE(model.inference.has_value());
    EXPECT_NEAR(model.inference->standard_errors[j] / expected[1], 1, 1e-6) << names[j];
  }
  const auto& metrics = model.header.training_metrics;
  EXPECT_NEAR(*metrics.find("residual_deviance") / figures.at("deviance")[0], 1, 1e-9) << name;
  EXPECT_NEAR(*metrics.find("null_deviance") / figures.at("null_deviance")[0], 1, 1e-9) << name;
}

const schema::Form kPlain = {{"lambda", "0"}, {"compute_p_values", "true"}};

TEST(Glm, AgreesWithIndependentSoftware) {
  Session session(1, 2);
  expect_golden("gaussian", *session.train("gaussian", kPlain));
  expect_golden("binomial", *session.train("class", kPlain));
  expect_golden("binomial", *session.train("binomial", with(kPlain, "family", "binomial")));
  expect_golden("poisson", *session.train("poisson", with(kPlain, "family", "poisson")));
  expect_golden("gamma", *session.train("gamma", with(kPlain, "family", "gamma")));
  const auto log_gamma = with(with(kPlain, "family", "gamma"), "link", "log");
  expect_golden("gamma_log", *session.train("gamma", log_gamma));
  expect_golden("binomial_offset",
                *session.train("class", with(kPlain, "offset_column", "offset")));
  expect_golden("binomial_weight",
                *session.train("class", with(kPlain, "weights_column", "weight")));
  const auto poisson = with(kPlain, "family", "poisson");
  expect_golden("poisson_offset",
                *session.train("poisson", with(poisson, "offset_column", "offset")));
  expect_golden("poisson_weight",
                *session.train("poisson", with(poisson, "weights_column", "weight")));
}

TEST(Glm, SameChecksumOnAnyThreadsAndNodes) {
  const std::vector<schema::Form> forms = {{}, {{"lambda", "0.01"}, {"alpha", "0"}}, kPlain};
  std::vector<std::int64_t> expected;
  const std::vector<std::pair<int, int>> shapes = {{1, 1}, {1, 2}, {1, 3}, {1, 8}, {3, 2}};
  for (const auto& [nodes, threads] : shapes) {
    Session session(nodes, threads);
    std::vector<std::int64_t> checksums;
    for (const auto& form : forms) {
      checksums.push_back(session.train("class", form)->header.checksum);
      checksums.push_back(session.train("gaussian", form)->header.checksum);
    }
    if (expected.empty()) expected = checksums;
    EXPECT_EQ(checksums, expected) << nodes << " nodes, " << threads << " threads";
  }
}

TEST(Glm, AFitThatBeginsWithASampleAgreesWithIndependentSoftware) {
  Session session(1, 2, many_groups());
  expect_golden("binomial", *session.train("class", kPlain));
  expect_golden("poisson", *session.train("poisson", with(kPlain, "family", "poisson")));
  expect_golden("gamma", *session.train("gamma", with(kPlain, "family", "gamma")));
  expect_golden("binomial_weight",
                *session.train("class", with(kPlain, "weights_column", "weight")));
}

/// Rows of which a sample tells more than chance does.
constexpr std::int64_t kEnough = 10'000;

TEST(Glm, WhereASampleLeadsIsOnTheWayToTheSameMinimum) {
  Session sampled(1, 2, many_groups(kEnough));
  Session usual(1, 2, {0, kEnough});
  std::int32_t iterations[] = {0, 0};
  for (const schema::Form& form : {kPlain, {{"lambda", "0.02"}, {"alpha", "1"}}}) {
    const auto made = sampled.train("class", form);
    const auto expected = usual.train("class", form);
    for (std::size_t j = 0; j < expected->coefficients.size(); ++j) {
      EXPECT_NEAR(made->coefficients[j], expected->coefficients[j], 1e-9) << j;
    }
    iterations[0] += made->path.fits[0].iterations;
    iterations[1] += expected->path.fits[0].iterations;
  }
  // It is another way.
  EXPECT_NE(iterations[0], iterations[1]);
}

TEST(Glm, ASampleThatTellsNothingLeavesTheFitToAllRows) {
  const schema::Form nearly_null = {{"lambda", "1000"}, {"alpha", "0"}};
  Session many(1, 2, many_groups());
  Session usual(1, 2);
  const auto made = many.train("class", nearly_null);
  const auto expected = usual.train("class", nearly_null);
  for (std::size_t j = 0; j < expected->coefficients.size(); ++j) {
    EXPECT_NEAR(made->coefficients[j], expected->coefficients[j], 1e-12) << j;
  }
  EXPECT_EQ(made->path.fits[0].iterations, expected->path.fits[0].iterations);
}

TEST(Glm, AFitThatBeginsWithASampleHasTheSameBitsAnywhereAndAfterALoss) {
  const auto with_many_groups = [](mr::ComputeNode& node) {
    node.frames().publish(golden_frame(node.engine(), many_groups(kEnough)));
  };
  Session whole(1, 2, many_groups(kEnough));
  const auto expected = whole.train("class", kPlain)->encode_learnt();
  Session spread(3, 2, many_groups(kEnough));
  EXPECT_EQ(spread.train("class", kPlain)->encode_learnt(), expected);
  for (const int states : {1, 2}) {
    EXPECT_EQ(learnt_after_loss("class", kPlain, states, with_many_groups), expected) << states;
  }
}

TEST(Glm, PerformanceOnTheTrainingFrameIsTheTrainingMetrics) {
  Session session(1, 2);
  for (const char* response : {"class", "gaussian"}) {
    const auto model = session.train(response, kPlain);
    std::vector<std::string> warnings;
    const auto frame = session.node().frames().require("golden");
    const auto metrics = session.models().performance(model, frame, nullptr, warnings);
    for (const char* name : {"RMSE", "residual_deviance", "null_deviance", "AIC", "AUC", "r2"}) {
      const auto trained = model->header.training_metrics.find(name);
      const auto again = metrics.find(name);
      ASSERT_EQ(trained.has_value(), again.has_value()) << name;
      EXPECT_NEAR(again.value_or(0), trained.value_or(0), 1e-9 * std::fabs(trained.value_or(0)));
    }
    const auto predictions =
        session.models().predict(model, frame, "predictions", nullptr, warnings);
    EXPECT_EQ(predictions.names.back(), "StdErr");
    EXPECT_EQ(predictions.names.front(), "predict");
  }
}

TEST(Glm, SolversAndBoundsMeetWhereTheyShould) {
  Session session(1, 2);
  for (const char* alpha : {"0", "0.5"}) {
    const schema::Form form = {{"lambda", "0.02"}, {"alpha", alpha}};
    const auto irls = session.train("class", form);
    const auto lbfgs = session.train("class", with(form, "solver", "L_BFGS"));
    for (std::size_t j = 0; j < irls->coefficients.size(); ++j) {
      EXPECT_NEAR(irls->standardized[j], lbfgs->standardized[j], 1e-5);
    }
  }
  const auto bounded = session.train("gaussian", {{"lambda", "0"}, {"non_negative", "true"}});
  const auto names = bounded->coefficient_names();
  for (std::size_t j = 0; j + 1 < names.size(); ++j)
    EXPECT_GE(bounded->coefficients[j], 0) << names[j];
}

TEST(Glm, PriorMovesTheInterceptOnly) {
  Session session(1, 1);
  const auto plain = session.train("class", {{"lambda", "0"}});
  const auto moved = session.train("class", {{"lambda", "0"}, {"prior", "0.1"}});
  const double share = 0.1;
  const double mean = plain->null_mean;
  const double shift = std::log(mean * (1 - share) / (share * (1 - mean)));
  EXPECT_NEAR(plain->coefficients.back() - moved->coefficients.back(), shift, 1e-12);
  EXPECT_EQ(plain->coefficients[0], moved->coefficients[0]);
}

TEST(Glm, WhatIsNotBuiltIsRefusedByNameAndValue) {
  Session session(1, 1);
  const auto unbuilt = session.check(
      {{"family", "ordinal"}, {"solver", "GRADIENT_DESCENT_SQERR"}, {"response_column", "grade"}});
  ASSERT_EQ(unbuilt.errors(), 1);
  EXPECT_TRUE(std::ranges::any_of(unbuilt.messages, [](const auto& message) {
    return message.field == "solver" &&
           message.text.find("GRADIENT_DESCENT_SQERR") != std::string::npos &&
           message.text.find("not supported") != std::string::npos;
  }));
  const auto build =
      session.check({{"family", "binomial"}, {"link", "log"}, {"response_column", "class"}});
  EXPECT_EQ(build.errors(), 1);
}

TEST(Glm, CollinearColumnsAreRefusedOrLeftOut) {
  Session session(1, 1);
  // An offset column as a predictor together with a copy of it.
  auto frame = session.node().frames().require("golden");
  frame.add("x1_again", frame.column(frame.require("x1")));
  session.node().frames().publish(frame);
  const auto build = session.check({{"response_column", "gaussian"},
                                    {"ignored_columns", "[\"weight\",\"offset\",\"class\"]"},
                                    {"lambda", "0"},
                                    {"compute_p_values", "true"}});
  const auto job = session.models().train(build);
  job->wait();
  EXPECT_NE(job->snapshot().exception.find("depend linearly"), std::string::npos);
  const auto kept = session.train("gaussian", with(kPlain, "remove_collinear_columns", "true"));
  EXPECT_EQ(kept->rank, 6);
  EXPECT_EQ(kept->coefficients[5], 0);
}

TEST(Glm, GoesOnAfterALossToTheSameBits) {
  const std::vector<std::pair<schema::Form, int>> cases = {
      {{{"lambda", "[0.1, 0.01, 0.001]"}, {"alpha", "[0.3]"}}, 4},
      {{{"lambda", "0"}, {"alpha", "0"}}, 2},
      {{{"lambda", "0.001"}, {"alpha", "0"}, {"solver", "L_BFGS"}}, 6}};
  for (const auto& [form, states] : cases) {
    Session whole(1, 2);
    const auto expected = whole.train("class", form)->encode_learnt();
    const auto got = learnt_after_loss("class", form, states);
    EXPECT_EQ(got, expected) << form[0].second;
  }
}

}  // namespace

#include "algos/glm/session.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

const schema::Form kInfluence = {{"influence", "dfbetas"}};

std::vector<double> values_of(Session& session, const frame::Frame& frame,
                              const std::string& name) {
  const frame::Column& column = frame.column(frame.require(name));
  std::vector<double> values(static_cast<std::size_t>(frame.rows()));
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const auto first = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
    const auto rows = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g)));
    session.node()
        .engine()
        .chunk(*frame.layout, column.id, GroupIndex(g))
        .decode(0, std::span(values).subspan(first, rows));
  }
  return values;
}

frame::Frame influence_of(Session& session, const GlmModel& model) {
  return session.node().frames().require(model.influence);
}

TEST(GlmInfluence, AgreesWithIndependentSoftware) {
  Session session(1, 2);
  const std::vector<std::tuple<std::string, std::string, schema::Form>> cases = {
      {"gaussian", "gaussian", kInfluence},
      {"gaussian_weight", "gaussian", with(kInfluence, "weights_column", "weight")},
      {"binomial", "class", kInfluence}};
  for (const auto& [name, response, form] : cases) {
    const auto model = session.train(response, form);
    const auto frame = influence_of(session, *model);
    const auto figures = golden(name, "expected_influence.txt");
    ASSERT_EQ(figures.size(), 6U);
    for (const auto& [coefficient, expected] : figures) {
      const auto got = values_of(session, frame, "DFBETA_" + coefficient);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_NEAR(got[17 * i], expected[i], 1e-8) << name << " " << coefficient << " " << 17 * i;
      }
    }
  }
}

TEST(GlmInfluence, TheFrameHoldsWhatTheModelIsOf) {
  Session session(1, 1);
  const auto model = session.train("class", with(kInfluence, "weights_column", "weight"));
  const std::vector<std::string> expected = {"x1",         "x2",         "g",
                                             "DFBETA_g.b", "DFBETA_g.c", "DFBETA_g.d",
                                             "DFBETA_x1",  "DFBETA_x2",  "DFBETA_Intercept",
                                             "weight",     "class"};
  EXPECT_EQ(influence_of(session, *model).names, expected);
  EXPECT_TRUE(model->inference.has_value());
  EXPECT_EQ(model->lambda, 0);
}

TEST(GlmInfluence, DependentColumnsAreLeftOut) {
  Session session(1, 1);
  const auto plain = session.train("gaussian", kInfluence);
  const auto before = influence_of(session, *plain);
  const auto expected = values_of(session, before, "DFBETA_x2");
  auto frame = session.node().frames().require("golden");
  frame.add("x1_again", frame.column(frame.require("x1")));
  session.node().frames().publish(frame);
  const auto model = session.train("gaussian", kInfluence);
  const auto made = influence_of(session, *model);
  EXPECT_FALSE(made.find("DFBETA_x1_again").has_value());
  const auto got = values_of(session, made, "DFBETA_x2");
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-9);
}

TEST(GlmInfluence, WhatDoesNotGoTogetherIsRefused) {
  Session session(1, 1);
  const std::vector<std::pair<std::string, schema::Form>> cases = {
      {"influence", {{"family", "poisson"}}},
      {"influence", {{"nfolds", "3"}}},
      {"lambda_search", {{"lambda_search", "true"}}},
      {"regularization", {{"lambda", "0.1"}}},
      {"solver", {{"solver", "L_BFGS"}}}};
  for (const auto& [field, more] : cases) {
    schema::Form form = with(kInfluence, "response_column", "gaussian");
    form.insert(form.end(), more.begin(), more.end());
    const auto build = session.check(form);
    EXPECT_TRUE(std::ranges::any_of(build.messages, [&](const auto& message) {
      return message.field == field && message.kind == model::Message::Kind::error;
    })) << field;
  }
}

TEST(GlmInfluence, IsTheSameOnAnyThreadsAndNodes) {
  std::vector<double> expected;
  for (const auto& [nodes, threads] : std::vector<std::pair<int, int>>{{1, 1}, {1, 3}, {3, 2}}) {
    Session session(nodes, threads);
    const auto model = session.train("class", kInfluence);
    const auto got = values_of(session, influence_of(session, *model), "DFBETA_x1");
    if (expected.empty()) expected = got;
    EXPECT_EQ(got, expected);
  }
}

}  // namespace

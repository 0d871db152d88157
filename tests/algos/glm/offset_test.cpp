#include "algos/glm/derived_actions.hpp"
#include "algos/glm/session.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

const schema::Form kOffset = {{"lambda", "0"}, {"offset_column", "offset"}};

schema::Form removed() { return with(kOffset, "remove_offset_effects", "true"); }

std::vector<double> first_values(Session& session, const frame::Frame& scored) {
  std::vector<double> values(64);
  session.node()
      .engine()
      .chunk(*scored.layout, scored.columns.back().id, GroupIndex(0))
      .decode(0, values);
  return values;
}

/// The golden frame with an offset of 0.
frame::Frame without_offset(Session& session) {
  frame::Frame frame = golden_frame(session.node().engine());
  const auto at = static_cast<std::size_t>(frame.require("offset").value());
  const ColumnId id = session.node().engine().new_column_id();
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const std::vector<double> zeros(static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g))));
    session.node().engine().put_chunk(*frame.layout, id, GroupIndex(g),
                                      frame::encode_doubles(zeros));
  }
  const mr::OutputColumn kind;
  frame.columns[at] = session.node().engine().adopt({&id, 1}, {&kind, 1})[0];
  frame.key = "without";
  return frame;
}

TEST(GlmOffset, RemovedScoresAsIfItWereZero) {
  Session session(1, 2);
  for (const char* response : {"class", "gaussian"}) {
    const auto full = session.train(response, kOffset);
    const auto plain = without_offset(session);
    std::vector<std::string> warnings;
    const auto expected = session.models().performance(full, plain, nullptr, warnings);
    const auto scored = session.models().predict(full, plain, "scored", nullptr, warnings);
    const auto model = session.train(response, removed());
    EXPECT_EQ(model->beta, full->beta);
    const auto frame = session.node().frames().require("golden");
    const auto got = session.models().performance(model, frame, nullptr, warnings);
    for (const char* name : {"RMSE", "logloss", "residual_deviance", "null_deviance", "AIC"}) {
      const auto value = expected.find(name);
      ASSERT_EQ(got.find(name).has_value(), value.has_value()) << name;
      const double tolerance = 1e-9 * std::fabs(value.value_or(0));
      EXPECT_NEAR(got.find(name).value_or(0), value.value_or(0), tolerance) << name;
      EXPECT_NEAR(model->header.training_metrics.find(name).value_or(0), value.value_or(0),
                  tolerance)
          << name;
    }
    const auto mine = session.models().predict(model, frame, "mine", nullptr, warnings);
    EXPECT_EQ(first_values(session, mine), first_values(session, scored));
  }
}

TEST(GlmOffset, TheModelWithItsOffsetCanBeHadBack) {
  Session session(1, 1);
  const schema::Form scored =
      with(with(removed(), "score_each_iteration", "true"), "generate_scoring_history", "true");
  const auto full = session.train("class", with(kOffset, "score_each_iteration", "true"));
  const auto model = session.train("class", scored);
  const auto actions = algos::glm::derived_actions();
  const auto action = std::ranges::find_if(
      actions, [](const auto& each) { return each.name == "make_unrestricted_model"; });
  const auto input = action->input->make();
  const schema::Form form = {{"model", "model"}, {"dest", "whole"}};
  EXPECT_TRUE(schema::read_form(*action->input, input.get(), form).empty());
  const auto made =
      std::dynamic_pointer_cast<const GlmModel>(action->run(session.models(), input.get()).model);
  EXPECT_EQ(made->encode_learnt(), full->encode_learnt());
  EXPECT_EQ(made->header.training_metrics.find("logloss"),
            full->header.training_metrics.find("logloss"));
  EXPECT_NE(model->header.training_metrics.find("logloss"),
            full->header.training_metrics.find("logloss"));
  EXPECT_THROW(action->run(session.models(), input.get()), InputError) << "the name is taken";
  const auto column = [](const schema::Table& table, const std::string& name) {
    const auto found =
        std::ranges::find_if(table.columns, [&](const auto& each) { return each.name == name; });
    return found == table.columns.end() ? std::vector<schema::Table::Cell>() : found->cells;
  };
  for (const std::string name : {"negative_log_likelihood", "objective", "training_logloss"}) {
    EXPECT_EQ(column(made->header.scoring_history, name),
              column(full->header.scoring_history, name));
    EXPECT_NE(column(model->header.scoring_history, name),
              column(full->header.scoring_history, name));
  }
  EXPECT_EQ(column(model->header.scoring_history, "unrestricted_objective"),
            column(full->header.scoring_history, "objective"));
}

TEST(GlmOffset, WhatDoesNotGoTogetherIsRefused) {
  Session session(1, 1);
  const std::vector<std::pair<std::string, schema::Form>> cases = {
      {"gaussian", {{"remove_offset_effects", "true"}}},
      {"three", removed()},
      {"gaussian",
       {{"remove_offset_effects", "true"}, {"offset_column", "offset"}, {"lambda_search", "true"}}},
      {"gaussian", with(removed(), "nfolds", "3")}};
  for (const auto& [response, form] : cases) {
    const auto build = session.check(with(form, "response_column", response));
    ASSERT_EQ(build.errors(), 1) << response;
    EXPECT_TRUE(std::ranges::any_of(build.messages, [](const auto& message) {
      return message.field == "remove_offset_effects";
    }));
  }
}

}  // namespace

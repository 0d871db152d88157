// Questions about rows through the whole way of scoring.
#include "training_session.hpp"

#include <neve/munge/rollups.hpp>

#include "algos/families/trees/tree.hpp"

namespace neve::algos::gbm {
namespace {

using model::RowQuestion;
using testing::Session;
using testing::values_of;

/// x and k as make_frame() has them.
double leaf_value(const trees::Tree& tree, double x, double k) {
  std::size_t at = 0;
  while (!tree.nodes[at].is_leaf()) {
    const trees::Tree::Node& node = tree.nodes[at];
    bool right = node.missing_right;
    if (node.set >= 0) {
      const auto& set = tree.sets[static_cast<std::size_t>(node.set)];
      right = ((set.right[0] >> static_cast<int>(k)) & 1U) != 0;
    } else if (!std::isnan(x)) {
      right = x >= static_cast<double>(node.threshold);
    }
    at = static_cast<std::size_t>(node.left) + (right ? 1 : 0);
  }
  return static_cast<double>(tree.nodes[at].value);
}

frame::Frame ask(Session& session, const std::shared_ptr<const GbmModel>& model,
                 RowQuestion question, const std::string& frame = "va") {
  std::vector<std::string> warnings;
  return session.models().answer({model, session.frame(frame), "answers", question}, nullptr,
                                 warnings);
}

TEST(RowAnswers, StagesAddUpTreeAfterTree) {
  for (const int nodes : {1, 3}) {
    Session session(nodes);
    const auto model = session.train("three", {{"ntrees", "30"}, {"max_depth", "3"}});
    const frame::Frame stages = ask(session, model, RowQuestion::staged_predictions);
    ASSERT_EQ(stages.width(), 90);
    mr::Engine& engine = session.node().engine();
    const auto x = values_of(engine, session.frame("va"), "x");
    const auto k = values_of(engine, session.frame("va"), "k");
    for (const std::size_t stage : {std::size_t{0}, std::size_t{21}, std::size_t{29}}) {
      std::vector<std::vector<double>> told;
      for (int c = 1; c <= 3; ++c) {
        told.push_back(
            values_of(engine, stages, "T" + std::to_string(stage + 1) + ".C" + std::to_string(c)));
      }
      for (std::size_t row = 0; row < x.size(); row += 7) {
        double scores[3] = {};
        for (std::size_t c = 0; c < 3; ++c) {
          scores[c] = model->first_score;
          for (std::size_t t = 0; t <= stage; ++t)
            scores[c] += leaf_value(model->iterations[t][c], x[row], k[row]);
        }
        const double sum = std::exp(scores[0]) + std::exp(scores[1]) + std::exp(scores[2]);
        for (std::size_t c = 0; c < 3; ++c)
          EXPECT_NEAR(told[c][row], std::exp(scores[c]) / sum, 1e-12);
      }
    }
    // The last stage is the prediction, to the last bit.
    std::vector<std::string> warnings;
    const frame::Frame predicted =
        session.models().predict(model, session.frame("va"), "scored", nullptr, warnings);
    EXPECT_EQ(values_of(engine, stages, "T30.C2"), values_of(engine, predicted, "middle"));
  }
}

TEST(RowAnswers, TheLastStageHasOffsetsAndBalance) {
  Session session;
  const struct {
    const char* response;
    schema::Form form;
    const char* stage;
    const char* predicted;
  } cases[] = {{"y", {{"offset_column", "zero_one"}}, "T5", "predict"},
               {"two", {{"balance_classes", "true"}}, "T5.C1", "no"},
               {"three", {{"balance_classes", "true"}}, "T5.C3", "high"}};
  for (const auto& [response, more, stage, name] : cases) {
    schema::Form form = more;
    form.emplace_back("ntrees", "5");
    const auto model = session.train(response, form);
    std::vector<std::string> warnings;
    const frame::Frame predicted =
        session.models().predict(model, session.frame("va"), "scored", nullptr, warnings);
    mr::Engine& engine = session.node().engine();
    EXPECT_EQ(values_of(engine, ask(session, model, RowQuestion::staged_predictions), stage),
              values_of(engine, predicted, name));
  }
}

TEST(RowAnswers, PathsHaveTheLevelsThatRowsHave) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "3"}, {"max_depth", "6"}});
  const frame::Frame paths = ask(session, model, RowQuestion::leaf_paths);
  EXPECT_EQ(paths.names, (std::vector<std::string>{"T1.C1", "T2.C1", "T3.C1"}));
  for (std::size_t c = 0; c < 3; ++c) {
    const auto counts =
        munge::level_counts(session.node().engine(), paths.layout, paths.columns[c]);
    EXPECT_TRUE(std::ranges::none_of(counts, [](std::int64_t rows) { return rows == 0; }));
    EXPECT_LE(counts.size(), static_cast<std::size_t>(model->iterations[c][0].leaves()));
  }
  EXPECT_EQ(ask(session, model, RowQuestion::leaf_nodes).names, paths.names);
  EXPECT_EQ(ask(session, model, RowQuestion::feature_frequencies).names,
            (std::vector<std::string>{"x", "k"}));
}

/// A tree's rows, counted where they are told and where they were weighed.
TEST(RowAnswers, TreesTellTheRowsThatTheyGrewOn) {
  for (const int nodes : {1, 3}) {
    Session session(nodes);
    mr::Engine& engine = session.node().engine();
    const auto check = [&](const char* response, schema::Form form, double most) {
      const auto model = session.train(response, std::move(form));
      const frame::Frame told = ask(session, model, RowQuestion::sampled_for_trees, "tr");
      ASSERT_EQ(told.width(), static_cast<std::int64_t>(model->iterations.size()) + 1);
      EXPECT_EQ(told.names.front(), "row_id");
      EXPECT_EQ(values_of(engine, told, "row_id")[12'345], 12'345);
      for (std::size_t i = 0; i < model->iterations.size(); ++i) {
        const frame::Column& column = told.columns[i + 1];
        ASSERT_EQ(*column.domain, (std::vector<std::string>{"0", "1"}));
        const auto rows = values_of(engine, told, "tree_" + std::to_string(i + 1));
        const auto taken = static_cast<double>(std::ranges::count(rows, 1.0));
        EXPECT_LT(taken, most * static_cast<double>(rows.size()));
        for (const trees::Tree& tree : model->iterations[i])
          EXPECT_EQ(static_cast<double>(tree.nodes[0].weight), taken) << response << " " << i;
      }
    };
    check("y", {{"ntrees", "2"}}, 1.01);
    check("two", {{"ntrees", "3"}, {"sample_rate", "0.6"}}, 0.65);
    check("three", {{"ntrees", "70"}, {"max_depth", "1"}, {"sample_rate", "0.3"}}, 0.35);
    check("three", {{"ntrees", "3"}, {"sample_rate_per_class", "[0.9, 0.1, 0.2]"}}, 0.5);
  }
}

TEST(RowAnswers, TreesBeforeACheckpointTellTheirOwnRows) {
  Session session;
  const schema::Form form{{"sample_rate", "0.5"}, {"ntrees", "2"}};
  const auto earlier = session.train("y", form);
  neve::testing::publish_as(session.models(), *earlier, "earlier");
  schema::Form more{{"sample_rate", "0.5"}, {"ntrees", "4"}, {"checkpoint", "earlier"}};
  more = Session::complete("y", std::move(more));
  for (auto& [name, value] : more) {
    if (name == "seed") value = "2";
  }
  session.train_form(more);
  const auto both = session.model<GbmModel>();
  mr::Engine& engine = session.node().engine();
  const frame::Frame told = ask(session, both, RowQuestion::sampled_for_trees, "tr");
  const frame::Frame before = ask(session, earlier, RowQuestion::sampled_for_trees, "tr");
  for (const char* tree : {"tree_1", "tree_2"})
    EXPECT_EQ(values_of(engine, told, tree), values_of(engine, before, tree));
  for (std::size_t i = 0; i < 4; ++i) {
    const auto rows = values_of(engine, told, "tree_" + std::to_string(i + 1));
    EXPECT_EQ(static_cast<double>(both->iterations[i][0].nodes[0].weight),
              static_cast<double>(std::ranges::count(rows, 1.0)));
  }
}

TEST(RowAnswers, RowsWithoutAResponseTaughtNobody) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "1"}});
  const frame::Frame told = ask(session, model, RowQuestion::sampled_for_trees, "tr");
  const auto rows = values_of(session.engine(), told, "tree_1");
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], i % 29 == 0 ? 0 : 1);
  frame::Frame bare = session.frame("tr");
  bare.names = {"x", "k"};
  bare.columns.resize(2);
  std::vector<std::string> warnings;
  EXPECT_THROW(session.models().answer({model, bare, "answers", RowQuestion::sampled_for_trees},
                                       nullptr, warnings),
               InputError);
}

}  // namespace
}  // namespace neve::algos::gbm

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
                 RowQuestion question) {
  std::vector<std::string> warnings;
  return session.models().answer({model, session.frame("va"), "answers", question}, nullptr,
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

}  // namespace
}  // namespace neve::algos::gbm

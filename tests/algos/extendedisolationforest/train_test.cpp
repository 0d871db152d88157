#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "algos/extendedisolationforest/session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::algos::extendedisolationforest;
using namespace neve::testing::extendedisolationforest;
using neve::testing::values_of;
using neve::testing::with;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The path length of a row in a tree, plane by plane; codes below 0 are missing.
double path_of(const PlaneTree& tree, const Columns& columns, std::size_t row) {
  std::size_t at = 0;
  while (!tree.nodes[at].is_leaf()) {
    double side = 0;
    for (const auto& along : tree.plane_of(tree.nodes[at])) {
      const double x = columns[static_cast<std::size_t>(along.column)][row];
      if (std::isnan(x) || (along.column == 2 && x < 0)) continue;
      side += (x - along.point) * along.slope;
    }
    at = static_cast<std::size_t>(tree.nodes[at].left) + (side > 0 ? 1 : 0);
  }
  return tree.nodes[at].length;
}

TEST(ExtendedIsolationForest, ScoresAreThoseOfPlainWalksThroughTheTrees) {
  Session session;
  const Columns columns = make_columns(kRows, 1);
  for (const char* level : {"0", "1", "2"}) {
    const auto model =
        session.train({{"ntrees", "23"}, {"sample_size", "100"}, {"extension_level", level}});
    ASSERT_TRUE(model);
    ASSERT_EQ(model->trees.size(), 23U);
    const frame::Frame scored = session.predict(model, "tr");
    ASSERT_EQ(scored.names, (std::vector<std::string>{"anomaly_score", "mean_length"}));
    const auto scores = values_of(session.engine(), scored, "anomaly_score");
    const auto lengths = values_of(session.engine(), scored, "mean_length");
    const double search = 2 * (std::log(99.0) + 0.57721566490153286) - 2 * 99.0 / 100;
    for (std::size_t row = 0; row < kRows; ++row) {
      double length = 0;
      for (const PlaneTree& tree : model->trees) length += path_of(tree, columns, row);
      ASSERT_NEAR(lengths[row], length / 23, 1e-12) << row;
      ASSERT_NEAR(scores[row], std::exp2(-length / 23 / search), 1e-12) << row;
    }
  }
}

/// A tree on two rows parts them, or holds both in a leaf of that length: all paths are as long.
TEST(ExtendedIsolationForest, OnTwoRowsEveryScoreOfOneColumnIsAHalf) {
  Session session;
  session.node().frames().publish(
      neve::testing::described_frame(session.engine(), "two", {{"x", {}}}, {{1, 2}}));
  const auto model =
      session.train({{"training_frame", "two"}, {"sample_size", "2"}, {"ntrees", "50"}});
  ASSERT_TRUE(model);
  EXPECT_EQ(values_of(session.engine(), session.predict(model, "two"), "anomaly_score"),
            (std::vector<double>{0.5, 0.5}));
}

TEST(ExtendedIsolationForest, TrainingMetricsAreMeansOfScores) {
  Session session;
  const schema::Form form = {{"ntrees", "7"}, {"sample_size", "64"}, {"extension_level", "1"}};
  for (const char* disabled : {"true", "false"}) {
    const auto model = session.train(with(form, {{"disable_training_metrics", disabled}}));
    const frame::Frame scored = session.predict(model, "tr");
    double score = 0;
    for (const double s : values_of(session.engine(), scored, "anomaly_score")) score += s;
    double length = 0;
    for (const double l : values_of(session.engine(), scored, "mean_length")) length += l;
    const auto& metrics = model->header.training_metrics;
    EXPECT_EQ(metrics.header()->nobs, static_cast<std::int64_t>(kRows));
    EXPECT_NEAR(metrics.find("mean_score").value(), length / kRows, 1e-12);
    EXPECT_NEAR(metrics.find("mean_normalized_score").value(), score / kRows, 1e-12);
    EXPECT_EQ(model->header.scoring_history.rows(), disabled == std::string("true") ? 0U : 8U);
    std::vector<std::string> warnings;
    const auto again = session.models().performance(model, session.frame("tr"), nullptr, warnings);
    EXPECT_NEAR(again.find("mean_score").value(), length / kRows, 1e-12);
  }
}

TEST(ExtendedIsolationForest, AnomaliesScoreHighest) {
  Session session;
  const auto model = session.train({{"extension_level", "2"}});
  const auto scores = values_of(session.engine(), session.predict(model, "tr"), "anomaly_score");
  double odd = 0;
  double rest = 0;
  for (std::size_t row = 0; row < kRows; ++row) (row % 40 == 7 ? odd : rest) += scores[row];
  EXPECT_GT(odd / (kRows / 40.0), rest / (kRows * 39 / 40.0) + 0.15);
}

/// Two clusters at opposite corners of a square (figure 2 of the paper): tests of one column see
/// clusters at the other corners, too, which planes of both see less of.
TEST(ExtendedIsolationForest, PlanesDoNotSeeClustersThatAreNotThere) {
  Session session;
  const CounterRng random(3);
  Columns columns(2);
  for (std::uint64_t i = 0; i < 500; ++i) {
    for (std::size_t c = 0; c < 2; ++c) {
      double noise = -6;
      for (std::uint64_t k = 0; k < 12; ++k) noise += random.uniform(24 * i + 12 * c + k);
      columns[c].push_back(noise + (i % 2 == c ? 10 : 0));
    }
  }
  const std::vector<std::pair<std::string, neve::testing::Levels>> names = {{"x", {}}, {"y", {}}};
  auto& frames = session.node().frames();
  frames.publish(neve::testing::described_frame(session.engine(), "blobs", names, columns));
  frames.publish(
      neve::testing::described_frame(session.engine(), "ghosts", names, {{0, 10}, {0, 10}}));
  std::vector<std::vector<double>> ghosts;
  std::vector<double> variances;
  for (const char* level : {"0", "1"}) {
    const auto model = session.train({{"training_frame", "blobs"}, {"extension_level", level}});
    ghosts.push_back(
        values_of(session.engine(), session.predict(model, "ghosts"), "anomaly_score"));
    double sum = 0;
    double squares = 0;
    for (const double s :
         values_of(session.engine(), session.predict(model, "blobs"), "anomaly_score")) {
      sum += s;
      squares += s * s;
    }
    variances.push_back(squares / 500 - sum / 500 * (sum / 500));
  }
  EXPECT_LT(ghosts[0][0], ghosts[1][0]);
  EXPECT_LT(ghosts[0][1], ghosts[1][1]);
  EXPECT_LT(variances[1], variances[0]);
}

TEST(ExtendedIsolationForest, IsTheSameOnAnyThreadsAndNodes) {
  const schema::Form form = {
      {"ntrees", "13"}, {"extension_level", "1"}, {"disable_training_metrics", "false"}};
  Session one(1, 1);
  const auto first = one.train(form);
  ASSERT_TRUE(first);
  for (const auto& [nodes, threads] : {std::pair(1, 2), {1, 3}, {1, 8}, {3, 2}}) {
    Session session(nodes, threads);
    const auto model = session.train(form);
    ASSERT_TRUE(model);
    EXPECT_EQ(model->encode_learnt(), first->encode_learnt()) << nodes << " " << threads;
    for (const char* name : {"mean_score", "mean_normalized_score"}) {
      EXPECT_EQ(model->header.training_metrics.find(name),
                first->header.training_metrics.find(name));
    }
  }
}

TEST(ExtendedIsolationForest, GoesOnAfterALossToTheSameBits) {
  const schema::Form form =
      complete({{"ntrees", "60"}, {"extension_level", "1"}, {"disable_training_metrics", "false"}});
  Session whole;
  const auto expected = whole.train(form)->encode_learnt();
  EXPECT_EQ(neve::testing::learnt_after_loss(algos::extendedisolationforest::algorithm(), form, 3,
                                             publish_rows),
            expected);
}

TEST(ExtendedIsolationForest, AForestIsTheBeginningOfALargerOne) {
  Session session;
  const auto small = session.train({{"ntrees", "4"}});
  const auto large = session.train(
      {{"ntrees", "11"}, {"score_tree_interval", "3"}, {"disable_training_metrics", "false"}});
  for (std::size_t t = 0; t < 4; ++t)
    EXPECT_EQ(wire::encode(PlaneTree(small->trees[t])), wire::encode(PlaneTree(large->trees[t])));
  const auto& history = large->header.scoring_history;
  const std::vector<std::int64_t> points = {0, 3, 6, 9, 11};
  ASSERT_EQ(history.rows(), points.size());
  for (std::size_t i = 0; i < points.size(); ++i)
    EXPECT_EQ(std::get<std::int64_t>(history.columns[3].cells[i]), points[i]);
}

TEST(ExtendedIsolationForest, TheSummaryCountsLeavesAndTheirRows) {
  Session session;
  const auto model =
      session.train({{"ntrees", "9"}, {"sample_size", "100"}, {"extension_level", "1"}});
  const auto& summary = model->header.summary;
  const auto cell = [&](const std::string& name) {
    for (const auto& column : summary.columns) {
      if (column.name != name) continue;
      const auto& value = column.cells.at(0);
      if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
      return static_cast<double>(std::get<float>(value));
    }
    ADD_FAILURE() << name;
    return kNaN;
  };
  EXPECT_EQ(cell("number_of_trees"), 9);
  EXPECT_EQ(cell("number_of_trained_trees"), 9);
  EXPECT_EQ(cell("size_of_subsample"), 100);
  EXPECT_EQ(cell("extension_level"), 1);
  EXPECT_EQ(cell("seed"), 1);
  EXPECT_LE(cell("max_depth"), 7);
  double leaves = 0;
  double empty = 0;
  for (const PlaneTree& tree : model->trees) {
    for (const auto& node : tree.nodes) {
      leaves += node.is_leaf() ? 1 : 0;
      empty += node.is_leaf() && node.rows == 0 ? 1 : 0;
    }
  }
  EXPECT_NEAR(cell("mean_leaves"), leaves / 9, 1e-4);
  EXPECT_NEAR(cell("mean_zero_splits"), empty / 9, 1e-4);
  EXPECT_NEAR(cell("mean_isolated_point") + cell("mean_not_isolated_point"), 100, 1e-4);
  EXPECT_LE(cell("min_leaves"), cell("mean_leaves"));
}

TEST(ExtendedIsolationForest, EncodedLevelsMayBeTestedTogether) {
  Session session;
  const auto model = session.train(
      {{"ntrees", "5"}, {"categorical_encoding", "OneHotExplicit"}, {"extension_level", "5"}});
  ASSERT_TRUE(model);
  EXPECT_EQ(model->trees[0].width, 6);
  EXPECT_GT(model->levels.size(), 5U);
  for (const double s : values_of(session.engine(), session.predict(model, "tr"), "anomaly_score"))
    EXPECT_TRUE(s > 0 && s < 1);
}

/// A level that training did not see is as one that is missing.
TEST(ExtendedIsolationForest, UnseenLevelsAreMissing) {
  Session session;
  const auto model = session.train({{"ntrees", "20"}, {"extension_level", "2"}});
  for (const char* name : {"missing", "unseen"}) {
    const bool unseen = name == std::string("unseen");
    session.node().frames().publish(neve::testing::described_frame(
        session.engine(), name, {{"x", {}}, {"y", {}}, {"k", {"red", "pink"}}},
        {{0.5, 0.1}, {0, 2}, {unseen ? 1.0 : -1.0, 0}}));
  }
  EXPECT_EQ(values_of(session.engine(), session.predict(model, "missing"), "mean_length"),
            values_of(session.engine(), session.predict(model, "unseen"), "mean_length"));
}

TEST(ExtendedIsolationForest, IsReadBackFromItsBytes) {
  Session session;
  const auto model = session.train({{"ntrees", "5"}, {"extension_level", "1"}});
  EXPECT_TRUE(model->is_sound());
  const auto again = algos::extendedisolationforest::algorithm().decode(model->encode());
  EXPECT_EQ(again->encode_learnt(), model->encode_learnt());
  EXPECT_TRUE(again->is_sound());
  auto broken = *model;
  broken.levels[2] = 0;
  EXPECT_FALSE(broken.is_sound());
  broken = *model;
  broken.sample_size = 1;
  EXPECT_FALSE(broken.is_sound());
}

TEST(ExtendedIsolationForest, BadInputIsNamed) {
  Session session;
  const std::vector<std::pair<schema::Form, std::string>> refused = {
      {{{"sample_size", "1"}}, "sample_size"},
      {{{"sample_size", "3001"}}, "sample_size"},
      {{{"extension_level", "-1"}}, "extension_level"},
      {{{"score_tree_interval", "-1"}}, "score_tree_interval"},
      {{{"categorical_encoding", "OneHotInternal"}}, "categorical_encoding"},
      {{{"categorical_encoding", "SortByResponse"}}, "categorical_encoding"},
      {{{"ntrees", "0"}}, "ntrees"}};
  for (const auto& [form, field] : refused) {
    const auto build = session.check(form);
    ASSERT_EQ(build.errors(), 1) << field;
    const auto error = std::ranges::find(build.messages, model::Message::Kind::error,
                                         [](const auto& message) { return message.kind; });
    EXPECT_EQ(error->field, field);
  }
  // How many columns there are to learn from shows in training only.
  const auto job = session.models().train(session.check({{"extension_level", "3"}}));
  job->wait();
  EXPECT_NE(job->snapshot().exception.find("interval [0, 2] but it is 3"), std::string::npos);
}

TEST(ExtendedIsolationForest, CanBeCancelled) {
  Session session;
  const auto job = session.models().train(session.check({{"ntrees", "100000"}}));
  job->cancel();
  job->wait();
  EXPECT_FALSE(session.models().find("model"));
}

/// Whatever columns hold: a forest whose scores are numbers.
TEST(ExtendedIsolationForest, OddDataIsScored) {
  Session session;
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<std::pair<std::vector<double>, neve::testing::Levels>> odd = {
      {{1, 1, 1, 1, 1, 1}, {}},         {{kNaN, kNaN, kNaN, kNaN, kNaN, kNaN}, {}},
      {{kNaN, 2, 2, kNaN, 2, 2}, {}},   {{0, 0, -1, 0, -1, 0}, {"alpha"}},
      {{-inf, 0, inf, 1, kNaN, 2}, {}}, {{1e300, -1e300, 1e-300, 0, 5, 6}, {}}};
  for (const auto& [values, levels] : odd) {
    session.node().frames().publish(neve::testing::described_frame(
        session.engine(), "odd", {{"a", levels}, {"b", {}}}, {values, {1, 2, 3, 4, 5, 6}}));
    const auto model = session.train({{"training_frame", "odd"},
                                      {"ntrees", "7"},
                                      {"sample_size", "6"},
                                      {"extension_level", "1"},
                                      {"ignore_const_cols", "false"}});
    ASSERT_TRUE(model);
    for (const double score :
         values_of(session.engine(), session.predict(model, "odd"), "anomaly_score")) {
      EXPECT_TRUE(score > 0 && score < 1);
    }
  }
}

}  // namespace

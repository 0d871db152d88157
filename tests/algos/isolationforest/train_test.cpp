#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include <neve/model/model_output.hpp>

#include "algos/isolationforest/session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::algos;
using namespace neve::testing::isolationforest;
using neve::testing::values_of;
using neve::testing::with;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The path length of a row in a tree, test by test.
double path_of(const trees::Tree& tree, const Columns& columns, std::size_t row) {
  std::size_t at = 0;
  while (!tree.nodes[at].is_leaf()) {
    const auto& node = tree.nodes[at];
    const double value = columns[static_cast<std::size_t>(node.column)][row];
    bool right = false;
    if (node.set >= 0) {
      const auto& set = tree.sets[static_cast<std::size_t>(node.set)];
      const int code = value >= 0 && value < set.levels ? static_cast<int>(value) : set.levels;
      right = set.has(static_cast<std::size_t>(code));
    } else {
      right = std::isnan(value) ? node.missing_right : value >= static_cast<double>(node.threshold);
    }
    at = static_cast<std::size_t>(node.left) + (right ? 1 : 0);
  }
  return static_cast<double>(tree.nodes[at].value);
}

/// What rows and trees say together, one row after the other.
struct Plain {
  std::vector<double> paths;        ///< in all trees
  std::vector<double> mean_unseen;  ///< in those that have not seen the row; NaN where all have
  Plain(const IsolationForestModel& model, const Columns& columns, std::int64_t sample) {
    const auto rows = static_cast<std::int64_t>(columns[0].size());
    paths.assign(columns[0].size(), 0);
    std::vector<double> unseen(paths.size());
    std::vector<double> trees(paths.size());
    for (std::size_t t = 0; t < model.iterations.size(); ++t) {
      const auto tree = model.iterations[t][0].unpacked(model.levels);
      const auto seen =
          algos::isolation::sampled_rows(1, static_cast<std::int64_t>(t), rows, sample);
      for (std::size_t row = 0; row < paths.size(); ++row) {
        const double path = path_of(tree, columns, row);
        paths[row] += path;
        if (std::ranges::binary_search(seen, static_cast<std::int64_t>(row))) continue;
        unseen[row] += path;
        ++trees[row];
      }
    }
    for (std::size_t row = 0; row < paths.size(); ++row)
      mean_unseen.push_back(trees[row] > 0 ? unseen[row] / trees[row] : kNaN);
  }
  [[nodiscard]] double least() const { return std::ranges::min(paths); }
  [[nodiscard]] double largest() const { return std::ranges::max(paths); }
  [[nodiscard]] double score(double path) const {
    return (largest() - path) / (largest() - least());
  }
};

TEST(IsolationForest, ScoresAreThoseOfPlainWalksThroughTheTrees) {
  Session session;
  const auto model = session.train({{"ntrees", "23"}, {"sample_size", "100"}});
  ASSERT_TRUE(model);
  ASSERT_EQ(model->iterations.size(), 23U);
  const Columns columns = make_columns(kRows, 1);
  const Plain plain(*model, columns, 100);
  EXPECT_EQ(static_cast<double>(model->least_path), plain.least());
  EXPECT_EQ(static_cast<double>(model->largest_path), plain.largest());
  const frame::Frame scored = session.predict(model, "tr");
  ASSERT_EQ(scored.names, (std::vector<std::string>{"predict", "mean_length"}));
  const auto scores = values_of(session.engine(), scored, "predict");
  const auto lengths = values_of(session.engine(), scored, "mean_length");
  for (std::size_t row = 0; row < kRows; ++row) {
    ASSERT_DOUBLE_EQ(scores[row], plain.score(plain.paths[row])) << row;
    ASSERT_DOUBLE_EQ(lengths[row], plain.paths[row] / 23) << row;
  }
}

TEST(IsolationForest, TrainingMetricsAreOfTheTreesThatHaveNotSeenARow) {
  Session session;
  for (const std::int64_t sample : {100, 2'900}) {
    const auto model = session.train({{"ntrees", "7"}, {"sample_size", std::to_string(sample)}});
    const Plain plain(*model, make_columns(kRows, 1), sample);
    double length = 0;
    double score = 0;
    double rows = 0;
    for (const double mean : plain.mean_unseen) {
      if (std::isnan(mean)) continue;
      length += mean;
      score += plain.score(mean * 7);
      ++rows;
    }
    const auto& metrics = model->header.training_metrics;
    EXPECT_EQ(static_cast<double>(metrics.header()->nobs), rows);
    EXPECT_NEAR(metrics.find("mean_score").value(), length / rows, 1e-12);
    EXPECT_NEAR(metrics.find("mean_normalized_score").value(), score / rows, 1e-12);
  }
}

TEST(IsolationForest, WhereAllRowsWereSeenThereIsNothingToMeasure) {
  Session session;
  const auto model = session.train({{"ntrees", "3"}, {"sample_rate", "1"}});
  EXPECT_EQ(model->header.training_metrics.header()->nobs, 0);
  EXPECT_TRUE(std::isnan(model->header.training_metrics.find("mean_score").value()));
  EXPECT_EQ(model->header.scoring_history.rows(), 1U);
}

TEST(IsolationForest, AnomaliesScoreHighest) {
  Session session;
  const auto model = session.train({{"ntrees", "50"}});
  const auto scores = values_of(session.engine(), session.predict(model, "va"), "predict");
  const auto labels = values_of(session.engine(), session.frame("va"), "label");
  double odd = 0;
  double rest = 0;
  double count = 0;
  for (std::size_t row = 0; row < scores.size(); ++row) {
    (labels[row] == 1 ? odd : rest) += scores[row];
    count += labels[row];
  }
  EXPECT_GT(odd / count, rest / (static_cast<double>(scores.size()) - count) + 0.3);
}

TEST(IsolationForest, IsTheSameOnAnyThreadsAndNodes) {
  const schema::Form form = {{"ntrees", "13"}, {"mtries", "1"}, {"contamination", "0.05"}};
  Session one(1, 1);
  const auto first = one.train(form);
  ASSERT_TRUE(first);
  for (const auto& [nodes, threads] : {std::pair(1, 2), {1, 3}, {1, 8}, {3, 2}}) {
    Session session(nodes, threads);
    const auto model = session.train(form);
    ASSERT_TRUE(model);
    EXPECT_EQ(model->encode_learnt(), first->encode_learnt()) << nodes << " " << threads;
    EXPECT_EQ(model->header.default_threshold, first->header.default_threshold);
    for (const char* name : {"mean_score", "mean_normalized_score"}) {
      EXPECT_EQ(model->header.training_metrics.find(name),
                first->header.training_metrics.find(name));
    }
  }
}

TEST(IsolationForest, GoesOnAfterALossToTheSameBits) {
  const schema::Form form =
      complete({{"ntrees", "60"}, {"stopping_rounds", "2"}, {"stopping_tolerance", "1e-4"}});
  Session whole;
  const auto expected = whole.train(form)->encode_learnt();
  EXPECT_EQ(
      neve::testing::learnt_after_loss(algos::isolationforest::algorithm(), form, 3, publish_rows),
      expected);
}

TEST(IsolationForest, AForestIsTheBeginningOfALargerOne) {
  Session session;
  const auto small = session.train({{"ntrees", "4"}});
  const auto large = session.train({{"ntrees", "11"}, {"score_tree_interval", "3"}});
  for (std::size_t t = 0; t < 4; ++t)
    EXPECT_EQ(wire::encode(trees::CompactTree(small->iterations[t][0])),
              wire::encode(trees::CompactTree(large->iterations[t][0])));
  const auto& history = large->header.scoring_history;
  ASSERT_EQ(history.rows(), 5U);
  const std::vector<std::int64_t> points = {0, 3, 6, 9, 11};
  for (std::size_t i = 0; i < points.size(); ++i)
    EXPECT_EQ(std::get<std::int64_t>(history.columns[3].cells[i]), points[i]);
}

TEST(IsolationForest, StopsWhereMeanPathsHaveSettled) {
  Session session;
  const auto model = session.train({{"ntrees", "200"},
                                    {"stopping_rounds", "3"},
                                    {"stopping_tolerance", "0.02"},
                                    {"score_each_iteration", "true"}});
  const std::size_t trees = model->iterations.size();
  ASSERT_LT(trees, 100U);
  const auto& lengths = model->header.scoring_history.columns[4].cells;
  ASSERT_EQ(lengths.size(), trees + 1);
  // The rule, at the last tree and at the one before.
  for (const std::size_t last : {trees, trees - 1}) {
    const auto average = [&](std::size_t end) {
      double sum = 0;
      for (std::size_t i = end - 2; i <= end; ++i) sum += std::get<double>(lengths[i]);
      return sum / 3;
    };
    bool settled = last >= 6;
    for (std::size_t end = last - 2; settled && end <= last; ++end)
      settled = std::abs(average(end) / average(last - 3) - 1) <= 0.02;
    EXPECT_EQ(settled, last == trees);
  }
  // It is the forest of as many trees.
  const auto plain = session.train({{"ntrees", std::to_string(trees)}});
  EXPECT_EQ(plain->encode_learnt(), model->encode_learnt());
}

TEST(IsolationForest, ContaminationIsTheShareOfAnomalies) {
  Session session;
  const auto plain = session.train({});
  const auto model = session.train({{"contamination", "0.03"}});
  EXPECT_EQ(plain->encode_learnt(), model->encode_learnt());
  EXPECT_EQ(plain->header.default_threshold, -1);
  const frame::Frame scored = session.predict(model, "tr");
  ASSERT_EQ(scored.names, (std::vector<std::string>{"predict", "score", "mean_length"}));
  auto scores = values_of(session.engine(), scored, "score");
  const auto flags = values_of(session.engine(), scored, "predict");
  for (std::size_t row = 0; row < kRows; ++row)
    ASSERT_EQ(flags[row], scores[row] >= model->header.default_threshold ? 1 : 0);
  std::ranges::sort(scores);
  const double rank = 0.97 * (kRows - 1);
  const auto below = static_cast<std::size_t>(rank);
  const double expected =
      scores[below] + (rank - static_cast<double>(below)) * (scores[below + 1] - scores[below]);
  EXPECT_NEAR(model->header.default_threshold, expected, 1e-12);
}

TEST(IsolationForest, LabelsOfOtherRowsTellHowGoodScoresAre) {
  Session session;
  const auto plain = session.train({});
  const auto model =
      session.train({{"validation_frame", "va"}, {"validation_response_column", "label"}});
  ASSERT_TRUE(model);
  EXPECT_EQ(plain->encode_learnt(), model->encode_learnt());
  const auto* two = model->header.validation_metrics.binomial();
  ASSERT_TRUE(two != nullptr);
  // The AUC, pair by pair.
  const auto scores = values_of(session.engine(), session.predict(plain, "va"), "predict");
  const auto labels = values_of(session.engine(), session.frame("va"), "label");
  double better = 0;
  double pairs = 0;
  for (std::size_t a = 0; a < scores.size(); ++a) {
    for (std::size_t b = 0; labels[a] == 1 && b < scores.size(); ++b) {
      if (labels[b] == 1) continue;
      const double of_a = std::min(scores[a], 1.0);
      const double of_b = std::min(scores[b], 1.0);
      better += of_a > of_b ? 1 : (of_a == of_b ? 0.5 : 0);
      ++pairs;
    }
  }
  EXPECT_NEAR(two->AUC, better / pairs, 1e-12);
  EXPECT_GT(two->AUC, 0.95);
  EXPECT_EQ(model->header.default_threshold, two->default_threshold);
  std::vector<std::string> warnings;
  const auto again = session.models().performance(model, session.frame("va"), nullptr, warnings);
  EXPECT_EQ(again.find("AUC"), two->AUC);
  // Without labels there are the means of scores.
  const auto unlabelled =
      session.models().performance(model, session.frame("tr"), nullptr, warnings);
  EXPECT_FALSE(unlabelled.binomial());
  double sum = 0;
  for (const double s : values_of(session.engine(), session.predict(plain, "tr"), "predict"))
    sum += s;
  EXPECT_NEAR(unlabelled.find("mean_normalized_score").value(), sum / kRows, 1e-12);
}

TEST(IsolationForest, LabelsMayEndTheTraining) {
  Session session;
  const auto model = session.train({{"ntrees", "200"},
                                    {"validation_frame", "va"},
                                    {"validation_response_column", "label"},
                                    {"stopping_rounds", "3"},
                                    {"stopping_metric", "AUC"},
                                    {"score_each_iteration", "true"}});
  EXPECT_LT(model->iterations.size(), 150U);
  EXPECT_TRUE(model->header.validation_metrics.binomial());
}

TEST(IsolationForest, IsReadBackFromItsBytes) {
  Session session;
  const auto model = session.train({{"ntrees", "5"}, {"contamination", "0.1"}});
  EXPECT_TRUE(model->is_sound());
  const auto again = algos::isolationforest::algorithm().decode(model->encode());
  EXPECT_EQ(again->encode_learnt(), model->encode_learnt());
  EXPECT_TRUE(again->is_sound());
  auto broken = *model;
  broken.levels[2] = 0;
  EXPECT_FALSE(broken.is_sound());
}

TEST(IsolationForest, RowsAndTreesCanBeAskedAbout) {
  Session session;
  const auto model = session.train({{"ntrees", "3"}});
  const auto tree = model->tree(1, "");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->nodes.size(), model->iterations[1][0].nodes());
  EXPECT_THROW((void)model->tree(3, ""), InputError);
  EXPECT_TRUE(model->explainer(model::RowQuestion::leaf_paths));
  EXPECT_FALSE(model->explainer(model::RowQuestion::hidden_features));
  std::int64_t tests = 0;
  for (const auto& of : model->splits) tests += of.count;
  std::int64_t leaves = 0;
  for (const auto& iteration : model->iterations) leaves += iteration[0].leaves();
  EXPECT_EQ(tests, leaves - 3);
}

TEST(IsolationForest, BadInputIsNamed) {
  Session session;
  const std::vector<std::pair<schema::Form, std::string>> refused = {
      {{{"mtries", "0"}}, "mtries"},
      {{{"sample_size", "0"}}, "sample_size"},
      {{{"sample_rate", "1.5"}}, "sample_rate"},
      {{{"contamination", "0.6"}}, "contamination"},
      {{{"contamination", "0"}}, "contamination"},
      {{{"validation_frame", "va"}}, "validation_response_column"},
      {{{"stopping_metric", "AUC"}, {"stopping_rounds", "2"}}, "stopping_metric"},
      {{{"stopping_tolerance", "1"}}, "stopping_tolerance"},
      {{{"categorical_encoding", "OneHotInternal"}}, "categorical_encoding"},
      {{{"min_rows", "1600"}}, "min_rows"},
      {{{"validation_frame", "va"}, {"validation_response_column", "x"}}, "training_frame"},
      {{{"ntrees", "0"}}, "ntrees"}};
  for (const auto& [form, field] : refused) {
    const auto build = session.check(form);
    ASSERT_EQ(build.errors(), 1) << field;
    const auto error = std::ranges::find(build.messages, model::Message::Kind::error,
                                         [](const auto& message) { return message.kind; });
    EXPECT_EQ(error->field, field);
  }
  for (const schema::Form& form :
       {schema::Form{{"mtries", "4"}},
        schema::Form{{"validation_frame", "va"}, {"validation_response_column", "absent"}},
        schema::Form{{"validation_frame", "va"},
                     {"validation_response_column", "y"},
                     {"ignored_columns", "[\"y\"]"}}}) {
    const auto job = session.models().train(session.check(form));
    job->wait();
    EXPECT_NE(job->snapshot().exception, "");
  }
}

TEST(IsolationForest, CanBeCancelled) {
  Session session;
  const auto job = session.models().train(session.check({{"ntrees", "100000"}}));
  job->cancel();
  job->wait();
  EXPECT_FALSE(session.models().find("model"));
}

/// Whatever columns hold: a forest whose scores are numbers.
TEST(IsolationForest, OddDataIsScored) {
  Session session;
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<std::pair<std::vector<double>, neve::testing::Levels>> odd = {
      {{1, 1, 1, 1, 1, 1}, {}},         {{kNaN, kNaN, kNaN, kNaN, kNaN, kNaN}, {}},
      {{kNaN, 2, 2, kNaN, 2, 2}, {}},   {{0, 0, -1, 0, -1, 0}, {"alpha"}},
      {{-inf, 0, inf, 1, kNaN, 2}, {}}, {{1e300, -1e300, 1e-300, 0, 5, 6}, {}}};
  for (const auto& [values, levels] : odd) {
    session.node().frames().publish(neve::testing::described_frame(
        session.engine(), "odd", {{"a", levels}, {"b", {}}}, {values, {1, 2, 3, 4, 5, 6}}));
    for (const char* constant : {"true", "false"}) {
      const auto model = session.train(
          {{"training_frame", "odd"}, {"ntrees", "7"}, {"ignore_const_cols", constant}});
      ASSERT_TRUE(model);
      for (const double score :
           values_of(session.engine(), session.predict(model, "odd"), "predict")) {
        EXPECT_TRUE(score >= 0 && score <= 1);
      }
    }
  }
  // A single row, and columns that all are constant.
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "odd", {{"a", {}}, {"b", {}}}, {{3, 3}, {1, 1}}));
  const auto model =
      session.train({{"training_frame", "odd"}, {"ntrees", "2"}, {"ignore_const_cols", "false"}});
  ASSERT_TRUE(model);
  EXPECT_EQ(values_of(session.engine(), session.predict(model, "odd"), "predict"),
            (std::vector<double>{1, 1}));
}

}  // namespace

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "algos/drf/training_session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::algos::drf::testing;
using algos::drf::DrfModel;
using algos::drf::testing::Session;

/// What one iteration alone says of the rows of "tr": outputs × rows.
std::vector<std::vector<double>> votes_of(const DrfModel& model, std::size_t iteration) {
  DrfModel one = model;
  one.iterations = {model.iterations[iteration]};
  const std::vector<std::vector<double>> columns = neve::testing::made_up(kRows, 1, kNoise);
  std::vector<std::vector<double>> votes(model.outputs(), std::vector<double>(kRows));
  constexpr std::size_t kBlock = 1000;
  for (std::size_t begin = 0; begin < kRows; begin += kBlock) {
    const std::vector<std::int32_t> codes(
        columns[1].begin() + static_cast<std::ptrdiff_t>(begin),
        columns[1].begin() + static_cast<std::ptrdiff_t>(begin + kBlock));
    model::ScoreBlock block;
    block.rows = kBlock;
    block.numbers = {std::span(columns[0]).subspan(begin, kBlock), {}};
    block.codes = {{}, codes};
    std::vector<std::span<double>> out;
    for (auto& values : votes) out.push_back(std::span(values).subspan(begin, kBlock));
    one.score(block, out);
  }
  return votes;
}

TEST(DrfTraining, MeasuresEachRowByTheTreesThatHaveNotSeenIt) {
  constexpr std::size_t kTrees = 7;
  constexpr double kRate = 0.6;
  Session session;
  for (const char* response : {"y", "two"}) {
    const bool is_class = response[0] == 't';
    const auto model = session.train(
        response, {{"ntrees", "7"}, {"sample_rate", "0.6"}, {"max_depth", "6"}, {"mtries", "1"}});
    ASSERT_TRUE(model);
    std::vector<double> sums(kRows);
    std::vector<double> voters(kRows);
    for (std::size_t t = 0; t < kTrees; ++t) {
      const std::vector<double> votes = votes_of(*model, t).back();
      const CounterRng random(kSeed, t);
      for (std::size_t row = 0; row < kRows; ++row) {
        if (random.uniform(row) < kRate) continue;
        sums[row] += votes[row];
        voters[row] += 1;
      }
    }
    const std::vector<double> actual = neve::testing::made_up(kRows, 1, kNoise)[is_class ? 3 : 2];
    double squares = 0;
    double rows = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      if (voters[row] == 0 || (is_class && actual[row] < 0)) continue;
      squares += std::pow(actual[row] - sums[row] / voters[row], 2);
      rows += 1;
    }
    const auto* measured = model->header.training_metrics.header();
    EXPECT_EQ(static_cast<double>(measured->nobs), rows);
    EXPECT_LT(rows, kRows) << "some rows were seen by all";
    EXPECT_NEAR(measured->MSE, squares / rows, 1e-12 * squares / rows);
    EXPECT_EQ(measured->description, "Metrics reported on Out-Of-Bag training samples");
  }
}

TEST(DrfTraining, PredictionsAreTheMeansOfTheTrees) {
  Session session;
  for (const char* response : {"y", "two", "three"}) {
    const auto model = session.train(response, {{"ntrees", "3"}});
    ASSERT_TRUE(model);
    const bool is_class = response[0] == 't';
    EXPECT_EQ(model->iterations[0].size(), response[1] == 'h' ? 3U : 1U);
    if (response[1] == 'h') continue;
    std::vector<double> sums(kRows);
    for (std::size_t t = 0; t < 3; ++t) {
      const std::vector<double> votes = votes_of(*model, t).back();
      for (std::size_t row = 0; row < kRows; ++row) sums[row] += votes[row];
    }
    const std::vector<double> actual = neve::testing::made_up(kRows, 1, kNoise)[is_class ? 3 : 2];
    double squares = 0;
    double rows = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      if (is_class && actual[row] < 0) continue;
      squares += std::pow(actual[row] - sums[row] / 3, 2);
      rows += 1;
    }
    std::vector<std::string> warnings;
    const auto all = session.models().performance(model, session.frame("tr"), nullptr, warnings);
    EXPECT_NEAR(all.header()->MSE, squares / rows, 1e-12 * squares / rows);
    EXPECT_LT(all.header()->MSE, model->header.training_metrics.header()->MSE)
        << "trees know the rows that they grew on";
  }
}

TEST(DrfTraining, ValidationMetricsAreThoseOfScoringTheModel) {
  Session session;
  for (const char* response : {"y", "two", "three"}) {
    const auto model = session.train(
        response, {{"ntrees", "12"}, {"validation_frame", "va"}, {"score_tree_interval", "5"}});
    ASSERT_TRUE(model);
    std::vector<std::string> warnings;
    const auto again = session.models().performance(model, session.frame("va"), nullptr, warnings);
    const auto& measured = model->header.validation_metrics;
    EXPECT_EQ(again.header()->MSE, measured.header()->MSE) << response;
    EXPECT_EQ(again.header()->nobs, measured.header()->nobs);
    EXPECT_EQ(again.find("logloss"), measured.find("logloss"));
  }
}

TEST(DrfTraining, DoubleTreesAreOneOfEachClass) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "3"}, {"binomial_double_trees", "true"}});
  ASSERT_TRUE(model);
  EXPECT_EQ(model->iterations[0].size(), 2U);
  const auto votes = votes_of(*model, 0);
  for (std::size_t row = 0; row < kRows; ++row) EXPECT_NEAR(votes[0][row] + votes[1][row], 1, 1e-9);
}

TEST(DrfTraining, TheHistoryBeginsWithoutTrees) {
  Session session;
  const auto model = session.train("y", {{"ntrees", "12"}, {"max_depth", "2"}});
  const auto& columns = model->header.scoring_history.columns;
  std::vector<std::int64_t> trees;
  for (const auto& cell : columns[3].cells) trees.push_back(std::get<std::int64_t>(cell));
  EXPECT_EQ(trees, (std::vector<std::int64_t>{0, 1, 2, 3, 5, 10, 12}));
  EXPECT_EQ(columns[4].name, "training_rmse");
  EXPECT_TRUE(std::isnan(std::get<double>(columns[4].cells[0])));
  EXPECT_GT(std::get<double>(columns[4].cells[1]), 0);
  const auto& summary = model->header.summary.columns;
  EXPECT_EQ(summary[1].name, "number_of_trees");
  EXPECT_EQ(std::get<std::int64_t>(summary[1].cells[0]), 12);
}

TEST(DrfTraining, MtriesGoBySizeAndKindUnlessTheyAreGiven) {
  Session session;
  // Two predictors: a third and the root are 1, all are 2. Trees of all rows and columns are equal.
  const auto same = [&](const char* response, const char* mtries) {
    const auto model = session.train(
        response, {{"ntrees", "6"}, {"mtries", mtries}, {"sample_rate", "1"}, {"max_depth", "3"}});
    std::set<wire::Bytes> different;
    for (const auto& iteration : model->iterations) different.insert(wire::encode(iteration));
    return different.size() == 1;
  };
  for (const char* response : {"y", "two"}) {
    EXPECT_FALSE(same(response, "-1"));
    EXPECT_FALSE(same(response, "1"));
    EXPECT_TRUE(same(response, "-2"));
    EXPECT_TRUE(same(response, "2"));
  }
}

TEST(DrfTraining, WithoutUnseenRowsThereIsNothingToMeasure) {
  Session session;
  const auto build = session.check("two", {{"sample_rate", "1"}});
  EXPECT_TRUE(std::ranges::any_of(build.messages, [](const model::Message& message) {
    return message.kind == model::Message::Kind::warning && message.field == "sample_rate";
  }));
  for (const char* response : {"y", "two", "three"}) {
    const auto model = session.train(response, {{"sample_rate", "1"}, {"ntrees", "2"}});
    ASSERT_TRUE(model) << response;
    EXPECT_EQ(model->header.training_metrics.header()->nobs, 0);
  }
}

TEST(DrfTraining, RatesPerClassNeedAsManyClasses) {
  Session session;
  for (const char* response : {"y", "two"}) {
    const auto job = session.models().train(
        session.check(response, {{"sample_rate_per_class", "[0.5, 0.5, 0.5]"}}));
    job->wait();
    EXPECT_NE(job->snapshot().exception, "") << response;
  }
  EXPECT_TRUE(session.train("three", {{"ntrees", "2"}, {"sample_rate_per_class", "[0.5, 1, 0]"}}));
}

TEST(DrfTraining, ThereCannotBeMoreTriesThanColumns) {
  Session session;
  const auto job = session.models().train(session.check("y", {{"mtries", "3"}}));
  job->wait();
  EXPECT_NE(job->snapshot().exception.find("[1,3[ but it is 3"), std::string::npos)
      << job->snapshot().exception;
}

TEST(DrfTraining, StopsEarlyWhenTheMetricNoLongerImproves) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "300"},
                                           {"max_depth", "4"},
                                           {"stopping_rounds", "2"},
                                           {"stopping_tolerance", "0.01"},
                                           {"score_tree_interval", "1"}});
  ASSERT_TRUE(model);
  EXPECT_GT(model->iterations.size(), 4U);
  EXPECT_LT(model->iterations.size(), 200U);
}

TEST(DrfTraining, TheChecksumIsTheSameOnAnyThreadsAndNodes) {
  std::vector<std::int64_t> checksums;
  const std::pair<int, int> machines[] = {{1, 1}, {1, 2}, {1, 3}, {1, 8}, {2, 1}, {3, 2}};
  for (const auto& [nodes, threads] : machines) {
    Session session(nodes, threads);
    const auto model = session.train("three", {{"ntrees", "4"}, {"histogram_type", "RoundRobin"}});
    ASSERT_TRUE(model);
    checksums.push_back(model->header.checksum);
    EXPECT_EQ(checksums.back(), checksums.front()) << nodes << " nodes";
  }
}

TEST(DrfTraining, AModelSurvivesItsBytes) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "5"}});
  const auto again = algos::drf::algorithm().decode(model->encode());
  EXPECT_EQ(again->encode(), model->encode());
  EXPECT_EQ(again->encode_learnt(), model->encode_learnt());
}

TEST(DrfTraining, RefusesWhatIsNotBuiltOrDoesNotFit) {
  Session session;
  const std::pair<const char*, const char*> refused[] = {{"distribution", "laplace"},
                                                         {"distribution", "poisson"},
                                                         {"distribution", "bernoulli"},
                                                         {"mtries", "0"},
                                                         {"mtries", "-3"},
                                                         {"sample_rate", "0"},
                                                         {"sample_rate", "1.5"},
                                                         {"sample_rate_per_class", "[0.5, 2]"},
                                                         {"col_sample_rate_per_tree", "0"},
                                                         {"col_sample_rate_change_per_level", "3"},
                                                         {"min_rows", "0"},
                                                         {"max_depth", "-1"},
                                                         {"nbins", "1"},
                                                         {"offset_column", "x"},
                                                         {"calibrate_model", "true"},
                                                         {"ntrees", "0"},
                                                         {"nfolds", "1"}};
  for (const auto& [name, value] : refused) {
    const auto build = session.check("y", {{name, value}});
    ASSERT_EQ(build.errors(), 1) << name << " " << value;
    const auto is_about_it = [&](const model::Message& message) {
      return message.kind == model::Message::Kind::error && message.field == name;
    };
    EXPECT_TRUE(std::ranges::any_of(build.messages, is_about_it)) << name;
  }
  EXPECT_EQ(session.check("y", {{"mtries", "2"}}).errors(), 0);
  EXPECT_EQ(session.check("two", {{"distribution", "gaussian"}}).errors(), 1);
  EXPECT_EQ(session.check("three", {{"distribution", "bernoulli"}}).errors(), 1);
  EXPECT_EQ(session.check("two", {{"distribution", "multinomial"}}).errors(), 0);
}

TEST(DrfTraining, GoesOnAfterALossToTheSameBits) {
  for (const char* response : {"y", "two", "three"}) {
    const schema::Form form{
        {"ntrees", "12"}, {"validation_frame", "va"}, {"score_tree_interval", "3"}};
    Session whole;
    const auto model = whole.train(response, form);
    const auto expected = model->encode_learnt();
    const auto got = neve::testing::learnt_after_loss(
        algos::drf::algorithm(), Session::complete(response, form), 5, publish_frames);
    EXPECT_EQ(got, expected) << response;
  }
}

TEST(DrfCrossValidation, GoesOnAfterALossToTheSameBits) {
  const schema::Form form{{"ntrees", "6"}, {"nfolds", "2"}, {"score_tree_interval", "2"}};
  Session whole;
  const auto expected = whole.train("three", form)->encode_learnt();
  // In the first fold, between the folds, in the second one, and in the main model.
  for (const int states : {3, 6, 8, 15}) {
    const auto got = neve::testing::learnt_after_loss(
        algos::drf::algorithm(), Session::complete("three", form), states, publish_frames);
    EXPECT_EQ(got, expected) << states;
  }
}

}  // namespace

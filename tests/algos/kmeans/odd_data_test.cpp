#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/error.hpp>

#include "algos/kmeans/session.hpp"
#include "algos/kmeans/sized_clusters.hpp"

namespace {

using namespace neve;
using namespace neve::testing::kmeans;

constexpr double kMissing = frame::kMissingDouble;

class OddData : public ::testing::Test {
 protected:
  void publish(const std::string& key,
               const std::vector<std::pair<std::string, neve::testing::Levels>>& described,
               const std::vector<std::vector<double>>& columns) {
    session.node().frames().publish(
        neve::testing::described_frame(session.engine(), key, described, columns));
  }
  std::shared_ptr<const KMeansModel> train(const std::string& frame, schema::Form form) {
    form.emplace_back("training_frame", frame);
    return session.train(std::move(form));
  }
  Session session;
};

TEST_F(OddData, ConstantAndEmptyColumnsAreLeftOutOrHarmless) {
  publish("odd", {{"x", {}}, {"one", {}}, {"none", {}}, {"never", {"a"}}},
          {{1, 2, 8, 9}, {5, 5, 5, 5}, {kMissing, kMissing, kMissing, kMissing}, {-1, -1, -1, -1}});
  const auto without = train("odd", {{"k", "2"}});
  EXPECT_EQ(without->header.roles.predictors, std::vector<std::string>{"x"});
  const auto with = train("odd", {{"k", "2"}, {"ignore_const_cols", "false"}});
  ASSERT_EQ(with->centers.count, 2U);
  EXPECT_NEAR(*with->header.training_metrics.find("tot_withinss"),
              *without->header.training_metrics.find("tot_withinss"), 1e-12);
  EXPECT_TRUE(with->is_sound());
  EXPECT_TRUE(with->output());
}

TEST_F(OddData, OneRowIsOneCluster) {
  publish("row", {{"x", {}}, {"k", {"a", "b"}}}, {{3}, {1}});
  const auto model = train("row", {{"k", "1"}, {"ignore_const_cols", "false"}});
  EXPECT_EQ(*model->header.training_metrics.find("tot_withinss"), 0);
  EXPECT_EQ(model->centers.code(0)[0], 1);
}

TEST_F(OddData, FewerDifferentRowsThanClustersLeaveSomeEmpty) {
  publish("same", {{"x", {}}}, {{1, 1, 1, 2, 2, 2, 2, 2}});
  for (const char* init : {"Random", "PlusPlus", "Furthest"}) {
    const auto model = train("same", {{"k", "4"}, {"init", init}});
    ASSERT_TRUE(model) << init;
    EXPECT_EQ(*model->header.training_metrics.find("tot_withinss"), 0) << init;
  }
}

TEST_F(OddData, EmptyClustersTakeTheFurthestRows) {
  publish("line", {{"x", {}}}, {{0, 1, 2, 3, 100, 200}});
  publish("points", {{"x", {}}}, {{1, 1000, 1001}});
  const auto model = train(
      "line",
      {{"k", "3"}, {"user_points", "points"}, {"standardize", "false"}, {"max_iterations", "9"}});
  std::vector<double> centers;
  for (std::size_t c = 0; c < 3; ++c)
    centers.push_back(model->centers.number(c)[0] + model->space.axes[0].center);
  std::ranges::sort(centers);
  EXPECT_NEAR(centers[0], 1.5, 1e-12);
  EXPECT_NEAR(centers[1], 100, 1e-12);
  EXPECT_NEAR(centers[2], 200, 1e-12);
}

TEST_F(OddData, LevelsThatTrainingDidNotSeeAreTheMode) {
  publish("seen", {{"k", {"a", "b"}}, {"x", {}}}, {{0, 0, 0, 1, 1}, {1, 1, 2, 9, 9}});
  const auto model = train("seen", {{"k", "2"}});
  publish("other", {{"k", {"b", "new"}}, {"x", {}}}, {{0, 1, -1}, {9, 1, kMissing}});
  std::vector<std::string> warnings;
  const frame::Frame told =
      session.models().predict(model, session.frame("other"), "told", nullptr, warnings);
  const auto values = neve::testing::values_of(session.engine(), told, "predict");
  EXPECT_NE(values[0], values[1]);
  EXPECT_FALSE(std::isnan(values[2]));
  EXPECT_EQ(warnings.size(), 1U);
}

TEST_F(OddData, InfiniteValuesAndTooFewRowsAreRefused) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  publish("infinite", {{"x", {}}}, {{1, 2, kInfinity}});
  EXPECT_NE(session.failure({{"k", "2"}, {"training_frame", "infinite"}}).find("infinite"),
            std::string::npos);
  EXPECT_EQ(session.check({{"k", "4"}, {"training_frame", "infinite"}}).errors(), 1);
  publish("levels", {{"k", {"a", "b"}}}, {{0, 1, 1, 0}});
  EXPECT_NE(session.failure({{"k", "2"}, {"estimate_k", "true"}, {"training_frame", "levels"}})
                .find("numeric"),
            std::string::npos);
  publish("fold", {{"x", {}}, {"f", {}}}, {{1, 2, 3, 4}, {0, 0, 0, 1}});
  EXPECT_NE(
      session.failure({{"k", "2"}, {"fold_column", "f"}, {"training_frame", "fold"}}).find("rows"),
      std::string::npos);
}

TEST_F(OddData, WhatIsAskedForMustMakeSense) {
  for (const schema::Form& form :
       {schema::Form{{"k", "0"}},
        {{"k", "2"}, {"max_iterations", "0"}},
        {{"init", "User"}},
        {{"k", "2"}, {"cluster_size_constraints", "[1]"}},
        {{"k", "2"}, {"estimate_k", "true"}, {"cluster_size_constraints", "[1, 1]"}},
        {{"k", "2"}, {"nfolds", "2"}, {"fold_assignment", "Stratified"}}}) {
    EXPECT_EQ(session.check(form).errors(), 1) << form[0].first << " " << form[0].second;
  }
}

TEST_F(OddData, ManyLevelsKeepTheirCounts) {
  constexpr std::size_t kLevels = 2'000;
  std::vector<std::string> levels;
  for (std::size_t l = 0; l < kLevels; ++l) levels.push_back("l" + std::to_string(l));
  std::vector<double> codes;
  std::vector<double> x;
  for (std::size_t i = 0; i < 3 * kLevels; ++i) {
    const bool far = i % 3 == 0;
    codes.push_back(far ? 7 : static_cast<double>(i % kLevels));
    x.push_back(far ? 100 : 0);
  }
  publish("levels", {{"k", levels}, {"x", {}}}, {codes, x});
  const auto model = train("levels", {{"k", "2"}});
  const std::size_t far = model->centers.number(0)[0] > 0 ? 0 : 1;
  EXPECT_EQ(model->centers.code(far)[0], 7);
}

/// The least cost of all assignments that keep to the sizes, tried one after the other.
double least_cost(const std::vector<double>& costs, const std::vector<std::int32_t>& sizes) {
  const std::size_t k = sizes.size();
  const std::size_t rows = costs.size() / k;
  double best = std::numeric_limits<double>::infinity();
  std::vector<std::size_t> clusters(rows);
  for (;;) {
    std::vector<std::int32_t> counts(k);
    double cost = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      ++counts[clusters[i]];
      cost += costs[i * k + clusters[i]];
    }
    if (std::ranges::equal(counts, sizes, std::greater_equal<>())) best = std::min(best, cost);
    std::size_t i = 0;
    while (i < rows && ++clusters[i] == k) clusters[i++] = 0;
    if (i == rows) return best;
  }
}

TEST(SizedClusters, NoAssignmentThatKeepsToTheSizesIsCheaper) {
  const CounterRng random(3);
  for (std::uint64_t round = 0; round < 60; ++round) {
    std::vector<double> costs;
    for (std::uint64_t i = 0; i < 24; ++i)
      costs.push_back(random.uniform(100 * round + i) * (i % 3 == 0 ? 0.2 : 1));
    for (const auto& sizes :
         std::vector<std::vector<std::int32_t>>{{2, 3, 3}, {1, 1, 5}, {8, 0, 0}}) {
      const auto clusters = algos::kmeans::assign_with_sizes(costs, 3, sizes, nullptr);
      double cost = 0;
      std::vector<std::int32_t> counts(3);
      for (std::size_t i = 0; i < clusters.size(); ++i) {
        cost += costs[3 * i + static_cast<std::size_t>(clusters[i])];
        ++counts[static_cast<std::size_t>(clusters[i])];
      }
      EXPECT_TRUE(std::ranges::equal(counts, sizes, std::greater_equal<>()));
      EXPECT_NEAR(cost, least_cost(costs, sizes), 1e-12);
    }
  }
}

}  // namespace

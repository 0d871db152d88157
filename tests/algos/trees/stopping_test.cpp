#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "algos/families/trees/stopping.hpp"

namespace {

using namespace neve::algos::trees;

TEST(EarlyStopping, WaitsForTwoWindowsBehindTheFirstScore) {
  const StoppingRule rule{.metric = "logloss", .rounds = 2, .tolerance = 0};
  EXPECT_FALSE(should_stop(rule, std::vector<double>{9, 1, 1, 1}));
  EXPECT_TRUE(should_stop(rule, std::vector<double>{9, 1, 1, 1, 1}));
}

TEST(EarlyStopping, ComparesMovingAveragesRelatively) {
  const StoppingRule less{.metric = "logloss", .rounds = 1, .tolerance = 0.1};
  EXPECT_TRUE(should_stop(less, std::vector<double>{1, 0.5, 0.46}));
  EXPECT_FALSE(should_stop(less, std::vector<double>{1, 0.5, 0.44}));
  const StoppingRule more{.metric = "AUC", .more_is_better = true, .rounds = 1, .tolerance = 0.1};
  EXPECT_TRUE(should_stop(more, std::vector<double>{0.1, 0.5, 0.54}));
  EXPECT_FALSE(should_stop(more, std::vector<double>{0.1, 0.5, 0.56}));
  // One good score within the later windows is enough.
  const StoppingRule two{.metric = "logloss", .rounds = 2, .tolerance = 0.01};
  EXPECT_FALSE(should_stop(two, std::vector<double>{9, 1, 1, 0.5, 1}));
  EXPECT_TRUE(should_stop(two, std::vector<double>{9, 1, 1, 0.995, 1}));
}

TEST(EarlyStopping, NeverStopsWithoutRoundsOrNumbers) {
  EXPECT_FALSE(should_stop({.metric = "logloss"}, std::vector<double>{1, 1, 1, 1}));
  const StoppingRule rule{.metric = "logloss", .rounds = 1, .tolerance = 0};
  EXPECT_FALSE(should_stop(rule, std::vector<double>{1, std::nan(""), 1}));
  EXPECT_FALSE(should_stop(rule, std::vector<double>{1, -0.5, 0.5}));
}

TEST(EarlyStopping, TheBestPointIsAmongTheLastRounds) {
  StoppingRule rule{.metric = "logloss", .more_is_better = false, .rounds = 3};
  const double scores[] = {1, 0.1, 0.5, 0.3, 0.4};
  EXPECT_EQ(best_point(rule, scores), 3U);
  rule.more_is_better = true;
  EXPECT_EQ(best_point(rule, scores), 2U);
  rule.rounds = 1;
  EXPECT_EQ(best_point(rule, scores), 4U);
  const double same[] = {1, 2, 2, 2};
  rule.rounds = 3;
  EXPECT_EQ(best_point(rule, same), 3U);
}

}  // namespace

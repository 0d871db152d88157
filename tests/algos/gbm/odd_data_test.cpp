#include "algos/trees/odd_data.hpp"

#include "algos/gbm/training_session.hpp"

namespace {

using namespace neve;
using namespace neve::testing;

OddSession session() { return OddSession(algos::gbm::algorithm()); }

TEST(GbmOddData, ResponsesAreLearntFromOrRefused) {
  OddSession own = session();
  expect_odd_data_to_end(own, odd_responses());
}

TEST(GbmOddData, PredictorsAreLearntFromOrRefused) {
  OddSession own = session();
  expect_odd_data_to_end(own, odd_predictors());
  expect_odd_data_to_end(own, odd_predictors(), {{"histogram_type", "UniformRobust"}});
  expect_odd_data_to_end(own, odd_predictors(), {{"histogram_type", "Random"}});
  expect_odd_data_to_end(own, odd_predictors(),
                         {{"grow_policy", "lossguide"}, {"max_leaves", "7"}, {"max_depth", "0"}});
}

TEST(GbmOddData, WeightsAreLearntFromOrRefused) {
  OddSession own = session();
  expect_odd_data_to_end(own, odd_weights());
}

TEST(GbmOddData, EveryDistributionBearsAnOutlierAndUnlikeWeights) {
  OddSession own = session();
  for (const char* distribution :
       {"gaussian", "poisson", "gamma", "tweedie", "laplace", "quantile", "huber"}) {
    OddData outlier = sound("an outlier", 300, {{"distribution", distribution}});
    for (double& y : outlier.columns[kY]) y += 0.5;
    outlier.columns[kY][5] = 1e9;
    expect_odd_data_to_end(own, {outlier});
    OddData weights = odd_weights()[4];
    ASSERT_EQ(weights.error, "");
    for (double& y : weights.columns[kY]) y += 0.5;
    weights.form.emplace_back("distribution", distribution);
    expect_odd_data_to_end(own, {weights});
  }
}

TEST(GbmOddData, MoreThanTwoBillionRowsCountLikeFew) {
  OddSession own = session();
  expect_many_rows_to_count_like_few(own);
}

}  // namespace

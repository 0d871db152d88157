#include "algos/trees/odd_data.hpp"

#include "algos/drf/training_session.hpp"

namespace {

using namespace neve;
using namespace neve::testing;

OddSession session() { return OddSession(algos::drf::algorithm()); }

TEST(DrfOddData, ResponsesAreLearntFromOrRefused) {
  OddSession own = session();
  expect_odd_data_to_end(own, odd_responses());
}

TEST(DrfOddData, PredictorsAreLearntFromOrRefused) {
  OddSession own = session();
  expect_odd_data_to_end(own, odd_predictors());
  expect_odd_data_to_end(own, odd_predictors(), {{"histogram_type", "UniformRobust"}});
  expect_odd_data_to_end(own, odd_predictors(), {{"histogram_type", "Random"}});
}

TEST(DrfOddData, WeightsAreLearntFromOrRefused) {
  OddSession own = session();
  expect_odd_data_to_end(own, odd_weights());
}

TEST(DrfOddData, MoreThanTwoBillionRowsCountLikeFew) {
  OddSession own = session();
  expect_many_rows_to_count_like_few(own);
}

}  // namespace

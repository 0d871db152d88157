#include <neve/model/leaderboard.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>

namespace {

using namespace neve;
using namespace neve::model;

struct Bare final : Model {
  void score(const ScoreBlock& /*block*/,
             std::span<const std::span<double>> /*out*/) const override {}
  [[nodiscard]] wire::Bytes encode() const override { return {}; }
  [[nodiscard]] wire::Bytes encode_learnt() const override { return {}; }
  [[nodiscard]] schema::AnyObject output() const override { return {}; }
};

std::shared_ptr<Bare> named(const std::string& key, Category category) {
  auto made = std::make_shared<Bare>();
  made->header.key = key;
  made->header.algorithm = "gbm";
  made->header.category = category;
  made->header.roles.response = "y";
  made->header.start_time_ms = 100;
  made->header.end_time_ms = 350;
  return made;
}

ModelPtr regression(const std::string& key, double mse, double mae) {
  auto made = named(key, Category::regression);
  metrics::Regression metrics;
  metrics.MSE = mse;
  metrics.RMSE = std::sqrt(mse);
  metrics.mae = mae;
  metrics.mean_residual_deviance = mse;
  made->header.training_metrics = metrics;
  return made;
}

ModelPtr binomial(const std::string& key, double auc, double logloss) {
  auto made = named(key, Category::binomial);
  metrics::Binomial metrics;
  metrics.AUC = auc;
  metrics.logloss = logloss;
  metrics.pr_auc = auc / 2;
  made->header.training_metrics = metrics;
  return made;
}

std::string order(const Leaderboard& board) {
  std::string keys;
  for (const Leaderboard::Row& row : board.rows) keys += row.model->header.key + " ";
  return keys;
}

const double kNone = std::numeric_limits<double>::quiet_NaN();
const std::vector<ModelPtr> kNumbers = {regression("a", 9, 1), regression("b", 4, 2),
                                        regression("none", kNone, 0.5), regression("c", 4, 3)};
const std::vector<ModelPtr> kTwo = {binomial("a", 0.7, 0.5), binomial("b", 0.8, 0.6)};

TEST(Leaderboard, RanksByTheUsualMetricOfTheCategory) {
  const Leaderboard numbers = make_leaderboard(kNumbers, "AUTO");
  EXPECT_EQ(order(numbers), "b c a none ");
  EXPECT_EQ(numbers.sort_metric, "rmse");
  EXPECT_FALSE(numbers.decreasing);
  EXPECT_EQ(numbers.metrics,
            (std::vector<std::string>{"rmse", "mse", "mae", "rmsle", "mean_residual_deviance"}));
  EXPECT_EQ(numbers.rows[2].values[0], 3);
  EXPECT_EQ(numbers.rows[2].values[2], 1);
  EXPECT_TRUE(std::isnan(numbers.rows[2].values[3]));
  const Leaderboard two = make_leaderboard(kTwo, "");
  EXPECT_EQ(order(two), "b a ");
  EXPECT_TRUE(two.decreasing);
  EXPECT_EQ(two.metrics, (std::vector<std::string>{"auc", "logloss", "aucpr",
                                                   "mean_per_class_error", "rmse", "mse"}));
}

TEST(Leaderboard, TheMetricThatIsAskedForComesFirst) {
  const Leaderboard by_mae = make_leaderboard(kNumbers, "MAE");
  EXPECT_EQ(order(by_mae), "none a b c ");
  EXPECT_EQ(by_mae.metrics,
            (std::vector<std::string>{"mae", "rmse", "mse", "rmsle", "mean_residual_deviance"}));
  EXPECT_EQ(make_leaderboard(kNumbers, "deviance").metrics[0], "mean_residual_deviance");
  EXPECT_EQ(order(make_leaderboard(kTwo, "logloss")), "a b ");
  EXPECT_EQ(make_leaderboard(kTwo, "pr_auc").metrics[0], "aucpr");
}

TEST(Leaderboard, MetricsMayComeFromElsewhere) {
  const Leaderboard board = make_leaderboard(kNumbers, "mse", [](const Model& model) {
    metrics::Regression metrics;
    metrics.MSE = model.header.key == "a" ? 1 : 2;
    return metrics::Metrics(metrics);
  });
  EXPECT_EQ(order(board), "a b none c ");
}

TEST(Leaderboard, HasEachModelOnce) {
  EXPECT_EQ(order(make_leaderboard(std::vector<ModelPtr>{kTwo[0], kTwo[1], kTwo[0]}, "")), "b a ");
  EXPECT_TRUE(make_leaderboard(std::vector<ModelPtr>{}, "auc").rows.empty());
}

TEST(Leaderboard, RefusesWhatCannotBeCompared) {
  EXPECT_THROW(make_leaderboard(std::vector<ModelPtr>{kTwo[0], kNumbers[0]}, ""), InputError);
  EXPECT_THROW(make_leaderboard(kNumbers, "auc"), InputError);
  EXPECT_THROW(make_leaderboard(kNumbers, "nonsense"), InputError);
  const std::vector<ModelPtr> clusters = {named("k", Category::clustering)};
  try {
    make_leaderboard(clusters, "");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.http_status(), 501);
  }
}

TEST(Leaderboard, IsATableOfMetricsAndFurtherColumns) {
  Leaderboard board = make_leaderboard(kTwo, "");
  board.rows[0].predict_time_per_row_ms = 0.25;
  const Algorithms algorithms({});
  const std::vector<std::string> all = {"ALL"};
  const schema::Table table = leaderboard_table(board, algorithms, all);
  ASSERT_EQ(table.columns.size(), 11U);
  EXPECT_EQ(table.columns[0].name, "");
  EXPECT_EQ(table.columns[1].name, "model_id");
  EXPECT_EQ(table.columns[8].name, "training_time_ms");
  EXPECT_EQ(std::get<std::int64_t>(table.columns[8].cells[0]), 250);
  EXPECT_EQ(std::get<double>(table.columns[9].cells[0]), 0.25);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(table.columns[9].cells[1]));
  EXPECT_EQ(std::get<std::string>(table.columns[10].cells[1]), "gbm");
  const std::vector<std::string> some = {"algo", "unknown"};
  EXPECT_EQ(leaderboard_table(board, algorithms, some).columns.size(), 9U);
  EXPECT_EQ(leaderboard_table(board, algorithms, {}).columns.size(), 8U);
  EXPECT_EQ(leaderboard_extensions().size(), 3U);
  EXPECT_EQ(leaderboard_table({}, algorithms, {}).columns.size(), 2U);
}

}  // namespace

#include <gtest/gtest.h>

#include <cmath>

#include <neve/base/rng.hpp>

#include "metrics_columns.hpp"

namespace neve::model::metrics {
namespace {

using testing::number_at;

const std::vector<std::string> kDomain = {"a", "b", "c", "d"};

Multinomial multinomial_of(const std::vector<std::vector<double>>& columns) {
  const std::vector<std::span<const double>> probabilities(columns.begin(), columns.end() - 2);
  MultinomialPartial partial;
  partial.add_rows(probabilities, columns[columns.size() - 2], columns.back());
  return finish_multinomial(
      partial, {kDomain.begin(), kDomain.begin() + static_cast<long>(probabilities.size())});
}

TEST(MultinomialMetrics, AgreesWithScikitLearn) {
  for (const char* name : {"multinomial", "multinomial weights"}) {
    const auto golden = testing::golden_case(name);
    const Multinomial got = multinomial_of(golden.columns);
    const Metrics metrics(got);
    for (const char* metric : {"logloss", "classification_error", "mean_per_class_error"}) {
      EXPECT_NEAR(metrics.find(metric).value(), golden.values.at(metric), 1e-12) << metric;
    }
    for (std::size_t k = 1; k < 4; ++k) {
      EXPECT_NEAR(number_at(*got.hit_ratio_table, 1, k - 1),
                  golden.values.at("hit " + std::to_string(k)), 1e-7);
    }
    EXPECT_EQ(number_at(*got.hit_ratio_table, 1, 3), 1);
    for (std::size_t a = 0; a < 4; ++a) {
      for (std::size_t p = 0; p < 4; ++p) {
        const std::string cell = "cm " + std::to_string(a) + " " + std::to_string(p);
        EXPECT_NEAR(number_at(*got.cm->table, p, a), golden.values.at(cell), 1e-10) << cell;
      }
    }
  }
}

TEST(MultinomialMetrics, SmallCaseByHand) {
  const Multinomial got = multinomial_of(
      {{0.5, 0.2, 0.2, 0.4}, {0.3, 0.2, 0.5, 0.4}, {0.2, 0.6, 0.3, 0.2}, {0, 2, 0, 1}, {}});
  EXPECT_EQ(got.nobs, 4);
  EXPECT_DOUBLE_EQ(got.MSE, (0.25 + 0.16 + 0.64 + 0.36) / 4);
  EXPECT_DOUBLE_EQ(got.r2, 1 - got.MSE / 0.6875);
  EXPECT_EQ(got.classification_error, 0.5) << "a tie goes to the first class";
  EXPECT_DOUBLE_EQ(got.mean_per_class_error, 0.5);
  EXPECT_TRUE(std::isnan(got.AUC));
  EXPECT_FALSE(got.multinomial_auc_table.has_value());
  EXPECT_EQ(got.hit_ratio_table->name, "Top-3 Hit Ratios");
}

TEST(MultinomialMetrics, RowsThatMissSomethingDoNotCount) {
  const double missing = std::nan("");
  const Multinomial got = multinomial_of({{0.5, missing, 0.2, 0.4, 0.1},
                                          {0.5, 0.2, 0.8, 0.6, 0.9},
                                          {0, 0, missing, 2, 1},
                                          {1, 1, 1, 1, 0}});
  EXPECT_EQ(got.nobs, 1);
  EXPECT_TRUE(std::isnan(multinomial_of({{}, {}, {}, {}}).MSE));
}

TEST(MultinomialMetrics, NoMatrixForVeryManyClasses) {
  constexpr std::size_t kClasses = kMostConfusionClasses + 1;
  std::vector<double> column = {1.0 / kClasses};
  const std::vector<std::span<const double>> probabilities(kClasses, column);
  MultinomialPartial partial;
  partial.add_rows(probabilities, std::vector<double>{7}, {});
  const Multinomial got = finish_multinomial(partial, std::vector<std::string>(kClasses, "x"));
  EXPECT_FALSE(got.cm.has_value());
  EXPECT_EQ(got.hit_ratio_table->rows(), 10U);
}

std::string json_on(int nodes, int threads) {
  mr::LocalCluster cluster(nodes, threads, testing::kMemory, tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const CounterRng random(29);
  std::vector<std::vector<double>> columns(5);
  for (std::uint64_t i = 0; i < 40'000; ++i) {
    const double a = random.uniform(3 * i);
    const double b = (1 - a) * random.uniform(3 * i + 1);
    const std::vector<double> row = {a, b, 1 - a - b, std::floor(3 * random.uniform(3 * i + 2)),
                                     a + 0.1};
    for (std::size_t c = 0; c < 5; ++c) columns[c].push_back(row[c]);
  }
  const auto held = testing::put(engine, columns, 9);
  return schema::to_json(compute_multinomial(engine, {held.layout,
                                                      {held.id(0), held.id(1), held.id(2)},
                                                      held.id(3),
                                                      held.id(4),
                                                      {"a", "b", "c"}}));
}

TEST(MultinomialMetrics, SameBitsOnAnyThreadsAndNodes) {
  const std::string expected = json_on(1, 1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(json_on(1, threads), expected);
  EXPECT_EQ(json_on(3, 2), expected);
}

}  // namespace
}  // namespace neve::model::metrics

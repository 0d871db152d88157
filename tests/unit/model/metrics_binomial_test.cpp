#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <neve/base/math.hpp>
#include <neve/base/rng.hpp>

#include "metrics_columns.hpp"

namespace neve::model::metrics {
namespace {

using testing::binomial_of;
using testing::number_at;

struct Sample {
  std::vector<double> p1;
  std::vector<double> actual;
  std::vector<double> weights;
};

/// Random scores, of which about `distinct` differ, that know something of the class.
Sample random_sample(std::size_t rows, double distinct, std::uint64_t seed) {
  const CounterRng random(seed);
  Sample out;
  for (std::uint64_t i = 0; i < rows; ++i) {
    const double event = random.uniform(4 * i) < 0.3 ? 1 : 0;
    const double p = 0.25 * event + 0.75 * random.uniform(4 * i + 1);
    out.p1.push_back(std::floor(p * distinct) / distinct);
    out.actual.push_back(event);
    out.weights.push_back(std::floor(random.uniform(4 * i + 2) * 4));
  }
  return out;
}

/// Probability that a positive scores above a negative, ties half, from all pairs.
double auc_of_pairs(const Sample& sample, bool weighted) {
  double above = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < sample.p1.size(); ++i) {
    for (std::size_t j = 0; j < sample.p1.size(); ++j) {
      if (sample.actual[i] != 1 || sample.actual[j] != 0) continue;
      const double weight = weighted ? sample.weights[i] * sample.weights[j] : 1;
      pairs += weight;
      if (sample.p1[i] > sample.p1[j]) above += weight;
      if (sample.p1[i] == sample.p1[j]) above += weight / 2;
    }
  }
  return above / pairs;
}

TEST(BinomialMetrics, AucIsThatOfAllPairs) {
  for (const double distinct : {2.0, 10.0, 1e9}) {
    const Sample sample = random_sample(700, distinct, 3);
    EXPECT_NEAR(binomial_of(sample.p1, sample.actual).AUC, auc_of_pairs(sample, false), 1e-14);
    EXPECT_NEAR(binomial_of(sample.p1, sample.actual, sample.weights).AUC,
                auc_of_pairs(sample, true), 1e-14);
  }
}

TEST(BinomialMetrics, AgreesWithScikitLearn) {
  for (const char* name : {"binomial", "binomial ties", "binomial weights"}) {
    const auto golden = testing::golden_case(name);
    const Binomial got = binomial_of(golden.columns[0], golden.columns[1], golden.columns[2]);
    const Metrics metrics(got);
    for (const char* metric : {"AUC", "logloss", "MSE", "r2"}) {
      EXPECT_NEAR(metrics.find(metric).value(), golden.values.at(metric), 1e-12)
          << name << " " << metric;
    }
    const schema::Table& maxima = *got.max_criteria_and_metric_scores;
    for (std::size_t row = 0; row < maxima.rows(); ++row) {
      const auto& metric = std::get<std::string>(maxima.columns[0].cells[row]);
      const auto expected = golden.values.find(metric);
      if (expected != golden.values.end()) {
        EXPECT_NEAR(number_at(maxima, 2, row), expected->second, 1e-12) << name << " " << metric;
      }
    }
  }
}

/// Integrates precision over recall numerically between the points of the curve, false positives
/// growing linearly with true positives.
double pr_auc_by_steps(const Sample& sample) {
  const std::set<double, std::greater<>> thresholds(sample.p1.begin(), sample.p1.end());
  double area = 0;
  double tp0 = 0;
  double fp0 = 0;
  double all = 0;
  for (const double y : sample.actual) all += y;
  for (const double threshold : thresholds) {
    double tp = 0;
    double fp = 0;
    for (std::size_t i = 0; i < sample.p1.size(); ++i) {
      if (sample.p1[i] >= threshold) (sample.actual[i] == 1 ? tp : fp) += 1;
    }
    constexpr int kSteps = 20000;
    for (int s = 0; s < kSteps && tp > tp0; ++s) {
      const double share = (s + 0.5) / kSteps;
      const double hit = tp0 + share * (tp - tp0);
      area += hit / (hit + fp0 + share * (fp - fp0)) * (tp - tp0) / kSteps;
    }
    tp0 = tp;
    fp0 = fp;
  }
  return area / all;
}

TEST(BinomialMetrics, PrAucIsTheIntegralOfInterpolatedPrecision) {
  for (const double distinct : {3.0, 20.0, 1e9}) {
    const Sample sample = random_sample(300, distinct, 5);
    EXPECT_NEAR(binomial_of(sample.p1, sample.actual).pr_auc, pr_auc_by_steps(sample), 1e-8);
  }
}

TEST(BinomialMetrics, AWeightIsAsManyCopiesAndZeroIsAbsence) {
  const Sample sample = random_sample(5000, 1e9, 9);
  Sample copies;
  for (std::size_t i = 0; i < sample.p1.size(); ++i) {
    for (double copy = 0; copy < sample.weights[i]; ++copy) {
      copies.p1.push_back(sample.p1[i]);
      copies.actual.push_back(sample.actual[i]);
    }
  }
  const Binomial weighted = binomial_of(sample.p1, sample.actual, sample.weights);
  const Binomial copied = binomial_of(copies.p1, copies.actual);
  EXPECT_EQ(weighted.AUC, copied.AUC);
  EXPECT_EQ(weighted.pr_auc, copied.pr_auc);
  EXPECT_EQ(weighted.r2 < 1, true);
  EXPECT_NEAR(weighted.logloss, copied.logloss, 1e-13);
  EXPECT_NEAR(weighted.MSE, copied.MSE, 1e-13);
  EXPECT_LT(weighted.nobs, copied.nobs);
  for (const auto table :
       {&Binomial::thresholds_and_metric_scores, &Binomial::max_criteria_and_metric_scores}) {
    schema::JsonWriter one;
    schema::JsonWriter two;
    write_table(*(weighted.*table), one);
    write_table(*(copied.*table), two);
    EXPECT_EQ(one.text(), two.text());
  }
  const schema::Table& gains = *weighted.gains_lift_table;
  for (std::size_t row = 0; row < gains.rows(); ++row) {
    for (std::size_t c = 0; c < gains.columns.size(); ++c) {
      EXPECT_NEAR(number_at(gains, c, row), number_at(*copied.gains_lift_table, c, row), 1e-10);
    }
  }
}

TEST(BinomialMetrics, TheTableOfMaximaPointsIntoTheTableOfThresholds) {
  const Sample sample = random_sample(60000, 1e9, 11);
  const Binomial got = binomial_of(sample.p1, sample.actual);
  const schema::Table& scores = *got.thresholds_and_metric_scores;
  const schema::Table& maxima = *got.max_criteria_and_metric_scores;
  EXPECT_LE(scores.rows(), 400U);
  EXPECT_GE(scores.rows(), 350U);
  ASSERT_EQ(maxima.rows(), 18U);
  ASSERT_EQ(scores.columns.size(), 20U);
  for (std::size_t c = 0; c < maxima.rows(); ++c) {
    const auto row = static_cast<std::size_t>(number_at(maxima, 3, c));
    EXPECT_EQ(number_at(scores, 0, row), number_at(maxima, 1, c));
    EXPECT_EQ(number_at(scores, c + 1, row), number_at(maxima, 2, c));
    for (std::size_t r = 0; r < scores.rows(); ++r)
      EXPECT_LE(number_at(scores, c + 1, r), number_at(maxima, 2, c));
  }
  EXPECT_EQ(got.default_threshold, number_at(maxima, 1, 0));
  double area = 0;
  for (std::size_t r = 1; r < scores.rows(); ++r) {
    area += (number_at(scores, 17, r) - number_at(scores, 17, r - 1)) *
            (number_at(scores, 18, r) + number_at(scores, 18, r - 1)) / 2;
  }
  EXPECT_NEAR(area, got.AUC, 1e-4) << "a curve drawn through the rows is close to the exact one";
}

TEST(BinomialMetrics, CountsOfEachThresholdAreThoseOfTheRows) {
  const Sample sample = random_sample(900, 50, 13);
  const Binomial got = binomial_of(sample.p1, sample.actual);
  const schema::Table& scores = *got.thresholds_and_metric_scores;
  ASSERT_EQ(scores.rows(), std::set<double>(sample.p1.begin(), sample.p1.end()).size());
  for (std::size_t r = 0; r < scores.rows(); ++r) {
    double counts[2][2] = {};
    for (std::size_t i = 0; i < sample.p1.size(); ++i) {
      counts[sample.actual[i] == 1 ? 1 : 0][sample.p1[i] >= number_at(scores, 0, r) ? 1 : 0] += 1;
    }
    EXPECT_EQ(number_at(scores, 11, r), counts[0][0]);
    EXPECT_EQ(number_at(scores, 12, r), counts[1][0]);
    EXPECT_EQ(number_at(scores, 13, r), counts[0][1]);
    EXPECT_EQ(number_at(scores, 14, r), counts[1][1]);
  }
}

TEST(BinomialMetrics, GainsAndLiftFollowTheirDefinitions) {
  const Sample sample = random_sample(1000, 1e9, 17);
  const Binomial got = binomial_of(sample.p1, sample.actual, {}, 10);
  const schema::Table& gains = *got.gains_lift_table;
  ASSERT_EQ(gains.rows(), 10U);
  ASSERT_EQ(gains.columns.size(), 14U);
  std::vector<double> sorted = sample.p1;
  std::ranges::sort(sorted);
  double events = 0;
  for (const double y : sample.actual) events += y;
  for (std::size_t g = 0; g < 10; ++g) {
    const double rank = 999.0 * static_cast<double>(9 - g) / 10;
    const auto low = static_cast<std::size_t>(rank);
    const double threshold =
        sorted[low] +
        (rank - std::floor(rank)) * (sorted[std::min(low + 1, sorted.size() - 1)] - sorted[low]);
    EXPECT_NEAR(number_at(gains, 2, g), threshold, 1e-15);
    double rows = 0;
    double above = 0;
    for (std::size_t i = 0; i < sample.p1.size(); ++i) {
      if (sample.p1[i] < threshold) continue;
      rows += 1;
      above += sample.actual[i];
    }
    EXPECT_NEAR(number_at(gains, 1, g), rows / 1000, 1e-15);
    EXPECT_NEAR(number_at(gains, 4, g), above / rows / (events / 1000), 1e-12);
    EXPECT_NEAR(number_at(gains, 10, g), above / events, 1e-12);
    EXPECT_NEAR(number_at(gains, 13, g), above / events - (rows - above) / (1000 - events), 1e-12);
  }
  EXPECT_EQ(number_at(gains, 3, 0), got.lift_top_group);
  EXPECT_LE(binomial_of(sample.p1, sample.actual).gains_lift_table->rows(), 16U);
  EXPECT_FALSE(binomial_of(sample.p1, sample.actual, {}, 0).gains_lift_table.has_value());
}

TEST(BinomialMetrics, DegenerateCases) {
  const Binomial perfect = binomial_of({0.1, 0.2, 0.8, 0.9}, {0, 0, 1, 1});
  EXPECT_EQ(perfect.AUC, 1);
  EXPECT_EQ(perfect.pr_auc, 1);
  EXPECT_EQ(perfect.default_threshold, 0.8);
  EXPECT_EQ(perfect.mean_per_class_error, 0);
  EXPECT_EQ(binomial_of({0.9, 0.8, 0.2, 0.1}, {0, 0, 1, 1}).AUC, 0);
  const Binomial tied = binomial_of({0.5, 0.5, 0.5, 0.5}, {0, 1, 1, 0});
  EXPECT_EQ(tied.AUC, 0.5);
  EXPECT_EQ(tied.pr_auc, 0.5);
  EXPECT_EQ(tied.thresholds_and_metric_scores->rows(), 1U);
  const Binomial positives = binomial_of({0.5, 0.7}, {1, 1});
  EXPECT_EQ(positives.AUC, 1);
  EXPECT_EQ(positives.pr_auc, 1);
  EXPECT_EQ(positives.default_threshold, 0.5);
  EXPECT_TRUE(std::isnan(number_at(*positives.max_criteria_and_metric_scores, 2, 6)));
  const Binomial negatives = binomial_of({0.5, 0.7}, {0, 0});
  EXPECT_EQ(negatives.AUC, 0);
  EXPECT_FALSE(negatives.cm.has_value());
  EXPECT_EQ(number_at(*negatives.max_criteria_and_metric_scores, 3, 0), -1);
  const Binomial none = binomial_of({}, {});
  EXPECT_TRUE(std::isnan(none.AUC));
  EXPECT_TRUE(std::isnan(none.MSE));
  EXPECT_FALSE(none.thresholds_and_metric_scores.has_value());
  EXPECT_FALSE(none.gains_lift_table.has_value());
}

TEST(BinomialMetrics, RowsThatMissSomethingDoNotCount) {
  const double missing = std::nan("");
  const std::vector<double> p1 = {0.1, missing, 0.8, 0.3, 0.9, 0.7};
  const std::vector<double> actual = {0, 1, 1, missing, 2, 0};
  const Binomial got = binomial_of(p1, actual);
  EXPECT_EQ(got.nobs, 3);
  EXPECT_EQ(got.AUC, 1);
  EXPECT_NEAR(got.logloss, -(math::log(0.9) + math::log(0.8) + math::log(0.3)) / 3, 1e-15);
  const Binomial weighted = binomial_of(p1, actual, {1, 1, 1, 1, 1, missing});
  EXPECT_EQ(weighted.nobs, 2);
}

TEST(BinomialMetrics, ConfusionMatrixHasErrorsAndRates) {
  const Binomial got = binomial_of({0.1, 0.2, 0.3, 0.8, 0.9}, {0, 1, 0, 1, 1});
  schema::JsonWriter out;
  write_table(*got.cm->table, out);
  EXPECT_EQ(got.default_threshold, 0.2);
  EXPECT_NE(out.text().find(R"("data":[[1,0,1],[1,3,4],[0.5,0.0,0.2],["1 / 2","0 / 3","1 / 5"]])"),
            std::string::npos)
      << out.text();
  EXPECT_NE(out.text().find(R"("format":"= %5s")"), std::string::npos);
}

std::string json_on(int nodes, int threads, bool weighted) {
  mr::LocalCluster cluster(nodes, threads, testing::kMemory, tasks());
  mr::Engine& engine = cluster.node(static_cast<std::size_t>(nodes - 1)).engine();
  Sample sample = random_sample(200'000, 1e7, 19);
  for (double& weight : sample.weights) weight = weighted ? weight / 3 : 1;
  const auto columns = testing::put(engine, {sample.p1, sample.actual, sample.weights}, 11);
  BinomialInputs inputs{
      columns.layout, columns.id(0), columns.id(1), std::nullopt, {{"no", "yes"}}};
  if (weighted) inputs.weights = columns.id(2);
  return schema::to_json(compute_binomial(engine, inputs));
}

TEST(BinomialMetrics, SameBitsOnAnyThreadsAndNodes) {
  for (const bool weighted : {false, true}) {
    const std::string expected = json_on(1, 1, weighted);
    for (const int threads : {2, 3, 8}) EXPECT_EQ(json_on(1, threads, weighted), expected);
    EXPECT_EQ(json_on(3, 2, weighted), expected);
  }
}

}  // namespace
}  // namespace neve::model::metrics

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "algos/families/trees/bins.hpp"

namespace {

using namespace neve::algos::trees;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(CutBetween, SeparatesNeighboursOrSaysThatFloatsCannot) {
  EXPECT_EQ(cut_between(1, 2), 1.5F);
  EXPECT_EQ(cut_between(-kInfinity, 3), 3.0F);
  EXPECT_EQ(cut_between(3, kInfinity), std::numeric_limits<float>::infinity());
  EXPECT_FALSE(cut_between(1e9 + 1, 1e9 + 2).has_value());
  for (const double a : {0.1, 1e-40, -7.25, 16777216.0}) {
    const double b = static_cast<double>(std::nextafterf(static_cast<float>(a), 1e30F));
    const auto cut = cut_between(a, b);
    ASSERT_TRUE(cut.has_value()) << a;
    EXPECT_LT(a, static_cast<double>(*cut));
    EXPECT_LE(static_cast<double>(*cut), b);
  }
}

TEST(CutPoints, LieBetweenAllValuesWhereTheseAreFew) {
  std::vector<WeightedValue> sample = {{3, 1}, {1, 1}, {1, 5}, {2, 1}};
  EXPECT_EQ(cut_points(sample, 10, Cutting::by_rank), (std::vector<float>{1.5F, 2.5F}));
  std::vector<WeightedValue> constant = {{3, 1}, {3, 1}};
  EXPECT_TRUE(cut_points(constant, 10, Cutting::by_rank).empty());
}

/// Weight of each bin under the cuts.
std::vector<double> fill(const std::vector<WeightedValue>& sample, const std::vector<float>& cuts) {
  ColumnBins bins;
  bins.cuts = cuts;
  bins.count = static_cast<std::int32_t>(cuts.size()) + 1;
  std::vector<double> weights(cuts.size() + 1);
  for (const auto& each : sample) {
    weights[static_cast<std::size_t>(bins.bin_of(each.value))] += each.weight;
  }
  return weights;
}

TEST(CutPoints, ByRankFillsBinsAlikeAndSetsHeavyValuesApart) {
  std::vector<WeightedValue> sample;
  for (int i = 0; i < 1000; ++i) sample.push_back({std::sqrt(i), 1});
  sample.push_back({10.01, 2000});
  const auto cuts = cut_points(sample, 11, Cutting::by_rank);
  ASSERT_EQ(cuts.size(), 10U);
  for (const double weight : fill(sample, cuts)) {
    EXPECT_TRUE((weight >= 2000 && weight < 2160) || (weight > 50 && weight < 160)) << weight;
  }
}

TEST(CutPoints, ByValueMakesEqualWidthsUnlessOneBinHoldsMostOfTheWeight) {
  std::vector<WeightedValue> even;
  for (int i = 0; i <= 1000; ++i) even.push_back({i / 1000.0, 1});
  const auto cuts = cut_points(even, 4, Cutting::by_value);
  ASSERT_EQ(cuts.size(), 3U);
  EXPECT_NEAR(cuts[1], 0.5, 0.001);
  std::vector<WeightedValue> skewed;
  for (int i = 0; i < 1000; ++i) skewed.push_back({i < 900 ? i / 1e6 : i * 1.0, 1});
  for (const double weight : fill(skewed, cut_points(skewed, 10, Cutting::by_value))) {
    EXPECT_LE(weight, 101);
  }
}

TEST(ColumnBins, CountsCutsAtOrBelowTheValue) {
  ColumnBins bins;
  bins.cuts = {-1.5F, 0, 2};
  bins.count = 4;
  EXPECT_EQ(bins.bin_of(-2), 0);
  EXPECT_EQ(bins.bin_of(-1.5), 1);
  EXPECT_EQ(bins.bin_of(-0.0), 2);
  EXPECT_EQ(bins.bin_of(1.9999999999), 2);
  EXPECT_EQ(bins.bin_of(2), 3);
  EXPECT_EQ(bins.bin_of(kInfinity), 3);
  EXPECT_EQ(bins.bin_of(-kInfinity), 0);
  EXPECT_EQ(bins.bin_of(std::nan("")), bins.missing_bin());
}

TEST(ColumnBins, LevelsBeyondTheBinsShareThemByRanges) {
  ColumnBins bins;
  bins.categorical = true;
  bins.levels = 10;
  bins.count = 4;
  std::int32_t before = 0;
  for (std::int32_t code = 0; code < 10; ++code) {
    EXPECT_GE(bins.bin_of_code(code), before);
    before = bins.bin_of_code(code);
  }
  EXPECT_EQ(before, 3);
  EXPECT_EQ(bins.bin_of_code(-1), bins.missing_bin());
  EXPECT_EQ(bins.bin_of_code(10), bins.missing_bin());
}

}  // namespace

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

#include <neve/base/rng.hpp>

#include "algos/families/trees/split.hpp"

namespace {

using namespace neve;
using namespace neve::algos::trees;

/// A node of rows with one binned column.
struct Example {
  BinSpec spec;
  std::vector<int> bin;
  std::vector<double> residual;
};

FixedPoint wide_form() {
  FixedPoint form;
  form.form = FixedPoint::Form::wide;
  form.target.whole = 0x1p20;
  form.square = {0x1p20, 0x1p20};
  return form;
}

void add_row(const FixedPoint& form, TwoPartSum target, std::int64_t* cell) {
  if (form.form == FixedPoint::Form::packed) {
    *cell += (target.whole << form.weight_bits) + 1;
    return;
  }
  *cell++ += target.whole;
  if (form.form == FixedPoint::Form::fine) *cell++ += target.rest;
  *cell += 1;
}

/// The example's rows as a node.
struct Root {
  Root(const Example& example, const FixedPoint& form)
      : layout(example.spec), cells(static_cast<std::size_t>(layout.cells * form.words())) {
    for (std::size_t i = 0; i < example.bin.size(); ++i) {
      const TwoPartSum target = form.target.round(example.residual[i]);
      add_row(form, target, cells.data() + example.bin[i] * form.words());
      view.total += {target, 1};
      view.squares += example.residual[i] * example.residual[i];
    }
    view.cells = cells.data();
  }
  BinLayout layout;
  std::vector<std::int64_t> cells;
  NodeView view;
};

FoundSplit search(const Example& example, const FixedPoint& form, const SplitRules& rules) {
  const Root root(example, form);
  std::int32_t column = 0;
  ColumnOrder order({&column, 1});
  return SplitSearch(example.spec, root.layout, form, rules).search(root.view, order);
}

double gain_of(const Example& example, std::uint64_t right_bins) {
  double t[2] = {0, 0};
  double w[2] = {0, 0};
  for (std::size_t i = 0; i < example.bin.size(); ++i) {
    const auto side = (right_bins >> static_cast<unsigned>(example.bin[i])) & 1U;
    t[side] += example.residual[i];
    w[side] += 1;
  }
  if (w[0] == 0 || w[1] == 0) return 0;
  const double all = t[0] + t[1];
  return t[0] * t[0] / w[0] + t[1] * t[1] / w[1] - all * all / (w[0] + w[1]);
}

Example example_of(bool categorical, std::int32_t bins, int rows, std::uint64_t seed) {
  Example made;
  ColumnBins column;
  column.categorical = categorical;
  column.levels = categorical ? bins : 0;
  column.count = bins;
  made.spec.columns = {column};
  const CounterRng random(seed);
  for (int i = 0; i < rows; ++i) {
    const std::uint64_t n = 2 * static_cast<std::uint64_t>(i);
    made.bin.push_back(static_cast<int>(random.below(n, static_cast<std::uint64_t>(bins) + 1)));
    // Effects large enough to outweigh what the search among levels costs.
    made.residual.push_back(5 * std::sin(made.bin.back() * 2.0) + random.uniform(n + 1));
  }
  return made;
}

TEST(SplitSearch, FindsTheBestThresholdAndSideOfMissingValues) {
  constexpr std::int32_t kBins = 9;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Example example = example_of(false, kBins, 200, seed);
    double best = 0;
    for (std::int32_t t = 1; t <= kBins; ++t) {
      std::uint64_t right = 0;
      for (std::int32_t b = t; b < kBins; ++b)
        right |= std::uint64_t{1} << static_cast<unsigned>(b);
      best = std::max(best, gain_of(example, right));
      best = std::max(best, gain_of(example, right | (std::uint64_t{1} << kBins)));
    }
    const FoundSplit found = search(example, wide_form(), {.min_rows = 1});
    ASSERT_TRUE(found.found);
    EXPECT_NEAR(found.gain, best, 1e-3);
    std::uint64_t right = 0;
    for (std::int32_t b = 0; b <= kBins; ++b) {
      if (found.test.goes_right(b, kBins)) right |= std::uint64_t{1} << static_cast<unsigned>(b);
    }
    EXPECT_NEAR(gain_of(example, right), best, 1e-3);
  }
}

TEST(SplitSearch, FindsTheBestOfAllSubsetsOfLevels) {
  constexpr std::int32_t kLevels = 7;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Example example = example_of(true, kLevels, 300, seed);
    double best = 0;
    for (std::uint64_t right = 1; right < (1U << (kLevels + 1)); ++right) {
      best = std::max(best, gain_of(example, right));
    }
    const FoundSplit found = search(example, wide_form(), {.min_rows = 1});
    ASSERT_TRUE(found.found);
    EXPECT_NEAR(found.gain, best, 1e-3);
    EXPECT_NEAR(gain_of(example, found.test.right_bins[0]), best, 1e-3);
  }
}

TEST(SplitSearch, PackedAndWideSumsFindTheSame) {
  FixedPoint packed = wide_form();
  packed.form = FixedPoint::Form::packed;
  packed.weight_bits = 10;
  for (const bool categorical : {false, true}) {
    const Example example = example_of(categorical, 12, 500, 3);
    const FoundSplit a = search(example, packed, {});
    const FoundSplit b = search(example, wide_form(), {});
    EXPECT_EQ(a.gain, b.gain);
    EXPECT_EQ(a.test.threshold, b.test.threshold);
    EXPECT_EQ(a.test.right_bins, b.test.right_bins);
  }
}

/// Tl²/Wl + Tr²/Wr - T²/W of the node's best threshold, and that threshold, in long double.
std::pair<int, long double> best_threshold(const Example& example, int bins) {
  std::pair<int, long double> best{0, 0};
  for (int threshold = 1; threshold < bins; ++threshold) {
    long double t[2] = {0, 0};
    long double w[2] = {0, 0};
    for (std::size_t i = 0; i < example.bin.size(); ++i) {
      const int side = example.bin[i] >= threshold ? 1 : 0;
      t[side] += static_cast<long double>(example.residual[i]);
      w[side] += 1;
    }
    const long double all = t[0] + t[1];
    const long double gain = t[0] * t[0] / w[0] + t[1] * t[1] / w[1] - all * all / (w[0] + w[1]);
    if (w[0] > 0 && w[1] > 0 && gain > best.second) best = {threshold, gain};
  }
  return best;
}

/// What the form of a tree is chosen by, of rows that weigh 1.
FixedPoint form_for(const std::vector<double>& residuals) {
  LoadTask::Partial loaded;
  loaded.rows = static_cast<std::int64_t>(residuals.size());
  loaded.whole_weights = loaded.rows;
  loaded.largest_weight = 1;
  TargetRange range;
  for (const double residual : residuals) {
    range.largest_residual = std::max(range.largest_residual, std::abs(residual));
    range.exponents += std::ilogb(residual);
    ++range.exponent_count;
  }
  range.largest_target = range.largest_residual;
  return choose_fixed_point(loaded, range);
}

TEST(SplitSearch, HeavyTailsLeaveTheOtherRowsTheirSplits) {
  constexpr int kBins = 20;
  const std::pair<double, FixedPoint::Form> outliers[] = {{1, FixedPoint::Form::packed},
                                                          {1e6, FixedPoint::Form::wide},
                                                          {1e12, FixedPoint::Form::fine},
                                                          {1e15, FixedPoint::Form::fine}};
  for (const auto& [outlier, form_of_it] : outliers) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      Example all = example_of(false, kBins, 3000, seed);
      // Smooth in the bins, so that the best threshold is one of many that are nearly as good.
      for (std::size_t i = 0; i < all.bin.size(); ++i)
        all.residual[i] += 0.05 * all.bin[i] - 5 * std::sin(all.bin[i] * 2.0) - 1;
      std::vector<double> residuals = all.residual;
      residuals.push_back(outlier);
      const FixedPoint form = form_for(residuals);
      EXPECT_EQ(form.form, form_of_it) << outlier;
      // The node of all rows but the outlier, in the units that the outlier dictates.
      const FoundSplit found = search(all, form, {.min_rows = 1, .min_split_improvement = 0});
      const auto [threshold, gain] = best_threshold(all, kBins + 1);
      ASSERT_TRUE(found.found);
      if (!found.test.missing_right) continue;  // the reference takes the last bin for the largest
      EXPECT_EQ(found.test.threshold, threshold) << outlier << ", seed " << seed;
      EXPECT_NEAR(found.gain, static_cast<double>(gain), 1e-3 * static_cast<double>(gain));
    }
  }
}

TEST(TwoPartSums, AreExactFromTheLargestToTheSmallest) {
  LoadTask::Partial loaded;
  loaded.rows = 1'000'000;
  loaded.whole_weights = loaded.rows;
  const TwoPartScale scale = two_part_scale(loaded, 1e12);
  TwoPartSum sum = scale.round(1e12);
  for (int i = 0; i < 999'999; ++i) sum += scale.round(0.1);
  EXPECT_NEAR(scale.to_double(sum - scale.round(1e12)), 99'999.9, 1e-6);
  EXPECT_EQ(std::int64_t{3} * scale.round(0.7),
            scale.round(0.7) - (std::int64_t{-2} * scale.round(0.7)));
}

TEST(ColumnOrder, DrawsUntilEnoughColumnsVary) {
  const std::vector<std::int32_t> all = {3, 5, 6, 8, 9, 11};
  std::vector<std::int32_t> columns = all;
  {
    ColumnOrder order(columns, 2, CounterRng(4));
    std::vector<std::int32_t> given = {order.next(false)};
    given.push_back(order.next(true));   // one varied
    given.push_back(order.next(false));  // one did not
    EXPECT_EQ(order.next(true), -1);     // that is enough
    order.restart();
    EXPECT_EQ(order.next(false), given[0]);
    EXPECT_EQ(order.next(false), given[1]);
    for (int i = 0; i < 4; ++i) EXPECT_NE(order.next(false), -1);
    EXPECT_EQ(order.next(true), -1) << "all were given";
  }
  EXPECT_EQ(columns, all);
}

TEST(SplitSearch, ChildrenHaveTheLeastRows) {
  Example example;
  example.spec.columns = {ColumnBins{.count = 3, .cuts = {}}};
  example.bin = {0, 1, 1, 1, 1, 2, 2, 2, 2, 2};
  example.residual = {100, 1, 1, 1, 1, 2, 2, 2, 2, 2};
  const FoundSplit found = search(example, wide_form(), {.min_rows = 5});
  ASSERT_TRUE(found.found);
  EXPECT_EQ(found.test.threshold, 2);
  EXPECT_FALSE(search(example, wide_form(), {.min_rows = 6}).found);
  EXPECT_FALSE(search(example, wide_form(), {.min_rows = 5, .min_split_improvement = 0.9}).found);
}

TEST(SplitSearch, WhatTheNodeDoesNotHoldGoesTheHeavierWay) {
  Example example;
  example.spec.columns = {ColumnBins{.categorical = true, .levels = 4, .count = 4, .cuts = {}}};
  example.bin = {0, 0, 0, 1};
  example.residual = {1, 1, 1, -1};
  const FoundSplit found = search(example, wide_form(), {.min_rows = 1});
  ASSERT_TRUE(found.found);
  for (const std::int32_t absent : {2, 3, 4}) EXPECT_TRUE(found.test.goes_right(absent, 4));
  EXPECT_FALSE(found.test.goes_right(1, 4));
}

TEST(SplitSearch, ManyLevelsWithoutEffectAreLeftAlone) {
  Example noise;
  noise.spec.columns = {ColumnBins{.categorical = true, .levels = 100, .count = 100, .cuts = {}}};
  const CounterRng random(11);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    noise.bin.push_back(static_cast<int>(i % 100));
    noise.residual.push_back(random.uniform(i) - 0.5);
  }
  EXPECT_FALSE(search(noise, wide_form(), {.min_rows = 10}).found);
  EXPECT_FALSE(search(noise, wide_form(), {.min_rows = 10, .noise_price = 0.8}).found);
  EXPECT_TRUE(search(noise, wide_form(), {.min_rows = 10, .noise_price = 0.1}).found);
}

/// Of levels that have 1,000 rows each, beside the rows that one has in a leaf.
TEST(SplitSearch, NoiseCostsLessWhereALeafHasManyRowsOfALevel) {
  const auto price = [](std::int32_t levels, double leaves) {
    Example example;
    example.spec.columns = {
        ColumnBins{.categorical = true, .levels = levels, .count = levels, .cuts = {}}};
    for (std::int32_t i = 0; i < 1000 * levels; ++i) example.bin.push_back(i % levels);
    example.residual.resize(example.bin.size());
    const FixedPoint form = wide_form();
    const Root root(example, form);
    const SplitRules rules;
    return SplitSearch(example.spec, root.layout, form, rules).noise_price(root.view, leaves);
  };
  EXPECT_NEAR(price(12, 4), 0.6, 1e-12);
  EXPECT_NEAR(price(300, 4), 0.6, 1e-12);
  EXPECT_EQ(price(12, 8), 1);
  EXPECT_EQ(price(12, 0x1p62), 1);
}

/// A node of levels that have as many rows as `rows` says; a level's effect and noise are below 6.
Example example_of_levels(const std::vector<int>& rows, std::uint64_t seed) {
  Example made;
  const auto levels = static_cast<std::int32_t>(rows.size());
  made.spec.columns = {
      ColumnBins{.categorical = true, .levels = levels, .count = levels, .cuts = {}}};
  const CounterRng random(seed);
  for (std::int32_t level = 0; level < levels; ++level) {
    for (int row = 0; row < rows[static_cast<std::size_t>(level)]; ++row) {
      made.bin.push_back(level);
      made.residual.push_back(5 * std::sin(level * 2.0) + random.uniform(made.bin.size()));
    }
  }
  return made;
}

TEST(SplitSearch, RareLevelsOfManyAreTakenForOne) {
  constexpr std::uint64_t kCommon = 11;
  constexpr std::uint64_t kRare = 40;
  constexpr std::uint64_t kRareBins = ((std::uint64_t{1} << kRare) - 1) << kCommon;
  std::vector<int> rows(kCommon, 50);
  rows.resize(kCommon + kRare, 1);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Example example = example_of_levels(rows, seed);
    double best = 0;
    for (std::uint64_t right = 1; right < (1U << kCommon); ++right)
      best = std::max({best, gain_of(example, right), gain_of(example, right | kRareBins)});
    const FoundSplit found = search(example, wide_form(), {.min_rows = 1});
    ASSERT_TRUE(found.found);
    EXPECT_NEAR(found.gain, best, 1e-3);
    const std::uint64_t rare_right = found.test.right_bins[0] & kRareBins;
    EXPECT_TRUE(rare_right == 0 || rare_right == kRareBins);
  }
}

TEST(SplitSearch, LevelsOfFewRowsAreToldApartWhereOthersHaveNoMore) {
  const Example example = example_of_levels(std::vector<int>(20, 5), 1);
  const FoundSplit found = search(example, wide_form(), {.min_rows = 1});
  ASSERT_TRUE(found.found);
  for (std::int32_t level = 0; level < 20; ++level) {
    if (std::abs(std::sin(level * 2.0)) < 0.5) continue;
    EXPECT_EQ(found.test.goes_right(level, 20), std::sin(level * 2.0) > 0) << level;
  }
}

TEST(LevelOrder, SortsByMeansToTheirLastBitAndThenByPlace) {
  const CounterRng random(5);
  LevelOrder levels;
  std::vector<double>& means = levels.means();
  for (std::uint64_t i = 0; i < 300; ++i) {
    // Few bases, of which some differ in their last bits only.
    const double base = static_cast<double>(random.below(2 * i, 7)) - 3;
    const double step = std::abs(base) * 0x1p-52;
    means.push_back(base + step * static_cast<double>(random.below(2 * i + 1, 4)));
  }
  means[17] = -0.0;
  std::vector<std::size_t> expected(means.size());
  std::iota(expected.begin(), expected.end(), std::size_t{0});
  std::ranges::stable_sort(expected, {}, [&](std::size_t place) { return means[place]; });
  levels.sort();
  ASSERT_EQ(levels.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(levels[i], expected[i]) << i;
}

}  // namespace

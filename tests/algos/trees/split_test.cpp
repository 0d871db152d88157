#include <gtest/gtest.h>

#include <bit>
#include <cmath>

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
  form.packed = false;
  form.target_scale = 0x1p20;
  form.square_scale = 0x1p20;
  return form;
}

FoundSplit search(const Example& example, const FixedPoint& form, const SplitRules& rules) {
  const BinLayout layout(example.spec);
  std::vector<std::int64_t> cells(static_cast<std::size_t>(layout.cells * form.words()));
  NodeView node;
  for (std::size_t i = 0; i < example.bin.size(); ++i) {
    const auto target =
        static_cast<std::int64_t>(std::llround(example.residual[i] * form.target_scale));
    const auto at = static_cast<std::size_t>(example.bin[i]);
    if (form.packed) {
      cells[at] += (target << form.weight_bits) + 1;
    } else {
      cells[2 * at] += target;
      cells[2 * at + 1] += 1;
    }
    node.total += {target, 1};
    node.squares += std::llround(example.residual[i] * example.residual[i] * form.square_scale);
  }
  node.cells = cells.data();
  const std::int32_t column = 0;
  return SplitSearch(example.spec, layout, form, rules).search(node, {&column, 1});
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
    const auto n = static_cast<std::uint64_t>(2 * i);
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
  packed.packed = true;
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
}

}  // namespace

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <neve/base/isa.hpp>
#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "algos/families/trees/compact_numbers.hpp"
#include "algos/families/trees/residual_sums.hpp"
#include "algos/families/trees/row_kernels.hpp"
#include "algos/families/trees/row_store.hpp"

namespace {

using namespace neve;
using namespace neve::algos::trees;

TEST(CompactNumbers, TakeTheNarrowestFormThatLosesNothing) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::pair<std::vector<double>, std::size_t> cases[] = {
      {{0, 1, 255}, 1}, {{0, 256}, 4},    {{-1, 0.5, inf}, 4},
      {{0.1}, 8},       {{1e300, -1}, 8}, {{std::nan(""), 1}, 8}};
  for (const auto& [values, bytes] : cases) {
    const CompactNumbers compact(values);
    EXPECT_EQ(compact.byte_size(), bytes * values.size());
    std::vector<double> read(values.size() - 1);
    compact.read(1, read);
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_TRUE(compact[i] == values[i] || std::isnan(values[i]));
      EXPECT_TRUE(i == 0 || std::isnan(values[i]) || read[i - 1] == values[i]);
    }
  }
  EXPECT_TRUE(CompactNumbers().empty());
}

/// Rows split by a kernel, and how many went left.
template <class Bin>
std::pair<std::vector<std::uint16_t>, std::size_t> split(std::size_t (*kernel)(const RowSplit&),
                                                         const std::vector<Bin>& bins,
                                                         std::size_t count) {
  std::vector<std::uint8_t> right(300);
  for (std::size_t b = 0; b < right.size(); ++b) right[b] = b % 3 == 1 ? 1 : 0;
  std::vector<std::uint16_t> rows(count);
  std::iota(rows.begin(), rows.end(), std::uint16_t{5});
  std::vector<std::uint16_t> spare(count + kSpareSlack);
  const std::size_t left = kernel({.bins = bins.data() + 1,
                                   .stride = 3,
                                   .right = right.data(),
                                   .rows = rows.data(),
                                   .count = count,
                                   .spare = spare.data()});
  return {rows, left};
}

template <class Bin>
void expect_stable_split(std::size_t (*kernel)(const RowSplit&)) {
  const CounterRng random(3);
  for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 64U, 1000U}) {
    std::vector<Bin> bins((count + 6) * 3);
    for (std::size_t i = 0; i < bins.size(); ++i)
      bins[i] = static_cast<Bin>(random.below(i, sizeof(Bin) == 1 ? 256 : 300));
    std::vector<std::uint16_t> rows(count);
    std::iota(rows.begin(), rows.end(), std::uint16_t{5});
    const auto middle = std::stable_partition(rows.begin(), rows.end(), [&](std::uint16_t row) {
      return bins[row * std::size_t{3} + 1] % 3 != 1;
    });
    const auto [moved, left] = split(kernel, bins, count);
    EXPECT_EQ(moved, rows) << count;
    EXPECT_EQ(left, static_cast<std::size_t>(middle - rows.begin()));
  }
}

TEST(RowKernels, MoveRowsAlikeAtEachLevel) {
  for (const Isa level : {Isa::v3, Isa::v4}) {
    if (level > highest_isa()) GTEST_SKIP() << "this CPU has no more than v3";
    const RowKernels& kernels = level == Isa::v4 ? v4::kRowKernels : v3::kRowKernels;
    expect_stable_split<std::uint8_t>(kernels.split_by_bytes);
    expect_stable_split<std::uint16_t>(kernels.split_by_words);
  }
}

/// Columns x, y and w of a row group.
RowStore loaded(const std::vector<double>& x, const std::vector<double>& y,
                const std::vector<double>& w, bool weighted) {
  const std::vector<frame::Chunk> chunks = {frame::encode_doubles(x), frame::encode_doubles(y),
                                            frame::encode_doubles(w)};
  const mr::RowGroup group{GroupIndex(1), 100, static_cast<std::int64_t>(x.size()), chunks};
  LoadTask::State state;
  state.spec.columns = {{.count = 4, .cuts = {0.5F, 1.5F, 2.5F}}};
  state.columns.predictors = {0};
  state.columns.response = 1;
  state.columns.weights = weighted ? 2 : -1;
  RowStore store;
  LoadTask::rebuild(group, state, store);
  return store;
}

TEST(RowStores, LeaveOutRowsThatAColumnGivesNoWeight) {
  const std::vector<double> x = {0, 1, 2, 3, 0, 1};
  const std::vector<double> y = {5, 6, 7, std::nan(""), 8, 9};
  const RowStore store = loaded(x, y, {0, 1, 0, 1, 1, 0}, true);
  ASSERT_EQ(store.rows, 2U);
  EXPECT_EQ(store.number_of(0), 101);
  EXPECT_EQ(store.number_of(1), 104);
  EXPECT_EQ(store.response[0], 6);
  EXPECT_EQ(store.response[1], 8);
  EXPECT_TRUE(store.weight.empty()) << "all that is left weighs 1";
  EXPECT_EQ(store.tiles[0][0], 1);
  EXPECT_EQ(store.tiles[0][1], 0);
  EXPECT_EQ(loaded(x, y, {0, 2, 0, 1, 1, 0}, true).weight[0], 2);
  EXPECT_EQ(loaded(x, y, {0, 0, 0, 1, 0, 0}, true).rows, 0U);
}

TEST(RowStores, KeepAllRowsWithoutAWeightsColumn) {
  const RowStore store = loaded({0, 1, 2}, {5, std::nan(""), 7}, {0, 0, 0}, false);
  EXPECT_EQ(store.rows, 3U);
  EXPECT_EQ(store.number_of(2), 102);
  EXPECT_EQ(store.weight_of(0), 1);
  EXPECT_EQ(store.weight_of(1), 0);
}

TEST(RowKernels, DrawRowsAsTheCounterSays) {
  const CounterRng random(7);
  std::vector<std::uint64_t> rows(77);
  std::iota(rows.begin(), rows.end(), std::uint64_t{1} << 40U);
  for (const RowKernels* kernels : {&v3::kRowKernels, &v4::kRowKernels}) {
    if (kernels == &v4::kRowKernels && highest_isa() < Isa::v4) GTEST_SKIP() << "this CPU has v3";
    std::vector<std::int64_t> drawn(rows.size() + 1, 5);
    kernels->draw(random, 0.3, rows.data(), rows.size(), drawn.data());
    for (std::size_t i = 0; i < rows.size(); ++i)
      EXPECT_EQ(drawn[i], random.uniform(rows[i]) < 0.3 ? -1 : 0);
    EXPECT_EQ(drawn.back(), 5);
  }
}

/// Sums of the rows 3, 5, 7, … by plain loops.
struct ExpectedSums {
  SquareSum squares;
  LeafSums counted;
  LeafSums with_variances;
};

ExpectedSums sums_of(const PlainRows& rows, const TwoPartScale& scale) {
  ExpectedSums made;
  for (std::size_t i = 0; i < rows.count; ++i) {
    const std::uint16_t row = rows.rows[i];
    if (rows.seen != nullptr && rows.seen[row] == 0) continue;
    const auto r = static_cast<double>(rows.residual[row]);
    made.squares.sum += scale.round(r * r);
    ++made.squares.rows;
    made.counted.numerator += scale.round(r);
    made.counted.denominator += scale.round(1);
    made.with_variances.denominator += scale.round(std::abs(r) * (1 - std::abs(r)));
  }
  made.with_variances.numerator = made.counted.numerator;
  return made;
}

TEST(ResidualSums, AreThoseOfTheRowsThatTheTreeHasSeen) {
  const CounterRng random(11);
  std::vector<float> residual(2100);
  std::vector<std::int64_t> seen(residual.size());
  for (std::size_t i = 0; i < residual.size(); ++i) {
    residual[i] = static_cast<float>(2 * random.uniform(i) - 1);
    seen[i] = random.uniform(i + residual.size()) < 0.4 ? 0 : -3;
  }
  const TwoPartScale scale{0x1p20, 0x1p20};
  for (const ResidualSumKernels* kernels : {&v3::kResidualSumKernels, &v4::kResidualSumKernels}) {
    if (kernels == &v4::kResidualSumKernels && highest_isa() < Isa::v4)
      GTEST_SKIP() << "this CPU has v3";
    for (const std::size_t count : {0U, 1U, 127U, 128U, 129U, 1000U}) {
      std::vector<std::uint16_t> numbers(count);
      for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<std::uint16_t>(3 + 2 * i);
      for (const bool sampled : {false, true}) {
        const PlainRows rows{numbers.data(), count, residual.data(),
                             sampled ? seen.data() : nullptr};
        const ExpectedSums expected = sums_of(rows, scale);
        const SquareSum squares = kernels->squares(rows, scale);
        EXPECT_EQ(squares.sum, expected.squares.sum) << count;
        EXPECT_EQ(squares.rows, expected.squares.rows) << count;
        const LeafSums counted = kernels->counted(rows, scale, scale);
        EXPECT_EQ(counted.numerator, expected.counted.numerator) << count;
        EXPECT_EQ(counted.denominator, expected.counted.denominator) << count;
        const LeafSums varied = kernels->with_variances(rows, scale, scale);
        EXPECT_EQ(varied.numerator, expected.with_variances.numerator) << count;
        EXPECT_EQ(varied.denominator, expected.with_variances.denominator) << count;
      }
    }
  }
}

}  // namespace

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <neve/base/isa.hpp>
#include <neve/base/rng.hpp>

#include "algos/families/trees/compact_numbers.hpp"
#include "algos/families/trees/row_kernels.hpp"

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

}  // namespace

#include <benchmark/benchmark.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <neve/base/isa.hpp>
#include <neve/base/rng.hpp>

#include "algos/families/trees/row_kernels.hpp"
#include "base/lane_kernels.hpp"
#include "frame/press_kernels.hpp"

// Each dispatched kernel at both levels, argument 3 or 4. The machine's noise falls on both alike
// with
// --benchmark_enable_random_interleaving=true --benchmark_repetitions=10; compare the minima.
namespace neve {
namespace {

/// False where the CPU lacks the level; the benchmark is skipped then.
bool has_level(benchmark::State& state) {
  if (state.range(0) == 3 || highest_isa() == Isa::v4) return true;
  state.SkipWithError("this CPU has no x86-64-v4");
  return false;
}

void lanes(benchmark::State& state, void (*of_v3)(double*, std::size_t),
           void (*of_v4)(double*, std::size_t)) {
  if (!has_level(state)) return;
  constexpr std::size_t kCount = 1024;
  const auto kernel = state.range(0) == 4 ? of_v4 : of_v3;
  const CounterRng random(1);
  std::vector<double> values(kCount);
  for (std::size_t i = 0; i < kCount; ++i) values[i] = 10 * random.uniform(i) + 1e-9;
  std::vector<double> block(kCount);
  for (auto _ : state) {
    std::ranges::copy(values, block.begin());
    kernel(block.data(), kCount);
    benchmark::DoNotOptimize(block.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kCount));
}

void exp(benchmark::State& state) {
  lanes(state, math::v3::kLaneKernels.exp, math::v4::kLaneKernels.exp);
}
void log(benchmark::State& state) {
  lanes(state, math::v3::kLaneKernels.log, math::v4::kLaneKernels.log);
}

/// Keeps about half of 65,536 rows, in blocks as they come out of a chunk.
void press(benchmark::State& state) {
  if (!has_level(state)) return;
  constexpr std::size_t kRows = 65'536;
  constexpr std::size_t kBlock = 256;
  const auto& kernels = state.range(0) == 4 ? frame::v4::kPressKernels : frame::v3::kPressKernels;
  const CounterRng random(3);
  std::vector<std::int32_t> values(kRows);
  std::vector<std::uint8_t> marks(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    values[i] = static_cast<std::int32_t>(random.below(i, 300));
    marks[i] = random.uniform(kRows + i) < 0.5 ? 1 : 0;
  }
  std::vector<std::int32_t> to(kBlock + 16);
  for (auto _ : state) {
    for (std::size_t i = 0; i < kRows; i += kBlock) {
      benchmark::DoNotOptimize(
          kernels.narrow(values.data() + i, marks.data() + i, kBlock, to.data()));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}

/// Splits a node that holds one of range(1) rows of a group of 65,536.
void split_rows(benchmark::State& state) {
  if (!has_level(state)) return;
  using namespace algos::trees;
  constexpr std::size_t kRows = 65'536;
  constexpr std::size_t kColumns = 6;
  const RowKernels& kernels = state.range(0) == 4 ? v4::kRowKernels : v3::kRowKernels;
  const CounterRng random(2);
  std::vector<std::uint8_t> bins(kRows * kColumns);
  for (std::size_t i = 0; i < bins.size(); ++i)
    bins[i] = static_cast<std::uint8_t>(random.below(i, 200));
  std::vector<std::uint8_t> right(256);
  std::fill(right.begin() + 90, right.end(), std::uint8_t{1});
  std::vector<std::uint16_t> node;
  for (std::size_t row = 0; row < kRows; row += static_cast<std::size_t>(state.range(1)))
    node.push_back(static_cast<std::uint16_t>(row));
  std::vector<std::uint16_t> rows(node.size());
  std::vector<std::uint16_t> spare(node.size() + kSpareSlack);
  for (auto _ : state) {
    std::ranges::copy(node, rows.begin());
    benchmark::DoNotOptimize(kernels.split_by_bytes({.bins = bins.data(),
                                                     .stride = kColumns,
                                                     .right = right.data(),
                                                     .rows = rows.data(),
                                                     .count = rows.size(),
                                                     .spare = spare.data()}));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(node.size()));
}

BENCHMARK(exp)->Arg(3)->Arg(4);
BENCHMARK(log)->Arg(3)->Arg(4);
BENCHMARK(press)->Arg(3)->Arg(4);
BENCHMARK(split_rows)->ArgsProduct({{3, 4}, {1, 16}});

}  // namespace
}  // namespace neve

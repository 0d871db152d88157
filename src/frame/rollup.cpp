#include <neve/frame/rollup.hpp>

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>
#include <neve/base/isa.hpp>

#include "frame/rollup_kernels.hpp"
#include "frame/value_checksum.hpp"

namespace neve::frame {
namespace {

constexpr std::size_t kBlock = 1024;
constexpr std::size_t kLanes = 8;

// Adds so that sum + rest stays nearly exact (Knuth's two-sum).
void add_exactly(double& sum, double& rest, double value) {
  const double total = sum + value;
  const double back = total - sum;
  rest += (sum - (total - back)) + (value - back);
  sum = total;
}

const RollupKernels& kernels() {
  return kernels_at_process_isa(v3::kRollupKernels, v4::kRollupKernels);
}

// Sums and squares of finite values, as one summary of their own.
ChunkSummary moments_of(std::span<const double> values) {
  ChunkSummary block;
  block.finite = static_cast<std::int64_t>(values.size());
  block.sum = kernels().sum(values.data(), values.size());
  const double mean = block.sum / static_cast<double>(values.size());
  block.squares = kernels().squares_around(values.data(), values.size(), mean);
  return block;
}

// Counts the infinities in a block and moves the finite values to its front; returns them.
std::span<const double> sift(std::span<double> block, ChunkSummary& summary) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::size_t finite = 0;
  std::int64_t positive = 0;
  std::int64_t negative = 0;
  for (double value : block) {
    positive += value == kInfinity;
    negative += value == -kInfinity;
    block[finite] = value;
    finite += std::abs(value) < kInfinity;
  }
  summary.positive_infinities += positive;
  summary.negative_infinities += negative;
  return block.first(finite);
}

// The best value that is worse than `found`: the smallest above it, or with Largest the largest
// below.
template <bool Largest>
double next_extreme(std::span<const double> values, double found) {
  const auto is_better = [](double a, double b) { return Largest ? a > b : a < b; };
  double lanes[kLanes];
  std::fill(lanes, lanes + kLanes, Extremes<Largest>::kNone);
  const auto look = [&](double& lane, double value) {
    const double candidate = is_better(found, value) ? value : Extremes<Largest>::kNone;
    lane = is_better(candidate, lane) ? candidate : lane;
  };
  const std::size_t whole = values.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) look(lanes[lane], values[i + lane]);
  }
  for (std::size_t i = whole; i < values.size(); ++i) look(lanes[i - whole], values[i]);
  return *std::min_element(lanes, lanes + kLanes, is_better);
}

// Adds the best value, the next one, and so on while they are wanted: at most five passes without
// branches, where asking for each value would cost more on columns of few levels.
template <bool Largest>
void add_extremes(std::span<const double> values, double best, Extremes<Largest>& extremes) {
  while (extremes.wants(best)) {
    extremes.add(best);
    best = next_extreme<Largest>(values, best);
  }
}

void add_numbers(const Chunk& chunk, std::int64_t first_row, ChunkSummary& summary) {
  std::array<double, kBlock> room;
  for (std::int64_t row = 0; row < chunk.rows(); row += static_cast<std::int64_t>(kBlock)) {
    const auto count = std::min(kBlock, static_cast<std::size_t>(chunk.rows() - row));
    const auto block = std::span(room).first(count);
    chunk.decode(row, block);
    summary.checksum += checksum_of_numbers(chunk, first_row, row, block);
    const Survey seen = survey(block);
    summary.zeros += seen.zeros;
    const bool all_finite = seen.finite == static_cast<std::int64_t>(count);
    const std::span<const double> values = all_finite ? block : sift(block, summary);
    if (values.empty()) continue;
    add_extremes(values, seen.least, summary.smallest);
    add_extremes(values, seen.most, summary.largest);
    summary.merge(moments_of(values));
  }
}

std::array<double, 5> padded(const std::array<double, 5>& values) {
  std::array<double, 5> result = values;
  for (double& value : result) {
    if (std::isinf(value)) value = kMissingDouble;
  }
  return result;
}

}  // namespace

template <bool Largest>
void Extremes<Largest>::add(double value) {
  if (!wants(value)) return;
  const auto is_better = [](double a, double b) { return Largest ? a > b : a < b; };
  const auto place = std::lower_bound(values_.begin(), values_.end(), value, is_better);
  if (*place == value) return;
  std::move_backward(place, values_.end() - 1, values_.end());
  *place = value;
}

template class Extremes<false>;
template class Extremes<true>;

void ChunkSummary::merge(const ChunkSummary& right) {
  rows += right.rows;
  missing += right.missing;
  zeros += right.zeros;
  positive_infinities += right.positive_infinities;
  negative_infinities += right.negative_infinities;
  holds_integers = holds_integers && right.holds_integers;
  smallest.merge(right.smallest);
  largest.merge(right.largest);
  checksum += right.checksum;
  if (right.finite == 0) return;
  if (finite != 0) {
    const auto n = static_cast<double>(finite);
    const auto m = static_cast<double>(right.finite);
    const double distance = (right.sum + right.sum_rest) / m - (sum + sum_rest) / n;
    squares += distance * distance * (n * m / (n + m));
  }
  squares += right.squares;
  finite += right.finite;
  add_exactly(sum, sum_rest, right.sum);
  sum_rest += right.sum_rest;
}

Survey survey(std::span<const double> values) {
  return kernels().survey(values.data(), values.size());
}

ChunkSummary summarize(const Chunk& chunk, std::int64_t first_row) {
  ChunkSummary summary;
  summary.rows = chunk.rows();
  summary.missing = chunk.missing();
  summary.holds_integers = chunk.holds_integers();
  if (chunk.kind() <= ChunkKind::codes) {
    add_numbers(chunk, first_row, summary);
  } else {
    summary.checksum = chunk.value_checksum(first_row);
  }
  return summary;
}

std::int64_t count_codes(const Chunk& chunk, std::span<std::int64_t> counts) {
  std::array<std::int32_t, kBlock> block;
  std::int64_t missing = 0;
  for (std::int64_t row = 0; row < chunk.rows(); row += static_cast<std::int64_t>(kBlock)) {
    const auto count = std::min(kBlock, static_cast<std::size_t>(chunk.rows() - row));
    chunk.decode_codes(row, std::span(block).first(count));
    for (std::int32_t code : std::span(block).first(count)) {
      if (code == kMissingCode) {
        ++missing;
        continue;
      }
      const auto index = static_cast<std::size_t>(code);
      NEVE_CHECK(index < counts.size(), "a code beyond the domain");
      ++counts[index];
    }
  }
  return missing;
}

Rollup finish_rollup(const ChunkSummary& summary) {
  Rollup rollup;
  rollup.rows = summary.rows;
  rollup.missing = summary.missing;
  rollup.zeros = summary.zeros;
  rollup.positive_infinities = summary.positive_infinities;
  rollup.negative_infinities = summary.negative_infinities;
  rollup.mins = padded(summary.smallest.values());
  rollup.maxs = padded(summary.largest.values());
  const auto finite = static_cast<double>(summary.finite);
  rollup.mean = (summary.sum + summary.sum_rest) / finite;  // NaN without a value
  rollup.sigma = summary.finite == 1 ? 0 : std::sqrt(summary.squares / (finite - 1));
  if (summary.finite == 0) rollup.mean = rollup.sigma = kMissingDouble;
  rollup.is_int = summary.holds_integers;
  const int infinities = (summary.positive_infinities != 0) + (summary.negative_infinities != 0);
  const int distinct = (summary.finite != 0) + (rollup.maxs[1] == rollup.maxs[1]) + infinities;
  rollup.is_constant = distinct <= 1;
  rollup.checksum = summary.checksum;
  return rollup;
}

}  // namespace neve::frame

#include "algos/families/isolation/sample.hpp"

#include <algorithm>
#include <iterator>

#include <neve/base/rng.hpp>

namespace neve::algos::isolation {
namespace {

constexpr std::uint64_t kSampleStream = 0x15F0'0000'0000'0000;

/// `size` numbers below `rows`, ascending. All draws so far are kept, as many again are drawn as
/// repeat one that was there: every row has the same part in that.
RowNumbers distinct_draws(const CounterRng& random, std::int64_t rows, std::int64_t size) {
  RowNumbers drawn;
  std::uint64_t draw = 0;
  while (std::ssize(drawn) < size) {
    for (std::int64_t missing = size - std::ssize(drawn); missing > 0; --missing) {
      drawn.push_back(
          static_cast<std::int64_t>(random.below(draw++, static_cast<std::uint64_t>(rows))));
    }
    std::ranges::sort(drawn);
    drawn.erase(std::ranges::unique(drawn).begin(), drawn.end());
  }
  return drawn;
}

}  // namespace

RowNumbers sampled_rows(std::uint64_t seed, std::int64_t tree, std::int64_t rows,
                        std::int64_t size) {
  const CounterRng random(seed, kSampleStream + static_cast<std::uint64_t>(tree));
  if (size <= rows / 2) return distinct_draws(random, rows, size);
  // Of more than half of the rows, those are drawn that stay out.
  const RowNumbers out = distinct_draws(random, rows, rows - size);
  RowNumbers taken;
  taken.reserve(static_cast<std::size_t>(size));
  auto next = out.begin();
  for (std::int64_t row = 0; row < rows; ++row) {
    if (next != out.end() && *next == row) {
      ++next;
    } else {
      taken.push_back(row);
    }
  }
  return taken;
}

std::vector<RowNumbers> samples_of(Pool& pool, const SamplePlan& plan, std::int64_t first,
                                   std::int64_t count) {
  std::vector<RowNumbers> made(static_cast<std::size_t>(count));
  pool.for_each(made.size(), [&](std::size_t i) {
    made[i] = sampled_rows(plan.seed, first + static_cast<std::int64_t>(i), plan.rows, plan.size);
  });
  return made;
}

std::int64_t trees_at_once(std::int64_t sample_size) {
  constexpr std::int64_t kMostTrees = 10;
  constexpr std::int64_t kMostRows = std::int64_t{1} << 20U;
  return std::clamp<std::int64_t>(kMostRows / sample_size, 1, kMostTrees);
}

RowNumbers joined(const std::vector<RowNumbers>& samples) {
  RowNumbers rows;
  for (const RowNumbers& sample : samples) rows.insert(rows.end(), sample.begin(), sample.end());
  std::ranges::sort(rows);
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
  return rows;
}

std::vector<std::uint32_t> places_of(const RowNumbers& sample, const RowNumbers& all) {
  std::vector<std::uint32_t> places;
  places.reserve(sample.size());
  auto at = all.begin();
  for (const std::int64_t row : sample) {
    at = std::lower_bound(at, all.end(), row);
    places.push_back(static_cast<std::uint32_t>(at - all.begin()));
  }
  return places;
}

}  // namespace neve::algos::isolation

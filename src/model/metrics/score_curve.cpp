#include "model/metrics/score_curve.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <utility>

namespace neve::model::metrics {
namespace {

// A sample sort: keys are spread over ranges that samples cut, each range is sorted by itself.
// Small ranges stay in the L2 cache; none of the sizes depends on the number of threads.
constexpr std::size_t kRangeItems = 1U << 14U;
constexpr std::size_t kMostRanges = 1024;
constexpr std::size_t kSampleEvery = 128;
constexpr std::size_t kSpreadBlock = 1U << 16U;

/// Ascending keys are descending scores; both zeros are one score.
std::uint64_t key_of(double score) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63U;
  const auto bits = std::bit_cast<std::uint64_t>(score + 0.0);
  return (bits & kSign) != 0 ? bits : ~bits & ~kSign;
}

double score_of(std::uint64_t key) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63U;
  return std::bit_cast<double>((key & kSign) != 0 ? key : ~key & ~kSign);
}

struct Item {
  std::uint64_t key;
  static Item at(const ClassScores& rows, std::size_t i) { return {key_of(rows.scores[i])}; }
  static double weight() { return 1; }
};

struct WeightedItem {
  std::uint64_t key;
  double held_weight;
  static WeightedItem at(const ClassScores& rows, std::size_t i) {
    return {key_of(rows.scores[i]), rows.weights.empty() ? 1 : rows.weights[i]};
  }
  [[nodiscard]] double weight() const { return held_weight; }
};

/// Keys that cut the ranges: range r holds keys from splitter r-1 up to, without, splitter r.
std::vector<std::uint64_t> find_splitters(const BinomialPartial& partial) {
  const auto rows = static_cast<std::size_t>(partial.rows());
  const std::size_t ranges = std::clamp<std::size_t>(rows / kRangeItems, 1, kMostRanges);
  std::vector<std::uint64_t> samples;
  for (const ClassScores* side : {&partial.negatives, &partial.positives}) {
    for (std::size_t i = 0; i < side->size(); i += kSampleEvery)
      samples.push_back(key_of(side->scores[i]));
  }
  std::ranges::sort(samples);
  std::vector<std::uint64_t> splitters;
  for (std::size_t r = 1; r < ranges; ++r)
    splitters.push_back(samples[r * samples.size() / ranges]);
  splitters.erase(std::ranges::unique(splitters).begin(), splitters.end());
  return splitters;
}

/// The items of one class, spread over the ranges; in row order within each.
template <class Row>
struct Spread {
  std::unique_ptr<Row[]> items;
  std::vector<std::size_t> starts;  ///< of each range, then the number of items
  [[nodiscard]] std::span<Row> range(std::size_t r) const {
    return {items.get() + starts[r], starts[r + 1] - starts[r]};
  }
};

template <class Row>
Spread<Row> spread(Pool& pool, const ClassScores& rows, std::span<const std::uint64_t> splitters) {
  const std::size_t ranges = splitters.size() + 1;
  const std::size_t blocks = (rows.size() + kSpreadBlock - 1) / kSpreadBlock;
  Spread<Row> out{std::make_unique_for_overwrite<Row[]>(rows.size()), {}};
  std::vector<std::vector<std::size_t>> places(blocks, std::vector<std::size_t>(ranges));
  const auto range_of_row = std::make_unique_for_overwrite<std::uint16_t[]>(rows.size());
  const auto for_rows = [&rows](std::size_t block, const auto& body) {
    const std::size_t end = std::min(rows.size(), (block + 1) * kSpreadBlock);
    for (std::size_t i = block * kSpreadBlock; i < end; ++i) body(i);
  };
  pool.for_each(blocks, [&](std::size_t block) {
    for_rows(block, [&](std::size_t i) {
      const auto range =
          std::ranges::upper_bound(splitters, key_of(rows.scores[i])) - splitters.begin();
      range_of_row[i] = static_cast<std::uint16_t>(range);
      ++places[block][static_cast<std::size_t>(range)];
    });
  });
  std::size_t next = 0;
  for (std::size_t range = 0; range < ranges; ++range) {
    out.starts.push_back(next);
    for (auto& of_block : places) next += std::exchange(of_block[range], next);
  }
  out.starts.push_back(next);
  pool.for_each(blocks, [&](std::size_t block) {
    for_rows(block, [&](std::size_t i) {
      out.items[places[block][range_of_row[i]]++] = Row::at(rows, i);
    });
  });
  return out;
}

/// Stable, least significant digit first; digits that all items share cost nothing.
template <class Row>
void sort_by_key(std::span<Row> items) {
  constexpr std::size_t kDigits = 6;
  constexpr unsigned kBits = 11;
  constexpr std::size_t kValues = std::size_t{1} << kBits;
  constexpr std::size_t kFewItems = 1024;
  if (items.size() < kFewItems || items.size() > std::numeric_limits<std::uint32_t>::max()) {
    std::ranges::stable_sort(items, {}, &Row::key);
    return;
  }
  const auto digit = [](const Row& item, std::size_t d) {
    return static_cast<std::size_t>(item.key >> (d * kBits)) & (kValues - 1);
  };
  std::vector<std::array<std::uint32_t, kValues>> counts(kDigits);
  for (const Row& item : items) {
    for (std::size_t d = 0; d < kDigits; ++d) ++counts[d][digit(item, d)];
  }
  const auto spare = std::make_unique_for_overwrite<Row[]>(items.size());
  std::span<Row> from = items;
  std::span<Row> to(spare.get(), items.size());
  for (std::size_t d = 0; d < kDigits; ++d) {
    if (counts[d][digit(from[0], d)] == items.size()) continue;
    std::uint32_t next = 0;
    for (std::uint32_t& count : counts[d]) next += std::exchange(count, next);
    for (const Row& item : from) to[counts[d][digit(item, d)]++] = item;
    std::swap(from, to);
  }
  if (from.data() != items.data()) std::ranges::copy(from, items.begin());
}

/// Where a range's points go; sums begin at zero in each range.
struct Points {
  double* scores;
  double* tps;
  double* fps;
};

/// Walks both sorted lists at once and writes a point for each distinct key; returns their number.
template <class Row>
std::size_t write_points(std::span<const Row> negatives, std::span<const Row> positives,
                         Points out) {
  std::size_t count = 0;
  double tp = 0;
  double fp = 0;
  auto negative = negatives.begin();
  auto positive = positives.begin();
  while (negative != negatives.end() || positive != positives.end()) {
    const bool take_negative = positive == positives.end() ||
                               (negative != negatives.end() && negative->key < positive->key);
    const std::uint64_t key = take_negative ? negative->key : positive->key;
    for (; negative != negatives.end() && negative->key == key; ++negative)
      fp += negative->weight();
    for (; positive != positives.end() && positive->key == key; ++positive)
      tp += positive->weight();
    out.scores[count] = score_of(key);
    out.tps[count] = tp;
    out.fps[count++] = fp;
  }
  return count;
}

}  // namespace

ScoreCurve::ScoreCurve(Pool& pool, const BinomialPartial& partial) {
  const bool weighted = !partial.negatives.weights.empty() || !partial.positives.weights.empty();
  weighted ? build<WeightedItem>(pool, partial) : build<Item>(pool, partial);
}

template <class Row>
void ScoreCurve::build(Pool& pool, const BinomialPartial& partial) {
  const auto rows = static_cast<std::size_t>(partial.rows());
  if (rows == 0) return;
  scores_ = std::make_unique_for_overwrite<double[]>(rows);
  tps_ = std::make_unique_for_overwrite<double[]>(rows);
  fps_ = std::make_unique_for_overwrite<double[]>(rows);
  const auto splitters = find_splitters(partial);
  const auto negatives = spread<Row>(pool, partial.negatives, splitters);
  const auto positives = spread<Row>(pool, partial.positives, splitters);
  std::vector<std::size_t> starts(splitters.size() + 1);
  std::vector<std::size_t> sizes(starts.size());
  pool.for_each(starts.size(), [&](std::size_t r) {
    sort_by_key(negatives.range(r));
    sort_by_key(positives.range(r));
    starts[r] = negatives.starts[r] + positives.starts[r];
    sizes[r] = write_points<Row>(negatives.range(r), positives.range(r),
                                 {&scores_[starts[r]], &tps_[starts[r]], &fps_[starts[r]]});
  });
  close_gaps(pool, starts, sizes);
}

void ScoreCurve::close_gaps(Pool& pool, std::span<const std::size_t> starts,
                            std::span<const std::size_t> sizes) {
  // A range has at least the row that is its splitter, but for sides without any.
  std::vector<std::pair<double, double>> before(starts.size());
  double tp = 0;
  double fp = 0;
  for (std::size_t r = 0; r < starts.size(); ++r) {
    before[r] = {tp, fp};
    if (sizes[r] == 0) continue;
    tp += tps_[starts[r] + sizes[r] - 1];
    fp += fps_[starts[r] + sizes[r] - 1];
  }
  pool.for_each(starts.size(), [&](std::size_t r) {
    for (std::size_t i = starts[r]; i < starts[r] + sizes[r]; ++i) {
      tps_[i] += before[r].first;
      fps_[i] += before[r].second;
    }
  });
  for (std::size_t r = 0; r < starts.size(); ++r) {
    if (starts[r] != size_) {
      for (double* column : {scores_.get(), tps_.get(), fps_.get()}) {
        std::copy_n(column + starts[r], sizes[r], column + size_);
      }
    }
    size_ += sizes[r];
  }
}

}  // namespace neve::model::metrics

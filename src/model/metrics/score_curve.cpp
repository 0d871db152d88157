#include "model/metrics/score_curve.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include <neve/base/radix_sort.hpp>

namespace neve::model::metrics {
namespace {

// A sample sort: keys are spread over ranges that samples cut, each range is sorted by itself.
// Small ranges stay in the L2 cache; none of the sizes depends on the number of threads.
constexpr std::size_t kRangeItems = 1U << 14U;
constexpr std::size_t kMostRanges = 1024;
constexpr std::size_t kSampleEvery = 128;
constexpr std::size_t kSpreadBlock = 1U << 16U;

/// Ascending keys are descending scores; both zeros are one score.
std::uint64_t key_of(double score) { return ~order_key(score); }

double score_of(std::uint64_t key) { return value_of_order_key(~key); }

/// A row to be sorted where all weigh 1: its key. Where they do not, its weight goes along.
using Key = std::uint64_t;
struct WeightedKey {
  Key key;
  double weight;
};

Key key_in(Key row) { return row; }
Key key_in(const WeightedKey& row) { return row.key; }
void take(const ScoreRun& run, std::size_t i, Key& row) { row = key_of(run.scores[i]); }
void take(const ScoreRun& run, std::size_t i, WeightedKey& row) {
  row = {key_of(run.scores[i]), run.weights.empty() ? 1 : run.weights[i]};
}
std::uint32_t weight_in(Key /*row*/) { return 1; }
double weight_in(const WeightedKey& row) { return row.weight; }

/// Keys that cut the ranges: range r holds keys from splitter r-1 up to, without, splitter r.
class Splitters {
 public:
  explicit Splitters(const BinomialPartial& partial) {
    const std::size_t rows = partial.negatives.size() + partial.positives.size();
    const std::size_t wanted = std::clamp<std::size_t>(rows / kRangeItems, 1, kMostRanges);
    std::vector<std::uint64_t> samples;
    for (const ClassScores* side : {&partial.negatives, &partial.positives}) {
      for (const auto& run : side->runs()) {
        for (std::size_t i = 0; i < run->scores.size(); i += kSampleEvery) {
          samples.push_back(key_of(run->scores[i]));
        }
      }
    }
    std::ranges::sort(samples);
    for (std::size_t r = 1; r < wanted; ++r) keys_.push_back(samples[r * samples.size() / wanted]);
    keys_.erase(std::ranges::unique(keys_).begin(), keys_.end());
    ranges_ = keys_.size() + 1;
    // Padded for the search; no score has the largest key, which would be a NaN's.
    keys_.resize(std::bit_ceil(ranges_) - 1, std::numeric_limits<std::uint64_t>::max());
  }
  [[nodiscard]] std::size_t ranges() const { return ranges_; }
  /// The number of splitters up to `key`, found without branches to mispredict.
  [[nodiscard]] std::size_t range_of(std::uint64_t key) const {
    const std::uint64_t* below = keys_.data();
    for (std::size_t half = (keys_.size() + 1) / 2; half != 0; half /= 2) {
      below += half & (std::size_t{0} - static_cast<std::size_t>(below[half - 1] <= key));
    }
    return static_cast<std::size_t>(below - keys_.data());
  }

 private:
  std::vector<std::uint64_t> keys_;
  std::size_t ranges_ = 1;
};

/// Where the rows of each range begin and, behind its negatives, its positives; then the number of
/// rows.
struct Ranges {
  std::vector<std::size_t> starts;
  std::vector<std::size_t> positives;
  [[nodiscard]] std::size_t count() const { return positives.size(); }
};

/// Rows of one class that one thread spreads at a time.
struct SpreadBlock {
  const ScoreRun* run;
  std::size_t begin;
  std::size_t end;
  std::vector<std::uint16_t> ranges = {};  ///< of each row
  std::vector<std::size_t> places =
      {};  ///< per range: number of rows, then where the next one goes
};

std::vector<SpreadBlock> blocks_of(const ClassScores& rows) {
  std::vector<SpreadBlock> blocks;
  for (const auto& run : rows.runs()) {
    for (std::size_t begin = 0; begin < run->scores.size(); begin += kSpreadBlock) {
      blocks.push_back({run.get(), begin, std::min(run->scores.size(), begin + kSpreadBlock)});
    }
  }
  return blocks;
}

/// Finds the range of every row of a block and counts them.
void find_ranges(const Splitters& splitters, SpreadBlock& block) {
  block.places.resize(splitters.ranges());
  block.ranges.resize(block.end - block.begin);
  for (std::size_t i = 0; i < block.ranges.size(); ++i) {
    const std::size_t range = splitters.range_of(key_of(block.run->scores[block.begin + i]));
    block.ranges[i] = static_cast<std::uint16_t>(range);
    ++block.places[range];
  }
}

/// Spreads the rows over the ranges, a class after the other and in row order within each.
template <class Row>
Ranges spread(Pool& pool, const BinomialPartial& partial, Row* to) {
  const Splitters splitters(partial);
  std::vector<SpreadBlock> blocks = blocks_of(partial.negatives);
  const std::size_t negative_blocks = blocks.size();
  for (SpreadBlock& block : blocks_of(partial.positives)) blocks.push_back(std::move(block));
  pool.for_each(blocks.size(), [&](std::size_t b) { find_ranges(splitters, blocks[b]); });
  Ranges out;
  std::size_t next = 0;
  for (std::size_t range = 0; range < splitters.ranges(); ++range) {
    out.starts.push_back(next);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      if (b == negative_blocks) out.positives.push_back(next);
      next += std::exchange(blocks[b].places[range], next);
    }
    if (blocks.size() == negative_blocks) out.positives.push_back(next);
  }
  out.starts.push_back(next);
  pool.for_each(blocks.size(), [&](std::size_t b) {
    SpreadBlock& block = blocks[b];
    for (std::size_t i = 0; i < block.ranges.size(); ++i) {
      take(*block.run, block.begin + i, to[block.places[block.ranges[i]]++]);
    }
  });
  return out;
}

template <class Row>
void sort_by_key(std::span<Row> rows) {
  radix_sort(rows, [](const Row& row) { return key_in(row); });
}

/// The points of all ranges, each range's from where its rows began.
template <class Sum>
struct Points {
  Key* keys;
  Sum* tps;
  Sum* fps;
};

/// Walks the sorted rows of both classes of a range at once and writes a point for each distinct
/// key, its sums beginning at zero; returns their number. The keys may take the place of the rows.
template <class Row, class Sum>
std::size_t write_points(std::span<const Row> negatives, std::span<const Row> positives,
                         Points<Sum> out) {
  std::vector<Key> keys;
  keys.reserve(negatives.size() + positives.size());
  Sum tp = 0;
  Sum fp = 0;
  auto negative = negatives.begin();
  auto positive = positives.begin();
  while (negative != negatives.end() || positive != positives.end()) {
    const bool take_negative =
        positive == positives.end() ||
        (negative != negatives.end() && key_in(*negative) < key_in(*positive));
    const Key key = take_negative ? key_in(*negative) : key_in(*positive);
    for (; negative != negatives.end() && key_in(*negative) == key; ++negative)
      fp += weight_in(*negative);
    for (; positive != positives.end() && key_in(*positive) == key; ++positive)
      tp += weight_in(*positive);
    out.tps[keys.size()] = tp;
    out.fps[keys.size()] = fp;
    keys.push_back(key);
  }
  std::ranges::copy(keys, out.keys);
  return keys.size();
}

/// Moves the first `sizes` values of each range up to those of the range before.
template <class T>
void close_gaps(const Ranges& ranges, std::span<const std::size_t> sizes, T* values) {
  std::size_t next = 0;
  for (std::size_t r = 0; r < sizes.size(); ++r) {
    if (next != ranges.starts[r]) std::copy_n(values + ranges.starts[r], sizes[r], values + next);
    next += sizes[r];
  }
}

/// Adds to each range's sums those of the ranges before it, and closes the gaps that equal scores
/// left; returns the number of points.
template <class Sum>
std::size_t join_ranges(Pool& pool, const Ranges& ranges, std::span<const std::size_t> sizes,
                        Points<Sum> points) {
  // A range has at least the row that is its splitter, but for sides without any.
  std::vector<std::pair<Sum, Sum>> before(sizes.size());
  Sum tp = 0;
  Sum fp = 0;
  for (std::size_t r = 0; r < sizes.size(); ++r) {
    before[r] = {tp, fp};
    if (sizes[r] == 0) continue;
    tp += points.tps[ranges.starts[r] + sizes[r] - 1];
    fp += points.fps[ranges.starts[r] + sizes[r] - 1];
  }
  pool.for_each(sizes.size(), [&](std::size_t r) {
    for (std::size_t i = ranges.starts[r]; i < ranges.starts[r] + sizes[r]; ++i) {
      points.tps[i] += before[r].first;
      points.fps[i] += before[r].second;
    }
  });
  constexpr std::size_t kArrays = 3;
  pool.for_each(kArrays, [&](std::size_t which) {
    if (which == 0) return close_gaps(ranges, sizes, points.keys);
    close_gaps(ranges, sizes, which == 1 ? points.tps : points.fps);
  });
  return std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
}

/// Sorts spread rows and makes the curve's points of them; returns their number.
template <class Row, class Sum>
std::size_t make_points(Pool& pool, const Ranges& ranges, Row* rows, Points<Sum> out) {
  std::vector<std::size_t> sizes(ranges.count());
  pool.for_each(sizes.size(), [&](std::size_t r) {
    const std::size_t start = ranges.starts[r];
    const std::span<Row> negatives(rows + start, rows + ranges.positives[r]);
    const std::span<Row> positives(rows + ranges.positives[r], rows + ranges.starts[r + 1]);
    sort_by_key(negatives);
    sort_by_key(positives);
    sizes[r] = write_points<Row, Sum>(negatives, positives,
                                      {out.keys + start, out.tps + start, out.fps + start});
  });
  return join_ranges(pool, ranges, sizes, out);
}

}  // namespace

ScoreCurve::ScoreCurve(Pool& pool, BinomialPartial partial) {
  if (partial.rows() == 0) return;
  const auto weighted_side = [](const ClassScores& side) {
    return std::ranges::any_of(side.runs(), [](const auto& run) { return !run->weights.empty(); });
  };
  const bool weighted = weighted_side(partial.negatives) || weighted_side(partial.positives) ||
                        partial.rows() > std::numeric_limits<std::uint32_t>::max();
  weighted ? build_weights(pool, std::move(partial)) : build_counts(pool, std::move(partial));
}

double ScoreCurve::score(std::size_t i) const { return score_of(keys_[i]); }

void ScoreCurve::build_counts(Pool& pool, BinomialPartial partial) {
  const auto rows = static_cast<std::size_t>(partial.rows());
  keys_ = std::make_unique_for_overwrite<Key[]>(rows);
  const Ranges ranges = spread(pool, partial, keys_.get());
  partial = {};
  tps_.counts = std::make_unique_for_overwrite<std::uint32_t[]>(rows);
  fps_.counts = std::make_unique_for_overwrite<std::uint32_t[]>(rows);
  size_ = make_points<Key, std::uint32_t>(pool, ranges, keys_.get(),
                                          {keys_.get(), tps_.counts.get(), fps_.counts.get()});
}

void ScoreCurve::build_weights(Pool& pool, BinomialPartial partial) {
  const auto rows = static_cast<std::size_t>(partial.rows());
  const auto items = std::make_unique_for_overwrite<WeightedKey[]>(rows);
  const Ranges ranges = spread(pool, partial, items.get());
  partial = {};
  keys_ = std::make_unique_for_overwrite<Key[]>(rows);
  tps_.weights = std::make_unique_for_overwrite<double[]>(rows);
  fps_.weights = std::make_unique_for_overwrite<double[]>(rows);
  size_ = make_points<WeightedKey, double>(pool, ranges, items.get(),
                                           {keys_.get(), tps_.weights.get(), fps_.weights.get()});
}

}  // namespace neve::model::metrics

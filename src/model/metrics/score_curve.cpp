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
  static Item at(const ScoreRun& run, std::size_t i) { return {key_of(run.scores[i])}; }
  static double weight() { return 1; }
};

struct WeightedItem {
  std::uint64_t key;
  double held_weight;
  static WeightedItem at(const ScoreRun& run, std::size_t i) {
    return {key_of(run.scores[i]), run.weights.empty() ? 1 : run.weights[i]};
  }
  [[nodiscard]] double weight() const { return held_weight; }
};

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

/// The items of one class, spread over the ranges; in row order within each.
template <class Row>
struct Spread {
  std::unique_ptr<Row[]> items;
  std::vector<std::size_t> starts;  ///< of each range, then the number of items
  [[nodiscard]] std::span<Row> range(std::size_t r) const {
    return {items.get() + starts[r], starts[r + 1] - starts[r]};
  }
};

/// Rows that one thread spreads at a time.
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

template <class Row>
Spread<Row> spread(Pool& pool, const ClassScores& rows, const Splitters& splitters) {
  Spread<Row> out{std::make_unique_for_overwrite<Row[]>(rows.size()), {}};
  std::vector<SpreadBlock> blocks = blocks_of(rows);
  pool.for_each(blocks.size(), [&](std::size_t b) {
    SpreadBlock& block = blocks[b];
    block.places.resize(splitters.ranges());
    block.ranges.resize(block.end - block.begin);
    for (std::size_t i = 0; i < block.ranges.size(); ++i) {
      const std::size_t range = splitters.range_of(key_of(block.run->scores[block.begin + i]));
      block.ranges[i] = static_cast<std::uint16_t>(range);
      ++block.places[range];
    }
  });
  std::size_t next = 0;
  for (std::size_t range = 0; range < splitters.ranges(); ++range) {
    out.starts.push_back(next);
    for (SpreadBlock& block : blocks) next += std::exchange(block.places[range], next);
  }
  out.starts.push_back(next);
  pool.for_each(blocks.size(), [&](std::size_t b) {
    SpreadBlock& block = blocks[b];
    for (std::size_t i = 0; i < block.ranges.size(); ++i) {
      out.items[block.places[block.ranges[i]]++] = Row::at(*block.run, block.begin + i);
    }
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
  const auto weighted_side = [](const ClassScores& side) {
    return std::ranges::any_of(side.runs(), [](const auto& run) { return !run->weights.empty(); });
  };
  const bool weighted = weighted_side(partial.negatives) || weighted_side(partial.positives);
  weighted ? build<WeightedItem>(pool, partial) : build<Item>(pool, partial);
}

template <class Row>
void ScoreCurve::build(Pool& pool, const BinomialPartial& partial) {
  const auto rows = static_cast<std::size_t>(partial.rows());
  if (rows == 0) return;
  scores_ = std::make_unique_for_overwrite<double[]>(rows);
  tps_ = std::make_unique_for_overwrite<double[]>(rows);
  fps_ = std::make_unique_for_overwrite<double[]>(rows);
  const Splitters splitters(partial);
  const auto negatives = spread<Row>(pool, partial.negatives, splitters);
  const auto positives = spread<Row>(pool, partial.positives, splitters);
  std::vector<std::size_t> starts(splitters.ranges());
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

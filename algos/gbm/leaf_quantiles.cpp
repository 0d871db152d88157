#include "algos/gbm/leaf_quantiles.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

#include <neve/base/radix_sort.hpp>

#include "algos/families/trees/fixed_point.hpp"

namespace neve::algos::gbm {
namespace {

/// Which of 2^part_bits equal parts of a range a key is in.
class Parts {
 public:
  Parts(const KeyRange& range, std::int32_t part_bits) : low_(range.low) {
    const auto width = static_cast<int>(std::bit_width(range.high - range.low));
    shift_ = std::max(0, width - part_bits);
  }
  [[nodiscard]] std::size_t part_of(std::uint64_t key) const {
    // A word cannot be shifted by all of its bits.
    return shift_ == 64 ? 0 : (key - low_) >> static_cast<unsigned>(shift_);
  }

 private:
  std::uint64_t low_;
  int shift_ = 0;
};

/// Calls visit(row, key, weight) for a node's rows that take part.
template <class Visit>
void each_row(const trees::RowStore& store, const Deviations& of, std::int32_t node,
              const Visit& visit) {
  const auto visit_row = [&](std::size_t row) {
    const double weight = store.weight_of(row);
    const std::int64_t units = of.whole_weights ? static_cast<std::int64_t>(weight)
                                                : trees::nearest(weight * of.weight_scale);
    if (units == 0) return;
    const double deviation = store.response[row] - store.score[row];
    visit(order_key(of.absolute ? std::abs(deviation) : deviation), units);
  };
  if (node == Deviations::kAllRows) {
    for (std::size_t row = 0; row < store.rows; ++row) visit_row(row);
  } else {
    for (const std::uint16_t row : store.rows_of(node)) visit_row(row);
  }
}

/// Calls visit(range's index, key, weight) for all keys of ranges, with one pass over each node.
template <class Visit>
void each_key(const trees::RowStore& store, const Deviations& of, std::span<const KeyRange> ranges,
              const Visit& visit) {
  for (std::size_t first = 0; first < ranges.size();) {
    std::size_t end = first + 1;
    while (end < ranges.size() && ranges[end].node == ranges[first].node) ++end;
    each_row(store, of, ranges[first].node, [&](std::uint64_t key, std::int64_t weight) {
      for (std::size_t r = first; r < end; ++r) {
        if (key >= ranges[r].low && key <= ranges[r].high) visit(r, key, weight);
      }
    });
    first = end;
  }
}

}  // namespace

QuantileRank::QuantileRank(double probability, double weight) {
  const double rank = std::max(0.0, probability * (weight - 1));
  low = std::floor(rank);
  fraction = rank - low;
}

void CountKeysTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                        Partial& partial) {
  if (!state.splits.empty()) trees::apply_splits(store, state.splits);
  std::vector<Parts> parts;
  for (const KeyRange& range : state.ranges) parts.emplace_back(range, state.part_bits);
  each_key(store, state.of, state.ranges,
           [&](std::size_t r, std::uint64_t key, std::int64_t weight) {
             const std::size_t first = r << static_cast<unsigned>(state.part_bits);
             Part& part = partial.parts[first + parts[r].part_of(key)];
             ++part.rows;
             part.weight += weight;
             part.least = std::min(part.least, key);
             part.most = std::max(part.most, key);
           });
}

void CountKeysTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < left.parts.size(); ++i) {
    Part& part = left.parts[i];
    const Part& other = right.parts[i];
    part.rows += other.rows;
    part.weight += other.weight;
    part.least = std::min(part.least, other.least);
    part.most = std::max(part.most, other.most);
  }
}

void CollectKeysTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                          Partial& partial) {
  each_key(store, state.of, state.ranges,
           [&](std::size_t r, std::uint64_t key, std::int64_t weight) {
             partial.keys[r].emplace_back(key, weight);
           });
}

void CollectKeysTask::merge(Partial& left, const Partial& right) {
  for (std::size_t r = 0; r < left.keys.size(); ++r) {
    left.keys[r].insert(left.keys[r].end(), right.keys[r].begin(), right.keys[r].end());
  }
}

namespace {

/// Narrows down, of all nodes at once, the ranges of keys that hold the wanted ones.
class Selection {
 public:
  Selection(mr::Engine& engine, const mr::Inputs& rows, const mr::RunOptions& options,
            const Deviations& of)
      : engine_(engine), rows_(rows), options_(options), of_(of) {}

  std::vector<double> quantiles(const QuantileRequest& request) {
    begin(request);
    narrow();
    collect();
    std::vector<double> found(request.nodes.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (ranks_[i].empty()) continue;
      found[i] = ranks_[i][0].between(value_of_order_key(keys_[2 * i]),
                                      value_of_order_key(keys_[2 * i + 1]));
    }
    return found;
  }

 private:
  static constexpr std::int32_t kPartBits = 8;
  /// Ranges whose parts are counted in one run: two megabytes of counts per worker.
  static constexpr std::size_t kRangesAtOnce = 256;
  /// Ranges of so many rows are collected instead, in runs of so many rows altogether.
  static constexpr std::int64_t kFewRows = 1024;
  static constexpr std::int64_t kRowsAtOnce = std::int64_t{1} << 20U;

  /// A key that is looked for: the first one up to which the range's rows weigh more than `before`.
  struct Open {
    std::size_t place = 0;  ///< in keys_
    KeyRange range;
    std::int64_t before = 0;
    std::int64_t rows = 0;
  };

  void begin(const QuantileRequest& request) {
    CountKeysTask::State state{.of = of_, .splits = request.splits, .ranges = {}};
    for (const std::int32_t node : request.nodes) state.ranges.push_back({.node = node});
    const auto totals = engine_.run<CountKeysTask>(rows_, state, options_).parts;
    ranks_.resize(totals.size());
    keys_.resize(2 * totals.size());
    for (std::size_t i = 0; i < totals.size(); ++i) {
      const CountKeysTask::Part& total = totals[i];
      if (total.weight == 0) continue;
      const QuantileRank rank(request.probability,
                              static_cast<double>(total.weight) / of_.weight_scale);
      ranks_[i].push_back(rank);
      for (std::size_t k = 0; k < 2; ++k) {
        const double units = (rank.low + static_cast<double>(k)) * of_.weight_scale;
        const auto before = std::min(static_cast<std::int64_t>(units), total.weight - 1);
        settle({2 * i + k, state.ranges[i], before, 0}, total);
      }
    }
  }

  /// The key is in this part of its range: it is found, or looked for there.
  void settle(Open open, const CountKeysTask::Part& part) {
    if (part.least == part.most) {
      keys_[open.place] = part.least;
      return;
    }
    open.range.low = part.least;
    open.range.high = part.most;
    open.rows = part.rows;
    open_.push_back(open);
  }

  void narrow() {
    for (;;) {
      std::vector<Open> large;
      std::vector<Open> all = std::exchange(open_, {});
      for (const Open& open : all) (open.rows > kFewRows ? large : open_).push_back(open);
      if (large.empty()) return;
      for (std::size_t first = 0; first < large.size(); first += kRangesAtOnce) {
        narrow(std::span(large).subspan(first, std::min(kRangesAtOnce, large.size() - first)));
      }
    }
  }

  void narrow(std::span<const Open> large) {
    CountKeysTask::State state{.of = of_, .splits = {}, .ranges = {}, .part_bits = kPartBits};
    const std::vector<std::size_t> ranges = ranges_of(large, state.ranges);
    const auto parts = engine_.run<CountKeysTask>(rows_, state, options_).parts;
    for (std::size_t i = 0; i < large.size(); ++i) {
      Open open = large[i];
      std::size_t part = ranges[i] << static_cast<unsigned>(kPartBits);
      while (open.before >= parts[part].weight) open.before -= parts[part++].weight;
      settle(open, parts[part]);
    }
  }

  /// The ranges of keys that are looked for, each once; and which one is whose.
  static std::vector<std::size_t> ranges_of(std::span<const Open> open,
                                            std::vector<KeyRange>& ranges) {
    std::vector<std::size_t> places;
    for (const Open& each : open) {
      // The two keys of a node are neighbours.
      if (ranges.empty() || !(ranges.back() == each.range)) ranges.push_back(each.range);
      places.push_back(ranges.size() - 1);
    }
    return places;
  }

  void collect() {
    std::ranges::sort(open_, {}, &Open::place);
    for (std::size_t first = 0; first < open_.size();) {
      std::size_t end = first;
      for (std::int64_t rows = 0; end < open_.size() && rows < kRowsAtOnce; ++end)
        rows += open_[end].rows;
      collect(std::span(open_).subspan(first, end - first));
      first = end;
    }
  }

  void collect(std::span<const Open> open) {
    CollectKeysTask::State state{of_, {}};
    const std::vector<std::size_t> ranges = ranges_of(open, state.ranges);
    auto collected = engine_.run<CollectKeysTask>(rows_, state, options_).keys;
    for (auto& keys : collected) std::ranges::sort(keys);
    for (std::size_t i = 0; i < open.size(); ++i) {
      std::int64_t before = open[i].before;
      auto at = collected[ranges[i]].begin();
      while (before >= at->second) before -= (at++)->second;
      keys_[open[i].place] = at->first;
    }
  }

  mr::Engine& engine_;
  const mr::Inputs& rows_;
  const mr::RunOptions& options_;
  Deviations of_;
  std::vector<std::vector<QuantileRank>> ranks_;  ///< per node; none where it has no rows
  std::vector<std::uint64_t> keys_;               ///< two per node: those at the rank and behind it
  std::vector<Open> open_;
};

}  // namespace

std::vector<double> deviation_quantiles(mr::Engine& engine, const mr::Inputs& rows,
                                        const mr::RunOptions& options,
                                        const trees::LoadTask::Partial& loaded,
                                        const QuantileRequest& request) {
  Deviations of{.absolute = request.absolute, .whole_weights = loaded.all_whole};
  if (!loaded.all_whole) {
    of.weight_scale = trees::two_part_scale(loaded, loaded.largest_weight).whole;
  }
  return Selection(engine, rows, options, of).quantiles(request);
}

}  // namespace neve::algos::gbm

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/base/radix_sort.hpp>

#include "munge/rollup_task.hpp"
#include "munge/whole_counts.hpp"

namespace neve::munge {
namespace {

std::uint64_t top(std::uint64_t key, int bits) { return bits == 0 ? 0 : key >> (64 - bits); }

/// The place of a key's prefix among those looked for, by the first bits of it.
class PrefixTable {
 public:
  explicit PrefixTable(const KeyCountTask::State& state)
      : prefixes_(state.prefixes), known_bits_(state.known_bits) {
    if (known_bits_ == 0) return;
    for (std::size_t i = prefixes_.size(); i-- > 0;) {
      first_[prefixes_[i] >> (known_bits_ - KeyCountTask::kBits)] = static_cast<std::int32_t>(i);
    }
  }

  /// -1 where it is not looked for.
  [[nodiscard]] std::ptrdiff_t find(std::uint64_t key) const {
    if (known_bits_ == 0) return 0;
    const std::int32_t first = first_[top(key, KeyCountTask::kBits)];
    if (first < 0) return -1;
    const std::uint64_t prefix = top(key, known_bits_);
    auto at = static_cast<std::size_t>(first);
    while (at < prefixes_.size() && prefixes_[at] < prefix) ++at;
    const bool found = at < prefixes_.size() && prefixes_[at] == prefix;
    return found ? static_cast<std::ptrdiff_t>(at) : -1;
  }

 private:
  static constexpr auto kNone = [] {
    std::array<std::int32_t, std::size_t{1} << KeyCountTask::kBits> table{};
    table.fill(-1);
    return table;
  }();
  const std::vector<std::uint64_t>& prefixes_;
  int known_bits_;
  std::array<std::int32_t, std::size_t{1} << KeyCountTask::kBits> first_ = kNone;
};

template <class Visit>
void each_key(const mr::RowGroup& group, const KeyCountTask::State& state, const Visit& visit) {
  ProgramRunner runner(state.program, group);
  const PrefixTable table(state);
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    runner.run(begin, std::min(kBlockRows, group.rows - begin));
    for (const double x : runner.output(0)) {
      if (std::isnan(x)) continue;
      const std::uint64_t key = order_key(x);
      const std::ptrdiff_t prefix = table.find(key);
      if (prefix >= 0) visit(static_cast<std::size_t>(prefix), key);
    }
  }
}

/// Narrows the keys at some ranks down, 12 bits a pass, until few enough are left to be collected.
class Selection {
 public:
  Selection(mr::Engine& engine, const mr::Inputs& inputs, const Program& program)
      : engine_(engine), inputs_(inputs) {
    state_.program = program;
    state_.prefixes = {0};
  }

  /// Number of values; to be asked first.
  std::int64_t count() {
    bins_ = engine_.run<KeyCountTask>(inputs_, state_).bins;
    std::int64_t n = 0;
    for (const KeyCountTask::Bin& bin : bins_) n += bin.count;
    return n;
  }

  /// The values at these sorted, distinct ranks.
  std::vector<double> at(const std::vector<std::int64_t>& ranks) {
    for (const std::int64_t rank : ranks) open_.push_back({rank, 0, 0});
    found_.assign(ranks.size(), 0);
    for (std::size_t i = 0; i < ranks.size(); ++i) open_[i].place = i;
    std::int64_t left = narrow();
    while (!open_.empty() && left > kFewKeys && state_.known_bits + KeyCountTask::kBits <= 64) {
      bins_ = engine_.run<KeyCountTask>(inputs_, state_).bins;
      left = narrow();
    }
    if (!open_.empty()) collect();
    return std::move(found_);
  }

 private:
  static constexpr std::int64_t kFewKeys = std::int64_t{1} << 16U;
  struct Open {
    std::int64_t rank;   ///< among the keys of its prefix
    std::size_t prefix;  ///< index into state_.prefixes
    std::size_t place;
  };

  /// Moves every open rank into its bin; returns how many keys lie in bins that stay open.
  std::int64_t narrow() {
    constexpr std::size_t kBins = std::size_t{1} << KeyCountTask::kBits;
    std::vector<std::uint64_t> prefixes;
    std::vector<Open> still;
    std::int64_t keys = 0;
    for (Open open : open_) {
      std::size_t bin = open.prefix * kBins;
      while (open.rank >= bins_[bin].count) open.rank -= bins_[bin++].count;
      if (bins_[bin].least == bins_[bin].most) {
        found_[open.place] = value_of_order_key(bins_[bin].least);
        continue;
      }
      const std::uint64_t prefix =
          state_.prefixes[open.prefix] << KeyCountTask::kBits | (bin % kBins);
      if (prefixes.empty() || prefixes.back() != prefix) {
        prefixes.push_back(prefix);
        keys += bins_[bin].count;
      }
      still.push_back({open.rank, prefixes.size() - 1, open.place});
    }
    state_.prefixes = std::move(prefixes);
    state_.known_bits += KeyCountTask::kBits;
    open_ = std::move(still);
    return keys;
  }

  void collect() {
    auto collected = engine_.run<KeyCollectTask>(inputs_, state_).keys;
    for (const Open& open : open_) {
      auto& keys = collected[state_.prefixes[open.prefix]];
      const auto nth = keys.begin() + open.rank;
      std::nth_element(keys.begin(), nth, keys.end());
      found_[open.place] = value_of_order_key(*nth);
    }
  }

  mr::Engine& engine_;
  const mr::Inputs& inputs_;
  KeyCountTask::State state_;
  std::vector<KeyCountTask::Bin> bins_;
  std::vector<Open> open_;
  std::vector<double> found_;
};

double between_values(double low, double high, double fraction, Interpolation how) {
  switch (how) {
    case Interpolation::interpolate:
      return low == high ? low : low + fraction * (high - low);
    case Interpolation::average:
      return fraction == 0 ? low : (low + high) / 2;
    case Interpolation::low:
      return low;
    case Interpolation::high:
      return fraction == 0 ? low : high;
  }
  return low;
}

}  // namespace

void KeyCountTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  partial.bins.resize(state.prefixes.size() << kBits);
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kBits) - 1;
  const int shift = 64 - state.known_bits - kBits;
  each_key(group, state, [&](std::size_t prefix, std::uint64_t key) {
    Bin& bin = partial.bins[prefix << kBits | ((key >> shift) & kMask)];
    ++bin.count;
    bin.least = std::min(bin.least, key);
    bin.most = std::max(bin.most, key);
  });
}

void KeyCountTask::merge(Partial& left, const Partial& right) {
  left.bins.resize(std::max(left.bins.size(), right.bins.size()));
  for (std::size_t i = 0; i < right.bins.size(); ++i) {
    left.bins[i].count += right.bins[i].count;
    left.bins[i].least = std::min(left.bins[i].least, right.bins[i].least);
    left.bins[i].most = std::max(left.bins[i].most, right.bins[i].most);
  }
}

void KeyCollectTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  each_key(group, state, [&](std::size_t prefix, std::uint64_t key) {
    partial.keys[state.prefixes[prefix]].push_back(key);
  });
}

void KeyCollectTask::merge(Partial& left, const Partial& right) {
  for (const auto& [prefix, keys] : right.keys) {
    auto& into = left.keys[prefix];
    into.insert(into.end(), keys.begin(), keys.end());
  }
}

namespace {

/// The ranks among n values that some quantiles lie at or between, ascending.
std::vector<std::int64_t> ranks_for(std::span<const double> probs, std::int64_t n) {
  std::vector<std::int64_t> ranks;
  for (const double p : probs) {
    const auto low = static_cast<std::int64_t>(p * static_cast<double>(n - 1));
    ranks.push_back(low);
    ranks.push_back(std::min(low + 1, n - 1));
  }
  std::ranges::sort(ranks);
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  return ranks;
}

}  // namespace

std::vector<double> quantiles(mr::Engine& engine, const frame::LayoutPtr& layout,
                              const ExpressionPtr& values, std::span<const double> probs,
                              Interpolation between) {
  const Compiled compiled = compile({&values, 1});
  const mr::Inputs inputs{layout, compiled.columns};
  const auto whole = engine.run<WholeCountTask>(inputs, {compiled.program});
  Selection selection(engine, inputs, compiled.program);
  const std::int64_t n =
      whole.has_others ? selection.count() : std::reduce(whole.counts.begin(), whole.counts.end());
  if (n == 0) return std::vector<double>(probs.size(), frame::kMissingDouble);
  const std::vector<std::int64_t> ranks = ranks_for(probs, n);
  const std::vector<double> found =
      whole.has_others ? selection.at(ranks) : values_at(whole, ranks);
  const auto value_at = [&](std::int64_t rank) {
    return found[static_cast<std::size_t>(std::ranges::lower_bound(ranks, rank) - ranks.begin())];
  };
  std::vector<double> result;
  for (const double p : probs) {
    const double rank = p * static_cast<double>(n - 1);
    const auto low = static_cast<std::int64_t>(rank);
    const double fraction = rank - static_cast<double>(low);
    result.push_back(
        between_values(value_at(low), value_at(std::min(low + 1, n - 1)), fraction, between));
  }
  return result;
}

}  // namespace neve::munge

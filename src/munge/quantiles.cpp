#include <algorithm>
#include <bit>
#include <cmath>

#include <neve/base/error.hpp>

#include "munge/rollup_task.hpp"

namespace neve::munge {
namespace {

constexpr std::uint64_t kSign = std::uint64_t{1} << 63U;

std::uint64_t top(std::uint64_t key, int bits) { return bits == 0 ? 0 : key >> (64 - bits); }

/// Index of the key's prefix among those looked for, or -1.
std::ptrdiff_t prefix_of(const KeyCountTask::State& state, std::uint64_t key) {
  const std::uint64_t prefix = top(key, state.known_bits);
  if (state.known_bits == 0) return 0;
  const auto at = std::ranges::lower_bound(state.prefixes, prefix);
  return at == state.prefixes.end() || *at != prefix ? -1 : at - state.prefixes.begin();
}

template <class Visit>
void each_key(const mr::RowGroup& group, const KeyCountTask::State& state, const Visit& visit) {
  ProgramRunner runner(state.program, group);
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    runner.run(begin, std::min(kBlockRows, group.rows - begin));
    for (const double x : runner.output(0)) {
      if (std::isnan(x)) continue;
      const std::uint64_t key = key_of(x);
      const std::ptrdiff_t prefix = prefix_of(state, key);
      if (prefix >= 0) visit(static_cast<std::size_t>(prefix), key);
    }
  }
}

/// Narrows the keys at some ranks down, 12 bits a pass, until few enough are left to be collected.
class Selection {
 public:
  Selection(mr::Engine& engine, const frame::LayoutPtr& layout, const ExpressionPtr& values)
      : engine_(engine), layout_(layout), compiled_(compile({&values, 1})) {
    state_.program = compiled_.program;
    state_.prefixes = {0};
  }

  /// Number of values; to be asked first.
  std::int64_t count() {
    bins_ = engine_.run<KeyCountTask>(inputs(), state_).bins;
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
      bins_ = engine_.run<KeyCountTask>(inputs(), state_).bins;
      left = narrow();
    }
    if (!open_.empty()) collect();
    return std::move(found_);
  }

 private:
  static constexpr std::int64_t kFewKeys = std::int64_t{1} << 20U;
  struct Open {
    std::int64_t rank;   ///< among the keys of its prefix
    std::size_t prefix;  ///< index into state_.prefixes
    std::size_t place;
  };
  [[nodiscard]] mr::Inputs inputs() const { return {layout_, compiled_.columns}; }

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
        found_[open.place] = value_of_key(bins_[bin].least);
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
    auto collected = engine_.run<KeyCollectTask>(inputs(), state_).keys;
    for (const Open& open : open_) {
      auto& keys = collected[state_.prefixes[open.prefix]];
      const auto nth = keys.begin() + open.rank;
      std::nth_element(keys.begin(), nth, keys.end());
      found_[open.place] = value_of_key(*nth);
    }
  }

  mr::Engine& engine_;
  frame::LayoutPtr layout_;
  Compiled compiled_;
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

std::uint64_t key_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

double value_of_key(std::uint64_t key) {
  return std::bit_cast<double>((key & kSign) != 0 ? key & ~kSign : ~key);
}

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

std::vector<double> quantiles(mr::Engine& engine, const frame::LayoutPtr& layout,
                              const ExpressionPtr& values, std::span<const double> probs,
                              Interpolation between) {
  Selection selection(engine, layout, values);
  const std::int64_t n = selection.count();
  if (n == 0) return std::vector<double>(probs.size(), frame::kMissingDouble);
  std::vector<std::int64_t> ranks;
  for (const double p : probs) {
    const auto low = static_cast<std::int64_t>(p * static_cast<double>(n - 1));
    ranks.push_back(low);
    ranks.push_back(std::min(low + 1, n - 1));
  }
  std::ranges::sort(ranks);
  ranks.erase(std::unique(ranks.begin(), ranks.end()), ranks.end());
  const std::vector<double> found = selection.at(ranks);
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

#include "model/fold_tasks.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

#include <neve/base/rng.hpp>
#include <neve/model/score.hpp>

namespace neve::model {
namespace {

/// Deals each class's rows to the folds, `folds` rows after `folds` rows in an order of its own.
class Dealer {
 public:
  Dealer(const FoldTask::State& state, const std::vector<std::int64_t>& before)
      : state_(state), next_(before), hands_(before.size()) {}
  std::int32_t deal(std::size_t of_class) {
    const std::int64_t rank = next_[of_class]++;
    const std::int64_t round = rank / state_.folds;
    Hand& hand = hands_[of_class];
    if (hand.round != round) shuffle(hand, round, of_class);
    return hand.order[static_cast<std::size_t>(rank % state_.folds)];
  }

 private:
  struct Hand {
    std::int64_t round = -1;
    std::vector<std::int32_t> order;
  };
  /// Fisher and Yates, by draws that belong to class and round.
  void shuffle(Hand& hand, std::int64_t round, std::size_t of_class) const {
    const CounterRng random(state_.seed, of_class + 1);
    const auto folds = static_cast<std::uint64_t>(state_.folds);
    const std::uint64_t first = static_cast<std::uint64_t>(round) * folds;
    hand.round = round;
    hand.order.resize(folds);
    for (std::uint64_t i = 0; i < folds; ++i) {
      const std::uint64_t at = random.below(first + i, i + 1);
      hand.order[i] = hand.order[at];
      hand.order[at] = static_cast<std::int32_t>(i);
    }
  }
  const FoldTask::State& state_;
  std::vector<std::int64_t> next_;
  std::vector<Hand> hands_;
};

void deal_classes(const mr::RowGroup& group, const FoldTask::State& state, std::span<double> out) {
  Dealer dealer(state, state.before[static_cast<std::size_t>(group.index.value())]);
  const std::vector<double> classes = column_numbers(group, 0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] =
        std::isnan(classes[i])
            ? static_cast<double>((group.first_row + static_cast<std::int64_t>(i)) % state.folds)
            : dealer.deal(static_cast<std::size_t>(classes[i]));
  }
}

}  // namespace

void FoldCountTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  GroupCounts counts{group.index,
                     std::vector<std::int64_t>(static_cast<std::size_t>(state.values))};
  const std::vector<double> values = column_numbers(group, 0);
  const std::vector<double> weights =
      group.columns.size() > 1 ? column_numbers(group, 1) : std::vector<double>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool counted = values[i] >= 0 && values[i] < state.values;
    if (!counted || (!weights.empty() && weights[i] == 0)) continue;
    ++counts.rows[static_cast<std::size_t>(values[i])];
  }
  partial.groups.push_back(std::move(counts));
}

void FoldCountTask::merge(Partial& left, const Partial& right) {
  std::ranges::copy(right.groups, std::back_inserter(left.groups));
}

void FoldTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                   mr::Outputs& outputs) {
  const std::span<double> out = outputs.doubles(0);
  const auto first = static_cast<std::uint64_t>(group.first_row);
  switch (state.rule) {
    case Rule::random: {
      const CounterRng random(state.seed);
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = std::floor(random.uniform(first + i) * state.folds);
      }
      return;
    }
    case Rule::modulo:
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<double>((first + i) % static_cast<std::uint64_t>(state.folds));
      }
      return;
    case Rule::stratified:
      deal_classes(group, state, out);
      return;
    case Rule::told: {
      const std::vector<double> told = column_numbers(group, 0);
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = state.fold_of[static_cast<std::size_t>(told[i])];
      }
      return;
    }
  }
}

void FoldWeightTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                         mr::Outputs& outputs) {
  const std::vector<double> folds = column_numbers(group, 0);
  const std::vector<double> weights =
      group.columns.size() > 1 ? column_numbers(group, 1) : std::vector<double>(folds.size(), 1.0);
  const std::span<double> training = outputs.doubles(0);
  const std::span<double> holdout = outputs.doubles(1);
  for (std::size_t i = 0; i < folds.size(); ++i) {
    const bool held_out = folds[i] == state.fold;
    training[i] = held_out ? 0 : weights[i];
    holdout[i] = held_out ? weights[i] : 0;
  }
}

void HoldOutTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                      mr::Outputs& outputs) {
  const std::vector<double> folds = column_numbers(group, 0);
  const std::size_t width = state.is_label.size();
  const auto join = [&]<class T>(std::size_t c, auto decode, std::span<T> out) {
    std::vector<T> now(folds.size());
    decode(group.columns[1 + c], std::span<T>(now));
    decode(group.columns[1 + width + c], out);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (folds[i] == state.fold) out[i] = now[i];
    }
  };
  for (std::size_t c = 0; c < width; ++c) {
    if (state.is_label[c] != 0) {
      join(
          c, [](const frame::Chunk& chunk, auto out) { chunk.decode_codes(0, out); },
          outputs.codes(c));
    } else {
      join(
          c, [](const frame::Chunk& chunk, auto out) { chunk.decode(0, out); }, outputs.doubles(c));
    }
  }
}

}  // namespace neve::model

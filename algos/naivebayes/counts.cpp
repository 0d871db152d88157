#include "algos/naivebayes/counts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace neve::algos::naivebayes {
namespace {

/// The classes and weights of a block of rows, and which of them count.
class BlockRows {
 public:
  BlockRows(const mr::RowGroup& group, const CountTask::State& state)
      : group_(group),
        state_(state),
        classes_(model::ScoreBlock::kMostRows),
        weights_(model::ScoreBlock::kMostRows, 1.0) {}
  /// Afterwards rows that do not count have class -1.
  void read(const model::ScoreBlock& block, std::int64_t begin) {
    column(state_.response).decode_codes(begin, std::span(classes_).first(block.rows));
    if (state_.weights >= 0) {
      column(state_.weights).decode(begin, std::span(weights_).first(block.rows));
      for (std::size_t i = 0; i < block.rows; ++i) {
        if (weights_[i] == 0) classes_[i] = -1;
      }
    }
    for (std::size_t c = 0; c < state_.levels.size(); ++c) {
      if (column(state_.plan.predictors[c]).missing() > 0) drop_missing(block, c);
    }
  }
  [[nodiscard]] const std::int32_t* classes() const { return classes_.data(); }
  [[nodiscard]] const double* weights() const { return weights_.data(); }

 private:
  [[nodiscard]] const frame::Chunk& column(std::int32_t at) const {
    return group_.columns[static_cast<std::size_t>(at)];
  }
  void drop_missing(const model::ScoreBlock& block, std::size_t c) {
    const bool numeric = state_.levels[c] == 0;
    for (std::size_t i = 0; i < block.rows; ++i) {
      if (numeric ? std::isnan(block.numbers[c][i]) : block.codes[c][i] < 0) classes_[i] = -1;
    }
  }
  const mr::RowGroup& group_;
  const CountTask::State& state_;
  std::vector<std::int32_t> classes_;
  std::vector<double> weights_;
};

void count_levels(std::span<const std::int32_t> codes, std::int32_t levels, const BlockRows& rows,
                  double* counts) {
  const std::int32_t* classes = rows.classes();
  const double* weights = rows.weights();
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (classes[i] < 0) continue;
    counts[static_cast<std::ptrdiff_t>(classes[i]) * levels + codes[i]] += weights[i];
  }
}

/// Sums of a block about a value near the mean, which keeps their digits.
struct ShiftedSums {
  double about = std::numeric_limits<double>::quiet_NaN();
  double weight = 0;
  double sum = 0;
  double squares = 0;
  [[nodiscard]] Moments moments() const {
    if (weight == 0) return {};
    const double off = sum / weight;
    return {.weight = weight, .mean = about + off, .squares = std::max(0.0, squares - sum * off)};
  }
};

void add_numbers(std::span<const double> numbers, const BlockRows& rows,
                 std::vector<Moments>& moments) {
  const std::int32_t* classes = rows.classes();
  const double* weights = rows.weights();
  std::vector<ShiftedSums> sums(moments.size());
  for (std::size_t k = 0; k < sums.size(); ++k) {
    if (moments[k].weight > 0) sums[k].about = moments[k].mean;
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (classes[i] < 0) continue;
    ShiftedSums& of = sums[static_cast<std::size_t>(classes[i])];
    if (std::isnan(of.about)) of.about = numbers[i];
    const double off = numbers[i] - of.about;
    const double weighted = weights[i] * off;
    of.weight += weights[i];
    of.sum += weighted;
    of.squares += weighted * off;
  }
  for (std::size_t k = 0; k < sums.size(); ++k) moments[k].merge(sums[k].moments());
}

void count_block(const model::ScoreBlock& block, const CountTask::State& state,
                 const BlockRows& rows, CountTask::Partial& partial) {
  for (std::size_t i = 0; i < block.rows; ++i) {
    const std::int32_t of = rows.classes()[i];
    if (of >= 0) partial.classes[static_cast<std::size_t>(of)] += rows.weights()[i];
  }
  for (std::size_t c = 0; c < state.levels.size(); ++c) {
    if (state.levels[c] == 0) {
      add_numbers(block.numbers[c].first(block.rows), rows, partial.moments[c]);
    } else {
      count_levels(block.codes[c].first(block.rows), state.levels[c], rows,
                   partial.levels[c].data());
    }
  }
}

}  // namespace

/// Chan, Golub and LeVeque (1979).
void Moments::merge(const Moments& right) {
  if (right.weight == 0) return;
  const double both = weight + right.weight;
  const double distance = right.mean - mean;
  squares += right.squares + distance * distance * (weight * (right.weight / both));
  mean += distance * (right.weight / both);
  weight = both;
}

CountTask::Partial CountTask::zero(const State& state) {
  Partial partial;
  const auto classes = static_cast<std::size_t>(state.classes);
  partial.classes.resize(classes);
  partial.levels.resize(state.levels.size());
  partial.moments.resize(state.levels.size());
  for (std::size_t c = 0; c < state.levels.size(); ++c) {
    if (state.levels[c] == 0) {
      partial.moments[c].resize(classes);
    } else {
      partial.levels[c].resize(classes * static_cast<std::size_t>(state.levels[c]));
    }
  }
  return partial;
}

std::int64_t CountTask::partial_bytes(const State& state) {
  std::int64_t cells = 1;
  for (const std::int32_t levels : state.levels) cells += levels == 0 ? 3 : levels;
  return 8 * cells * state.classes;
}

void CountTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  model::BlockReader reader(group, state.plan);
  BlockRows rows(group, state);
  for (std::int64_t begin = 0; begin < group.rows;) {
    const model::ScoreBlock& block = reader.read(begin);
    rows.read(block, begin);
    count_block(block, state, rows, partial);
    begin += static_cast<std::int64_t>(block.rows);
  }
}

void CountTask::merge(Partial& left, const Partial& right) {
  for (std::size_t k = 0; k < left.classes.size(); ++k) left.classes[k] += right.classes[k];
  for (std::size_t c = 0; c < left.levels.size(); ++c) {
    for (std::size_t i = 0; i < left.levels[c].size(); ++i) {
      left.levels[c][i] += right.levels[c][i];
    }
    for (std::size_t k = 0; k < left.moments[c].size(); ++k) {
      left.moments[c][k].merge(right.moments[c][k]);
    }
  }
}

}  // namespace neve::algos::naivebayes

#include "algos/gbm/boost.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <neve/base/error.hpp>

#include "algos/families/trees/residual_sums.hpp"

namespace neve::algos::gbm {
namespace {

constexpr std::size_t kBlockRows = 1024;

void add_leaf_values(trees::RowStore& store, const LeafValues& values) {
  double* score = store.score.data() + static_cast<std::size_t>(values.tree_class) * store.rows;
  for (const auto& [leaf, value] : values.leaves) {
    const auto step = static_cast<double>(value);
    for (const std::uint16_t row : store.rows_of(leaf)) score[row] += step;
  }
}

void make_residuals(const Distribution& distribution, trees::RowStore& store) {
  std::vector<double> score_buffer(kBlockRows);
  std::vector<double> response_buffer(kBlockRows);
  for (std::size_t begin = 0; begin < store.rows; begin += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, store.rows - begin);
    const auto scores = std::span(score_buffer).first(count);
    const auto response = std::span(response_buffer).first(count);
    std::ranges::copy(std::span(store.score).subspan(begin, count), scores.begin());
    store.response.read(begin, response);
    residuals(distribution, response, scores, std::span(store.residual).subspan(begin, count));
  }
}

void make_class_residuals(trees::RowStore& store) {
  std::vector<double> buffer(kBlockRows * store.classes);
  std::vector<double> response(kBlockRows);
  std::vector<std::span<double>> scores(store.classes);
  for (std::size_t begin = 0; begin < store.rows; begin += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, store.rows - begin);
    for (std::size_t k = 0; k < store.classes; ++k) {
      scores[k] = std::span(buffer).subspan(k * kBlockRows, count);
      std::ranges::copy(std::span(store.score).subspan(k * store.rows + begin, count),
                        scores[k].begin());
    }
    softmax(scores);
    store.response.read(begin, std::span(response).first(count));
    for (std::size_t k = 0; k < store.classes; ++k) {
      for (std::size_t i = 0; i < count; ++i) {
        const double actual = response[i] == static_cast<double>(k) ? 1 : 0;
        store.residual[k * store.rows + begin + i] = static_cast<float>(actual - scores[k][i]);
      }
    }
  }
}

/// Whether leaf terms need more than the residual.
bool has_costly_terms(const Distribution& distribution) { return distribution.has_log_link(); }

/// Where all weights are 1, and the leaf terms are bounded by the residual and by 1.
ClassRange measure_plain(std::span<const float> residuals) {
  constexpr unsigned kExponentShift = 23;  // of a float's bits; 127 is the exponent of 1
  constexpr std::int64_t kBias = 127;
  float largest = 0;
  std::uint32_t exponents = 0;  // a group's rows are too few for it to overflow
  std::uint32_t others = 0;
  for (const float residual : residuals) {
    const float distance = std::abs(residual);
    const std::uint32_t exponent = std::bit_cast<std::uint32_t>(distance) >> kExponentShift;
    largest = std::max(largest, distance);
    exponents += exponent;
    others += exponent != 0 ? 1U : 0U;
  }
  const auto bound = static_cast<double>(largest);
  return {{bound, bound, exponents - kBias * others, others}, bound, 1};
}

void measure(const Distribution& distribution, const trees::RowStore& store, std::size_t of_class,
             bool whole_weights, ClassRange& range) {
  const auto residual = std::span(store.residual).subspan(of_class * store.rows, store.rows);
  const double* score = store.score.data() + of_class * store.rows;
  if (store.weight.empty() && !has_costly_terms(distribution)) {
    range.merge(measure_plain(residual));
    return;
  }
  for (std::size_t row = 0; row < store.rows; ++row) {
    const double weight = store.weight_of(row);
    if (weight == 0) continue;
    const auto r = static_cast<double>(residual[row]);
    const LeafTerm term = leaf_term(distribution, store.response[row], score[row], r);
    const double distance = std::abs(r);
    const double target = whole_weights ? distance : weight * distance;
    const std::int64_t copies = whole_weights ? static_cast<std::int64_t>(weight) : 1;
    const bool counts = target >= std::numeric_limits<float>::min();
    range.merge({{distance, weight * distance, counts ? copies * std::ilogb(target) : 0,
                  counts ? copies : 0},
                 std::abs(term.numerator),
                 term.denominator});
  }
}

/// Sums the terms of rows in fixed point, whose LeafTerm term_of(row) gives.
template <class TermOf>
trees::LeafSums sum_terms(const LeafTask::State& state, const trees::RowStore& store,
                          std::span<const std::uint16_t> rows, const TermOf& term_of) {
  trees::LeafSums sums;
  for (const std::uint16_t row : rows) {
    const LeafTerm term = term_of(row);
    const double weight = store.weight_of(row);
    if (state.whole_weights) {
      const auto copies = static_cast<std::int64_t>(weight);
      sums.numerator += copies * state.numerator_scale.round(term.numerator);
      sums.denominator += copies * state.denominator_scale.round(term.denominator);
    } else {
      sums.numerator += state.numerator_scale.round(weight * term.numerator);
      sums.denominator += state.denominator_scale.round(weight * term.denominator);
    }
  }
  return sums;
}

trees::LeafSums sum_weighted(const LeafTask::State& state, const trees::RowStore& store,
                             std::span<const std::uint16_t> rows) {
  const std::size_t from = static_cast<std::size_t>(state.tree_class) * store.rows;
  return sum_terms(state, store, rows, [&](std::uint16_t row) -> LeafTerm {
    if (store.addends.leaves_out(row)) return {};
    return leaf_term(state.distribution, store.response[row], store.score[from + row],
                     static_cast<double>(store.residual[from + row]));
  });
}

trees::LeafSums sum_centered(const LeafTask::State& state, const trees::RowStore& store,
                             std::span<const std::uint16_t> rows, double center) {
  return sum_terms(state, store, rows, [&](std::uint16_t row) -> LeafTerm {
    const double deviation = store.response[row] - store.score[row] - center;
    return {clip(deviation, state.distribution.huber_delta), 1};
  });
}

/// The same where all rows weigh 1 and terms follow from the residual alone.
trees::LeafSums sum_plain(const LeafTask::State& state, const trees::RowStore& store,
                          std::int32_t leaf) {
  const trees::ResidualSumKernels& kernels = trees::residual_sum_kernels();
  const auto sum =
      state.distribution.family == Family::gaussian ? kernels.counted : kernels.with_variances;
  return sum(trees::plain_rows(store, leaf, state.tree_class), state.numerator_scale,
             state.denominator_scale);
}

void add_exactly(double value, double& sum, double& rest) {
  // Knuth's two-sum: what rounding loses is kept.
  const double total = sum + value;
  const double shadow = total - sum;
  rest += (sum - (total - shadow)) + (value - shadow);
  sum = total;
}

}  // namespace

void ClassRange::merge(const ClassRange& right) {
  const trees::TargetRange& other = right.targets;
  targets.largest_residual = std::max(targets.largest_residual, other.largest_residual);
  targets.largest_target = std::max(targets.largest_target, other.largest_target);
  targets.exponents += other.exponents;
  targets.exponent_count += other.exponent_count;
  largest_numerator = std::max(largest_numerator, right.largest_numerator);
  largest_denominator = std::max(largest_denominator, right.largest_denominator);
}

void ResidualTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                       Partial& partial) {
  for (const LeafValues& values : state.add_leaves) add_leaf_values(store, values);
  if (state.add_score != 0) {
    for (double& score : store.score) score += state.add_score;
  }
  if (!state.make_residuals) return;
  store.residual.resize(store.rows * store.classes);
  const bool by_class = state.distribution.family == Family::multinomial;
  by_class ? make_class_residuals(store) : make_residuals(state.distribution, store);
  partial.classes.resize(store.classes);
  for (std::size_t k = 0; k < store.classes; ++k)
    measure(state.distribution, store, k, state.whole_weights, partial.classes[k]);
}

void ResidualTask::merge(Partial& left, const Partial& right) {
  left.classes.resize(std::max(left.classes.size(), right.classes.size()));
  for (std::size_t k = 0; k < right.classes.size(); ++k) left.classes[k].merge(right.classes[k]);
}

LeafTask::Partial LeafTask::zero(const State& state) {
  return {std::vector<trees::TwoPartSum>(state.leaves.size()),
          std::vector<trees::TwoPartSum>(state.leaves.size())};
}

void LeafTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                   Partial& partial) {
  trees::apply_splits(store, state.splits);
  const bool plain = store.weight.empty() && !has_costly_terms(state.distribution);
  const auto sums_of = [&](std::size_t i) {
    const std::int32_t leaf = state.leaves[i];
    if (!state.centers.empty())
      return sum_centered(state, store, store.rows_of(leaf), state.centers[i]);
    if (plain) return sum_plain(state, store, leaf);
    return sum_weighted(state, store, store.rows_of(leaf));
  };
  for (std::size_t i = 0; i < state.leaves.size(); ++i) {
    const trees::LeafSums sums = sums_of(i);
    partial.numerators[i] += sums.numerator;
    partial.denominators[i] += sums.denominator;
  }
}

void LeafTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < left.numerators.size(); ++i) {
    left.numerators[i] += right.numerators[i];
    left.denominators[i] += right.denominators[i];
  }
}

void StartTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                    Partial& partial) {
  std::vector<double> responses(store.rows);
  store.response.read(0, responses);
  std::vector<double> scores(store.score.begin(),
                             store.score.begin() + static_cast<std::ptrdiff_t>(store.rows));
  for (double& score : scores) score += state.score;
  std::vector<float> of_rows(store.rows);
  residuals(state.distribution, responses, scores, of_rows);
  for (std::size_t row = 0; row < store.rows; ++row) {
    const double weight = store.weight_of(row);
    if (weight == 0) continue;
    const double response = responses[row];
    const LeafTerm term = leaf_term(state.distribution, response, store.score[row] + state.score,
                                    static_cast<double>(of_rows[row]));
    add_exactly(weight, partial.weight, partial.weight_rest);
    add_exactly(weight * term.numerator, partial.numerator, partial.numerator_rest);
    add_exactly(weight * term.denominator, partial.denominator, partial.denominator_rest);
    partial.least_response = partial.any ? std::min(partial.least_response, response) : response;
    partial.largest_response =
        partial.any ? std::max(partial.largest_response, response) : response;
    partial.any = true;
  }
}

void StartTask::merge(Partial& left, const Partial& right) {
  if (!right.any) return;
  add_exactly(right.weight, left.weight, left.weight_rest);
  add_exactly(right.numerator, left.numerator, left.numerator_rest);
  add_exactly(right.denominator, left.denominator, left.denominator_rest);
  left.weight_rest += right.weight_rest;
  left.numerator_rest += right.numerator_rest;
  left.denominator_rest += right.denominator_rest;
  left.least_response =
      left.any ? std::min(left.least_response, right.least_response) : right.least_response;
  left.largest_response =
      left.any ? std::max(left.largest_response, right.largest_response) : right.largest_response;
  left.any = true;
}

}  // namespace neve::algos::gbm

#include "algos/drf/targets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace neve::algos::drf {
namespace {

void merge_range(trees::TargetRange& left, const trees::TargetRange& right) {
  left.largest_residual = std::max(left.largest_residual, right.largest_residual);
  left.largest_target = std::max(left.largest_target, right.largest_target);
  left.exponents += right.exponents;
  left.exponent_count += right.exponent_count;
}

void make_targets(const TargetTask::State& state, trees::RowStore& store) {
  store.residual.resize(store.rows * store.classes);
  for (std::size_t k = 0; k < store.classes; ++k) {
    float* target = store.residual.data() + k * store.rows;
    const auto wanted = static_cast<double>(state.first_class) + static_cast<double>(k);
    for (std::size_t row = 0; row < store.rows; ++row) {
      const double response = store.response[row];
      target[row] = state.is_class ? (response == wanted ? 1.0F : 0.0F)
                                   : static_cast<float>(response - state.mean);
    }
  }
}

trees::TargetRange range_of(const TargetTask::State& state, const trees::RowStore& store,
                            std::size_t tree) {
  const float* targets = store.residual.data() + tree * store.rows;
  trees::TargetRange range;
  for (std::size_t row = 0; row < store.rows; ++row) {
    const double weight = store.weight_of(row);
    if (weight == 0) continue;
    const double distance = std::abs(static_cast<double>(targets[row]));
    const double target = state.whole_weights ? distance : weight * distance;
    const std::int64_t copies = state.whole_weights ? static_cast<std::int64_t>(weight) : 1;
    const bool counts = target >= static_cast<double>(std::numeric_limits<float>::min());
    merge_range(range, {distance, weight * distance, counts ? copies * std::ilogb(target) : 0,
                        counts ? copies : 0});
  }
  return range;
}

}  // namespace

/// Knuth's two-sum: what rounding loses is kept.
void StartTask::Sum::add(double value) {
  const double total = high + value;
  const double shadow = total - high;
  low += (high - (total - shadow)) + (value - shadow);
  high = total;
}

void StartTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                    Partial& partial) {
  partial.classes.resize(static_cast<std::size_t>(state.classes));
  for (std::size_t row = 0; row < store.rows; ++row) {
    const double weight = store.weight_of(row);
    if (weight == 0) continue;
    const double response = store.response[row];
    partial.weight.add(weight);
    partial.response.add(weight * response);
    if (state.classes > 0) partial.classes[static_cast<std::size_t>(response)].add(weight);
    partial.least_response = partial.any ? std::min(partial.least_response, response) : response;
    partial.largest_response =
        partial.any ? std::max(partial.largest_response, response) : response;
    partial.any = true;
  }
}

void StartTask::merge(Partial& left, const Partial& right) {
  if (!right.any) return;
  const auto add = [](Sum& to, const Sum& from) {
    to.add(from.high);
    to.low += from.low;
  };
  add(left.weight, right.weight);
  add(left.response, right.response);
  left.classes.resize(right.classes.size());
  for (std::size_t k = 0; k < right.classes.size(); ++k) add(left.classes[k], right.classes[k]);
  left.least_response =
      left.any ? std::min(left.least_response, right.least_response) : right.least_response;
  left.largest_response =
      left.any ? std::max(left.largest_response, right.largest_response) : right.largest_response;
  left.any = true;
}

void TargetTask::map(const mr::RowGroup& /*group*/, const State& state, Scratch& store,
                     Partial& partial) {
  partial.ranges.resize(store.classes);
  if (store.rows == 0 || !store.residual.empty()) return;
  make_targets(state, store);
  for (std::size_t k = 0; k < store.classes; ++k)
    merge_range(partial.ranges[k], range_of(state, store, k));
}

void TargetTask::merge(Partial& left, const Partial& right) {
  left.ranges.resize(std::max(left.ranges.size(), right.ranges.size()));
  for (std::size_t k = 0; k < right.ranges.size(); ++k)
    merge_range(left.ranges[k], right.ranges[k]);
}

}  // namespace neve::algos::drf

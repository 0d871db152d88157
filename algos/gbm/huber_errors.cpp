#include "algos/gbm/huber_errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "algos/gbm/leaf_quantiles.hpp"

namespace neve::algos::gbm {
namespace {

using Weighted = std::pair<double, double>;  // error and weight

/// The error up to which all together weigh more than `rank`; the last one where none is.
double error_at(std::span<const Weighted> sorted, double rank) {
  double before = 0;
  for (const auto& [error, weight] : sorted) {
    before += weight;
    if (before > rank) return error;
  }
  return sorted.back().first;
}

std::vector<double> decode(const frame::Chunk& chunk, std::int64_t begin, std::size_t rows) {
  std::vector<double> values(rows);
  chunk.decode(begin, values);
  return values;
}

}  // namespace

void HuberErrors::add_rows(std::span<const double> predicted, std::span<const double> actual,
                           std::span<const double> row_weights) {
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const double weight = row_weights.empty() ? 1 : row_weights[i];
    const double error = std::abs(actual[i] - predicted[i]);
    if (!(weight > 0) || std::isnan(error)) continue;
    if (weight != 1 && weights.empty()) weights.assign(errors.size(), 1);
    errors.push_back(error);
    if (weight != 1 || !weights.empty()) weights.push_back(weight);
  }
}

void HuberErrors::merge(const HuberErrors& right) {
  if (weights.empty() != right.weights.empty()) {
    if (weights.empty()) weights.assign(errors.size(), 1);
    if (right.weights.empty()) weights.resize(weights.size() + right.errors.size(), 1);
  }
  weights.insert(weights.end(), right.weights.begin(), right.weights.end());
  errors.insert(errors.end(), right.errors.begin(), right.errors.end());
}

double mean_huber_deviance(const HuberErrors& errors, double alpha) {
  if (errors.errors.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<Weighted> sorted;
  sorted.reserve(errors.errors.size());
  for (std::size_t i = 0; i < errors.errors.size(); ++i) {
    sorted.emplace_back(errors.errors[i], errors.weights.empty() ? 1 : errors.weights[i]);
  }
  std::ranges::sort(sorted);
  double weight = 0;
  for (const auto& each : sorted) weight += each.second;
  const QuantileRank rank(alpha, weight);
  const double delta = rank.between(error_at(sorted, rank.low), error_at(sorted, rank.low + 1));
  double sum = 0;
  for (const auto& [error, row_weight] : sorted) {
    sum += row_weight * (error <= delta ? error * error : (2 * error - delta) * delta);
  }
  return sum / weight;
}

void HuberErrorTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  constexpr std::int64_t kBlockRows = 1024;
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    const auto rows = static_cast<std::size_t>(std::min(kBlockRows, group.rows - begin));
    std::vector<double> weights;
    if (group.columns.size() > 2) weights = decode(group.columns[2], begin, rows);
    partial.add_rows(decode(group.columns[0], begin, rows), decode(group.columns[1], begin, rows),
                     weights);
  }
}

}  // namespace neve::algos::gbm

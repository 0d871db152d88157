#include "rapids/weighted_quantiles.hpp"

#include <algorithm>
#include <cmath>

#include <neve/munge/group_by.hpp>
#include <neve/munge/rows.hpp>

namespace neve::rapids {
namespace {

/// The distinct values, ascending, and the weight of all rows up to and with each.
struct Distribution {
  std::vector<double> values;
  std::vector<double> weight_up_to;

  [[nodiscard]] double at(double rank) const {
    const auto place = std::ranges::upper_bound(weight_up_to, rank) - weight_up_to.begin();
    return values[std::min(static_cast<std::size_t>(place), values.size() - 1)];
  }
};

Distribution distribution_of(Evaluation& evaluation, const Weighted& of) {
  const munge::Grouping grouping{
      .keys = {of.values},
      .values = {of.weights},
      .aggregates = {{.statistic = munge::Statistic::sum, .missing = munge::MissingCells::remove}},
      .missing_keys = munge::MissingKeys::dropped};
  const LazyFrame groups =
      lazy(munge::group_frame(evaluation.engine(), of.layout, grouping, evaluation.token()));
  const auto values = munge::collect(evaluation.engine(), groups.layout, groups.columns[0]);
  const auto weights = munge::collect(evaluation.engine(), groups.layout, groups.columns[1]);
  Distribution made;
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    sum += weights[i];
    made.values.push_back(values[i]);
    made.weight_up_to.push_back(sum);
  }
  return made;
}

double quantile_of(const Distribution& of, double prob, munge::Interpolation between) {
  if (of.values.empty()) return std::nan("");
  const double rank = prob * std::max(0.0, of.weight_up_to.back() - 1);
  const double below = std::floor(rank);
  const double low = of.at(below);
  const double part = rank - below;
  const double high = part > 0 ? of.at(below + 1) : low;
  if (low == high) return low;
  switch (between) {
    case munge::Interpolation::low:
      return low;
    case munge::Interpolation::high:
      return high;
    case munge::Interpolation::average:
      return (low + high) / 2;
    case munge::Interpolation::interpolate:
      return low + part * (high - low);
  }
  return low;
}

}  // namespace

std::vector<double> weighted_quantiles(Evaluation& evaluation, const Weighted& of,
                                       std::span<const double> probs,
                                       munge::Interpolation between) {
  const Distribution distribution = distribution_of(evaluation, of);
  std::vector<double> found;
  for (const double p : probs) found.push_back(quantile_of(distribution, p, between));
  return found;
}

}  // namespace neve::rapids

#include "algos/isolationforest/stopping.hpp"

#include <cmath>

namespace neve::algos::isolationforest {
namespace {

/// Moving averages of `rounds` scores, which end at each of the last rounds + 1; the first one of
/// them is what the others are held against.
bool has_settled(std::size_t rounds, double tolerance, std::span<const double> scores) {
  if (rounds == 0 || scores.size() < 2 * rounds) return false;
  double reference = 0;
  for (std::size_t i = 0; i <= rounds; ++i) {
    double sum = 0;
    for (const double score : scores.subspan(scores.size() - 2 * rounds + i, rounds)) sum += score;
    const double average = sum / static_cast<double>(rounds);
    if (i == 0) reference = average;
    if (!(std::abs(average / reference - 1) <= tolerance)) return false;
  }
  return true;
}

}  // namespace

bool stops_by_labels(const Parameters& p) {
  return p.stopping_rounds > 0 && p.stopping_metric != model::StoppingMetric::automatic &&
         p.stopping_metric != model::StoppingMetric::anomaly_score;
}

trees::StoppingRule stopping_rule(const Parameters& p) {
  return trees::stopping_rule(p, model::Category::binomial);
}

bool should_stop(const Parameters& p, std::span<const double> scores) {
  if (stops_by_labels(p)) return trees::should_stop(isolationforest::stopping_rule(p), scores);
  return has_settled(static_cast<std::size_t>(p.stopping_rounds), p.stopping_tolerance, scores);
}

}  // namespace neve::algos::isolationforest

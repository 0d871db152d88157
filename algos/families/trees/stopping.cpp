#include "algos/families/trees/stopping.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace neve::algos::trees {
namespace {

using model::StoppingMetric;

/// What AUTO means for models of a category.
StoppingMetric automatic_metric(model::Category category) {
  if (category == model::Category::auto_encoder) return StoppingMetric::mse;
  return model::is_classifier(category) ? StoppingMetric::logloss : StoppingMetric::deviance;
}

std::string_view metric_of(StoppingMetric metric, bool classes) {
  switch (metric) {
    case StoppingMetric::deviance:
      return classes ? "logloss" : "mean_residual_deviance";
    case StoppingMetric::logloss:
      return "logloss";
    case StoppingMetric::mse:
      return "MSE";
    case StoppingMetric::rmse:
      return "RMSE";
    case StoppingMetric::mae:
      return "mae";
    case StoppingMetric::rmsle:
      return "rmsle";
    case StoppingMetric::auc:
      return "AUC";
    case StoppingMetric::aucpr:
      return "pr_auc";
    case StoppingMetric::lift_top_group:
      return "lift_top_group";
    case StoppingMetric::misclassification:
      return "classification_error";
    case StoppingMetric::mean_per_class_error:
      return "mean_per_class_error";
    default:
      return {};
  }
}

int sign(double value) { return (value > 0 ? 1 : 0) - (value < 0 ? 1 : 0); }

}  // namespace

StoppingRule stopping_rule(const model::CommonParameters& parameters, model::Category category) {
  StoppingMetric metric = parameters.stopping_metric;
  if (metric == StoppingMetric::automatic) metric = automatic_metric(category);
  StoppingRule rule;
  rule.metric = metric_of(metric, model::is_classifier(category));
  rule.more_is_better = metric == StoppingMetric::auc || metric == StoppingMetric::aucpr ||
                        metric == StoppingMetric::lift_top_group;
  rule.rounds = parameters.stopping_rounds;
  rule.tolerance = parameters.stopping_tolerance;
  return rule;
}

void settle_stopping_metric(const model::CommonParameters& parameters, model::Category category,
                            model::Header& header) {
  if (parameters.stopping_metric != StoppingMetric::automatic) return;
  if (parameters.stopping_rounds == 0) {
    header.settled.idle.emplace_back("stopping_metric");
    return;
  }
  header.settled.values.emplace_back("stopping_metric",
                                     schema::enum_text(automatic_metric(category)));
}

bool should_stop(const StoppingRule& rule, std::span<const double> scores) {
  const auto rounds = static_cast<std::size_t>(rule.rounds);
  if (rounds == 0 || scores.size() < 2 * rounds + 1) return false;
  std::vector<double> averages;
  for (std::size_t i = 0; i <= rounds; ++i) {
    double sum = 0;
    for (const double score : scores.subspan(scores.size() - 2 * rounds + i, rounds)) sum += score;
    averages.push_back(sum / static_cast<double>(rounds));
    if (std::isnan(averages.back())) return false;
  }
  const double reference = averages.front();
  const auto [least, largest] = std::ranges::minmax(std::span(averages).subspan(1));
  // Ratios say nothing where signs differ.
  if (sign(least) != sign(largest) || sign(least) != sign(reference)) return false;
  const double ratio = (rule.more_is_better ? largest : least) / reference;
  if (std::isnan(ratio)) return false;
  return rule.more_is_better ? ratio <= 1 + rule.tolerance : ratio >= 1 - rule.tolerance;
}

std::size_t best_point(const StoppingRule& rule, std::span<const double> scores) {
  std::size_t best = scores.size() - 1;
  const auto rounds = static_cast<std::size_t>(rule.rounds);
  for (std::size_t back = 1; back < rounds && back < scores.size(); ++back) {
    const std::size_t at = scores.size() - 1 - back;
    const bool better = rule.more_is_better ? scores[at] > scores[best] : scores[at] < scores[best];
    if (better) best = at;
  }
  return best;
}

}  // namespace neve::algos::trees

#include "grid/scores.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace neve::grid {
namespace {

using model::Category;
using model::StoppingMetric;

std::string_view name_of(StoppingMetric metric) {
  switch (metric) {
    case StoppingMetric::deviance:
      return "deviance";
    case StoppingMetric::logloss:
      return "logloss";
    case StoppingMetric::mse:
      return "mse";
    case StoppingMetric::rmse:
      return "rmse";
    case StoppingMetric::mae:
      return "mae";
    case StoppingMetric::rmsle:
      return "rmsle";
    case StoppingMetric::auc:
      return "auc";
    case StoppingMetric::aucpr:
      return "aucpr";
    case StoppingMetric::lift_top_group:
      return "lift_top_group";
    case StoppingMetric::misclassification:
      return "misclassification";
    case StoppingMetric::mean_per_class_error:
      return "mean_per_class_error";
    default:
      return {};
  }
}

int sign(double value) { return (value > 0 ? 1 : 0) - (value < 0 ? 1 : 0); }

}  // namespace

Measure usual_measure(Category category) {
  if (model::is_classifier(category)) return {"logloss"};
  if (category == Category::regression) return {"residual_deviance"};
  return {};
}

std::string names_of_measures(const model::Model& model) {
  return model::names_of_measures(metrics_of(model));
}

Measure stopping_measure(StoppingMetric metric, Category category) {
  if (const std::string_view name = name_of(metric); !name.empty()) return *find_measure(name);
  Measure usual = usual_measure(category);
  if (!usual.name.empty()) return usual;
  return category == Category::clustering ? Measure{"tot_withinss"} : Measure{"mse"};
}

std::optional<double> score_of(const model::Model& model, const Measure& measure) {
  return model::value_of(metrics_of(model), measure);
}

bool should_stop(const Criteria& criteria, bool more_is_better, std::span<const double> scores) {
  const auto rounds = static_cast<std::size_t>(criteria.stopping_rounds);
  if (rounds == 0 || !criteria.early_stopping || scores.size() < 2 * rounds + 1) return false;
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
  const double ratio = (more_is_better ? largest : least) / reference;
  if (std::isnan(ratio)) return false;
  return more_is_better ? ratio <= 1 + criteria.stopping_tolerance
                        : ratio >= 1 - criteria.stopping_tolerance;
}

}  // namespace neve::grid

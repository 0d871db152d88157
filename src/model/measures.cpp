#include <neve/model/leaderboard.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace neve::model {
namespace {

using metrics::Metrics;

/// What clients call a metric, and where it is in the answers.
struct Known {
  std::string_view name;
  std::string_view wire_name;
  bool more_is_better = false;
  /// A row of the table of best thresholds: "max f1".
  bool of_thresholds = false;
};

constexpr std::array kKnown = {
    Known{"auc", "AUC", true},
    Known{"aucpr", "pr_auc", true},
    Known{"pr_auc", "pr_auc", true},
    Known{"gini", "Gini", true},
    Known{"logloss", "logloss"},
    Known{"mse", "MSE"},
    Known{"rmse", "RMSE"},
    Known{"mae", "mae"},
    Known{"rmsle", "rmsle"},
    Known{"r2", "r2", true},
    Known{"residual_deviance", "mean_residual_deviance"},
    Known{"mean_residual_deviance", "mean_residual_deviance"},
    Known{"deviance", "mean_residual_deviance"},
    Known{"null_deviance", "null_deviance"},
    Known{"aic", "AIC"},
    Known{"loglikelihood", "loglikelihood", true},
    Known{"mean_per_class_error", "mean_per_class_error"},
    Known{"err", "classification_error"},
    Known{"misclassification", "classification_error"},
    Known{"lift_top_group", "lift_top_group", true},
    Known{"tot_withinss", "tot_withinss"},
    Known{"totss", "totss"},
    Known{"betweenss", "betweenss", true},
    Known{"numerr", "numerr"},
    Known{"caterr", "caterr"},
    Known{"f1", "max f1", true, true},
    Known{"f2", "max f2", true, true},
    Known{"f0point5", "max f0point5", true, true},
    Known{"accuracy", "max accuracy", true, true},
    Known{"precision", "max precision", true, true},
    Known{"recall", "max recall", true, true},
    Known{"specificity", "max specificity", true, true},
    Known{"mcc", "max absolute_mcc", true, true},
};

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return made;
}

const Known* find_known(std::string_view name) {
  const auto at = std::ranges::find(kKnown, lower(name), &Known::name);
  return at == kKnown.end() ? nullptr : &*at;
}

std::optional<double> number(const schema::Table::Cell& cell) {
  if (const auto* value = std::get_if<double>(&cell)) return *value;
  if (const auto* value = std::get_if<float>(&cell)) return static_cast<double>(*value);
  return std::nullopt;
}

/// The value of a row of the table "metric, threshold, value, …".
std::optional<double> threshold_value(const Metrics& metrics, std::string_view row) {
  const metrics::Binomial* two = metrics.binomial();
  if (two == nullptr || !two->max_criteria_and_metric_scores) return std::nullopt;
  const auto& columns = two->max_criteria_and_metric_scores->columns;
  if (columns.size() < 3) return std::nullopt;
  for (std::size_t i = 0; i < columns[0].cells.size(); ++i) {
    const auto* name = std::get_if<std::string>(&columns[0].cells[i]);
    if (name != nullptr && *name == row) return number(columns[2].cells[i]);
  }
  return std::nullopt;
}

std::optional<double> value_of(const Metrics& metrics, const Known& known) {
  std::optional<double> value = known.of_thresholds ? threshold_value(metrics, known.wire_name)
                                                    : metrics.find(known.wire_name);
  if (value && std::isnan(*value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Measure> find_measure(std::string_view name) {
  const Known* known = find_known(name);
  if (known == nullptr) return std::nullopt;
  return Measure{std::string(known->name), known->more_is_better};
}

std::string names_of_measures(const Metrics& metrics) {
  std::string names;
  for (const Known& known : kKnown) {
    if (value_of(metrics, known)) names += (names.empty() ? "" : ", ") + std::string(known.name);
  }
  return names;
}

std::optional<double> value_of(const Metrics& metrics, const Measure& measure) {
  const Known* known = find_known(measure.name);
  return known == nullptr ? std::nullopt : value_of(metrics, *known);
}

const Metrics& metrics_of(const Model& model) {
  const Header& header = model.header;
  if (header.cross_validation.metrics) return header.cross_validation.metrics;
  return header.validation_metrics ? header.validation_metrics : header.training_metrics;
}

}  // namespace neve::model

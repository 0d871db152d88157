#include "model/stopping_checks.hpp"

#include <string>

namespace neve::model {
namespace {

bool is_of_classes(StoppingMetric metric) {
  switch (metric) {
    case StoppingMetric::logloss:
    case StoppingMetric::auc:
    case StoppingMetric::aucpr:
    case StoppingMetric::lift_top_group:
    case StoppingMetric::misclassification:
    case StoppingMetric::mean_per_class_error:
      return true;
    default:
      return false;
  }
}

/// Of metrics that classes, or numbers, could have.
bool is_measured(const CommonParameters& p, Category category) {
  const bool classes = is_classifier(category);
  // Of more than two classes there is a curve only for the averages that the user asks for.
  const bool has_curve =
      category == Category::binomial ||
      (classes && p.auc_type != AucType::automatic && p.auc_type != AucType::none);
  switch (p.stopping_metric) {
    case StoppingMetric::mae:
    case StoppingMetric::rmsle:
      return !classes;
    case StoppingMetric::auc:
    case StoppingMetric::aucpr:
      return has_curve;
    case StoppingMetric::lift_top_group:
      return category == Category::binomial;
    case StoppingMetric::anomaly_score:
    case StoppingMetric::auuc:
    case StoppingMetric::ate:
    case StoppingMetric::att:
    case StoppingMetric::atc:
    case StoppingMetric::qini:
      return false;
    default:
      return true;
  }
}

void check_metric(const CommonParameters& p, Category category, Messages& messages) {
  const StoppingMetric metric = p.stopping_metric;
  const auto named = std::string(schema::enum_text(metric));
  const auto refuse_metric = [&](std::string text) {
    add_error(messages, "stopping_metric", std::move(text));
  };
  if (metric == StoppingMetric::custom || metric == StoppingMetric::custom_increasing) {
    add_error(messages, "custom_metric_func",
              "Custom metric function needs to be defined in order to use it for early stopping.");
  } else if (is_classifier(category) && metric == StoppingMetric::deviance) {
    refuse_metric(
        "Stopping metric cannot be deviance for classification; logloss is its mean there.");
  } else if (!is_classifier(category) && is_of_classes(metric)) {
    refuse_metric("Stopping metric cannot be " + named + " for regression.");
  } else if (!is_measured(p, category)) {
    refuse_metric(
        "The value " + named + " of parameter stopping_metric is not measured for such a model (" +
        std::string(schema::enum_text(category)) + "), so that it cannot end its training.");
  }
}

}  // namespace

void check_stopping(const CommonParameters& parameters, const CommonParameters& defaults,
                    Category category, Messages& messages) {
  const CommonParameters& p = parameters;
  if (!(p.stopping_tolerance < 1)) {
    add_error(messages, "stopping_tolerance", "Stopping tolerance must be < 1.");
  }
  if (p.stopping_rounds > 0) {
    check_metric(p, category, messages);
    return;
  }
  if (p.stopping_metric != StoppingMetric::automatic) {
    add_warning(messages, "stopping_metric", "Stopping metric is ignored for stopping_rounds=0.");
  }
  if (p.stopping_tolerance != defaults.stopping_tolerance) {
    add_warning(messages, "stopping_tolerance",
                "Stopping tolerance is ignored for stopping_rounds=0.");
  }
}

}  // namespace neve::model

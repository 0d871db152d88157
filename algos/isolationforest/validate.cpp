#include "algos/isolationforest/validate.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

namespace neve::algos::isolationforest {
namespace {

using model::StoppingMetric;

void check_sampling(const Parameters& p, model::Messages& messages) {
  if (p.mtries < 1 && p.mtries != -1 && p.mtries != -2) {
    add_error(messages, "mtries",
              "mtries must be -1 (a third of the columns) or -2 (all columns) or >= 1 but it is " +
                  std::to_string(p.mtries) + ".");
  }
  if (p.sample_rate == Parameters::kNoRate) {
    if (p.sample_size > 0) return;
    add_error(messages, "sample_size",
              "Sample size needs to be a positive integer number but it is " +
                  std::to_string(p.sample_size) + ".");
  } else if (!(p.sample_rate > 0 && p.sample_rate <= 1)) {
    add_error(messages, "sample_rate",
              "sample_rate should be in interval ]0,1], or -1 for sample_size rows, but it is " +
                  java_double(p.sample_rate) + ".");
  }
}

void check_anomalies(const Parameters& p, model::Messages& messages) {
  const bool wanted = p.contamination != Parameters::kNoContamination;
  if (wanted && !(p.contamination > 0 && p.contamination <= 0.5)) {
    add_error(
        messages, "contamination",
        "Contamination parameter needs to be in range (0, 0.5] or undefined (-1); but it is " +
            java_double(p.contamination) + ".");
  }
  if (p.validation_frame.empty()) return;
  if (p.validation_response_column.name.empty()) {
    add_error(messages, "validation_response_column",
              "Response column needs to be defined when using a validation frame.");
  }
  if (wanted) {
    add_error(messages, "contamination",
              "Contamination parameter cannot be used together with a validation frame.");
  }
}

/// Metrics that a labelled validation frame has.
bool is_of_two_classes(StoppingMetric metric) {
  constexpr StoppingMetric kOfTwo[] = {StoppingMetric::logloss,
                                       StoppingMetric::mse,
                                       StoppingMetric::rmse,
                                       StoppingMetric::auc,
                                       StoppingMetric::aucpr,
                                       StoppingMetric::lift_top_group,
                                       StoppingMetric::misclassification,
                                       StoppingMetric::mean_per_class_error};
  return std::ranges::find(kOfTwo, metric) != std::end(kOfTwo);
}

void check_stopping(const Parameters& p, model::Messages& messages) {
  if (!(p.stopping_tolerance < 1))
    add_error(messages, "stopping_tolerance", "Stopping tolerance must be < 1.");
  const StoppingMetric metric = p.stopping_metric;
  if (metric == StoppingMetric::automatic || metric == StoppingMetric::anomaly_score) return;
  const std::string named(schema::enum_text(metric));
  if (p.validation_frame.empty()) {
    add_error(messages, "stopping_metric",
              "Stopping metric `" + named +
                  "` can only be used when a labeled validation frame is provided.");
  } else if (!is_of_two_classes(metric)) {
    add_error(messages, "stopping_metric",
              "Stopping metric `" + named +
                  "` is not measured for two classes, so that it cannot end the training.");
  }
}

}  // namespace

void validate(const Parameters& p, model::Messages& messages) {
  check_sampling(p, messages);
  check_anomalies(p, messages);
  check_stopping(p, messages);
  if (p.categorical_encoding == model::CategoricalEncoding::one_hot_internal) {
    add_error(messages, "categorical_encoding",
              "Cannot use OneHotInternal categorical encoding for tree methods; OneHotExplicit "
              "makes the same columns.");
  }
}

void check_training(const Parameters& p, const frame::Frame& training, model::Messages& messages) {
  const std::string& response = p.validation_response_column.name;
  if (response.empty() || !training.find(response)) return;
  const auto ignored = p.ignored_columns.value_or(std::vector<std::string>());
  if (std::ranges::find(ignored, response) != ignored.end()) return;
  add_error(
      messages, "training_frame",
      "Training frame should not have a response column; leave out column '" + response + "'.");
}

std::int64_t sample_size(const Parameters& p, std::int64_t rows) {
  if (p.sample_rate == Parameters::kNoRate) return std::min(p.sample_size, rows);
  return std::clamp<std::int64_t>(std::llround(p.sample_rate * static_cast<double>(rows)), 1, rows);
}

std::int32_t columns_per_split(const Parameters& p, std::int32_t columns) {
  constexpr std::int32_t kAll = -2;
  if (p.mtries == kAll) return columns;
  if (p.mtries < 1) return std::max(1, columns / 3);
  if (p.mtries <= columns) return p.mtries;
  throw InputError::illegal_argument("Computed mtries should be -1 or -2 or in interval [1," +
                                     std::to_string(columns) + "] but it is " +
                                     std::to_string(p.mtries) + ".");
}

model::ColumnRoles with_response(model::ColumnRoles roles, const Parameters& p,
                                 const frame::Frame& validation) {
  roles.response = p.validation_response_column.name;
  const auto at = validation.find(roles.response);
  if (!at) {
    throw InputError::illegal_argument("Validation frame is missing response column `" +
                                       roles.response + "`.");
  }
  roles.response_domain = validation.column(*at).domain;
  if (!roles.response_domain || roles.response_domain->size() != 2) {
    throw InputError::illegal_argument(
        "The response column of the validation frame needs to have a binary categorical domain "
        "(not anomaly/anomaly); convert column '" +
        roles.response + "' with as.factor (asfactor in Python).");
  }
  return roles;
}

}  // namespace neve::algos::isolationforest

#include <neve/model/metrics/comparison.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/munge/rows.hpp>

#include "model/metrics/column_blocks.hpp"
#include "model/metrics/comparison_tasks.hpp"

namespace neve::model::metrics {
namespace {

constexpr std::array<std::string_view, 7> kFamilyNames = {
    "gaussian", "poisson", "gamma", "tweedie", "laplace", "quantile", "huber"};

const frame::Column& only_column(const frame::Frame& frame, std::string_view parameter) {
  if (frame.width() == 1) return frame.columns[0];
  throw InputError::illegal_argument("The frame of " + std::string(parameter) +
                                         " must have one column, but " + frame.key + " has " +
                                         std::to_string(frame.width()) + ".",
                                     {{std::string(parameter), frame.key}});
}

/// A frame of one column on the cuts of the predictions, as rows are compared in place.
frame::Frame aligned(mr::Engine& engine, const frame::Frame& predictions, const frame::Frame& other,
                     std::string_view parameter) {
  only_column(other, parameter);
  if (predictions.rows() != other.rows()) {
    throw InputError::illegal_argument(
        "The frames of predictions_frame and " + std::string(parameter) +
            " must have equally many rows; they have " + std::to_string(predictions.rows()) +
            " and " + std::to_string(other.rows()) + ".",
        {{"predictions_frame", predictions.key}, {std::string(parameter), other.key}});
  }
  if (predictions.layout->cuts == other.layout->cuts) return other;
  frame::Frame made = munge::recut(engine, other, predictions.layout);
  made.key = other.key;
  return made;
}

void check_probabilities(mr::Engine& engine, const Comparison& comparison, std::size_t columns,
                         const mr::RunOptions& options) {
  const frame::Frame& predictions = comparison.predictions;
  if (predictions.columns.size() != columns) {
    throw InputError::illegal_argument("For " + std::to_string(comparison.domain->size()) +
                                           " classes predictions_frame must have " +
                                           std::to_string(columns) +
                                           " columns of probabilities, but it has " +
                                           std::to_string(predictions.columns.size()) + ".",
                                       {{"predictions_frame", predictions.key}});
  }
  const auto extent = engine.run<ExtentTask>(mr::inputs_of(predictions), {}, options);
  if (extent.low < 0 || extent.high > 1) {
    throw InputError::illegal_argument(
        "Probabilities in predictions_frame must lie between 0 and 1, but go from " +
            java_double(extent.low) + " to " + java_double(extent.high) + ".",
        {{"predictions_frame", predictions.key}});
  }
}

/// Labels of the column, as the doubles that it holds, to classes of the domain.
std::map<double, double> match_labels(const frame::Column& actual,
                                      const std::vector<std::string>& domain) {
  std::map<double, double> classes;
  for (std::size_t k = 0; k < domain.size(); ++k) {
    const auto target = static_cast<double>(k);
    if (actual.is_categorical()) {
      const auto level = std::ranges::find(*actual.domain, domain[k]);
      if (level != actual.domain->end())
        classes[static_cast<double>(level - actual.domain->begin())] = target;
      continue;
    }
    double number = 0;
    const std::string& label = domain[k];
    const auto read = std::from_chars(label.data(), label.data() + label.size(), number);
    if (read.ec == std::errc() && read.ptr == label.data() + label.size()) classes[number] = target;
  }
  if (classes.empty()) {
    throw InputError::illegal_argument(
        "The column of actuals_frame has none of the labels in domain, whose first is '" +
        domain.at(0) + "'.");
  }
  return classes;
}

Metrics compare_classes(mr::Engine& engine, const Comparison& comparison,
                        const std::optional<ColumnId>& weights, mr::RunOptions options) {
  const std::vector<std::string>& domain = *comparison.domain;
  check_probabilities(engine, comparison, domain.size() == 2 ? 1 : domain.size(), options);
  const frame::Column& actual = comparison.actuals.columns[0];
  const job::TokenPtr token = options.token;
  options.outputs.resize(1);
  const mr::Inputs labels{comparison.predictions.layout, {actual.id}};
  const auto classes =
      engine.run_with_outputs<MatchTask>(labels, {match_labels(actual, domain)}, options).columns;
  const std::vector<frame::Column>& predictions = comparison.predictions.columns;
  const frame::LayoutPtr& layout = comparison.predictions.layout;
  if (domain.size() == 2) {
    Binomial made = compute_binomial(
        engine, {layout, predictions[0].id, classes[0].id, weights, {domain, -1}}, token);
    made.description =
        "Computed on user-given predictions and labels, using F1-optimal threshold: " +
        java_double(made.default_threshold) + ".";
    return made;
  }
  MultinomialInputs inputs{layout, {}, classes[0].id, weights, domain, comparison.auc_type};
  for (const frame::Column& column : predictions) inputs.probabilities.push_back(column.id);
  Multinomial made = compute_multinomial(engine, inputs, token);
  made.description = "Computed on user-given predictions and labels.";
  return made;
}

Metrics compare_numbers(mr::Engine& engine, const Comparison& comparison,
                        const std::optional<ColumnId>& weights, const job::TokenPtr& token) {
  const frame::Column& predicted = only_column(comparison.predictions, "predictions_frame");
  const frame::Column& actual = comparison.actuals.columns[0];
  if (actual.is_categorical() || predicted.is_categorical()) {
    throw InputError::illegal_argument(
        "Without a domain predictions and actuals must be numbers, not categories.",
        {{"actuals_frame", comparison.actuals.key}});
  }
  Regression made = compute_regression(
      engine,
      {comparison.predictions.layout, predicted.id, actual.id, weights, comparison.deviance},
      token);
  const auto family = static_cast<std::size_t>(comparison.deviance.family);
  made.description = "Computed on user-given predictions and targets, distribution: " +
                     std::string(kFamilyNames[family]) + ".";
  return made;
}

}  // namespace

void MatchTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                    mr::Outputs& outputs) {
  const std::span<double> classes = outputs.doubles(0);
  std::size_t row = 0;
  for_blocks(group, [&](std::span<const std::span<const double>> columns) {
    for (const double label : columns[0]) {
      const auto found = std::isnan(label) ? state.classes.end() : state.classes.find(label);
      classes[row++] = found == state.classes.end() ? frame::kMissingDouble : found->second;
    }
  });
}

void ExtentTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  for_blocks(group, [&](std::span<const std::span<const double>> columns) {
    for (const auto& column : columns) {
      for (const double value : column) {
        if (value < partial.low) partial.low = value;
        if (value > partial.high) partial.high = value;
      }
    }
  });
}

void ExtentTask::merge(Partial& left, const Partial& right) {
  left.low = std::min(left.low, right.low);
  left.high = std::max(left.high, right.high);
}

Metrics compare(mr::Engine& engine, const Comparison& given, const job::TokenPtr& token) {
  Comparison comparison = given;
  comparison.actuals = aligned(engine, given.predictions, given.actuals, "actuals_frame");
  std::optional<ColumnId> weights;
  if (given.weights) {
    comparison.weights = aligned(engine, given.predictions, *given.weights, "weights_frame");
    weights = comparison.weights->columns[0].id;
  }
  mr::RunOptions options;
  options.token = token;
  const bool classes = comparison.domain && comparison.domain->size() > 1;
  if (comparison.domain && !classes) {
    throw InputError::illegal_argument("domain must name two classes or more; it has " +
                                       std::to_string(comparison.domain->size()) + ".");
  }
  Metrics made = classes ? compare_classes(engine, comparison, weights, options)
                         : compare_numbers(engine, comparison, weights, token);
  made.header()->model_category.reset();
  return made;
}

}  // namespace neve::model::metrics

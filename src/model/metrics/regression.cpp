#include <neve/model/metrics/regression.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <neve/base/math.hpp>

#include "model/metrics/column_blocks.hpp"
#include "model/metrics/regression_task.hpp"
#include "model/metrics/schema_parts.hpp"

namespace neve::model::metrics {
namespace {

constexpr std::size_t kBlock = kBlockRows;

/// The rows of a block that count, side by side.
struct Rows {
  std::size_t count = 0;
  std::array<double, kBlock> predicted;
  std::array<double, kBlock> actual;
  std::array<double, kBlock> weights;
};

/// Adds weighted values of a block, in its order.
template <class Value>
double weighted_sum(const Rows& rows, const Value& value) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.count; ++i) sum += rows.weights[i] * value(i);
  return sum;
}

/// Adds moments of other rows (Chan, Golub and LeVeque 1979), which keeps the digits that a large
/// mean would cost a sum of squares.
void add_moments(RegressionPartial& to, double weight, double mean, double squares) {
  if (weight == 0) return;
  const double both = to.weight + weight;
  const double apart = mean - to.mean;
  to.squares += squares + apart * apart * (to.weight / both * weight);
  to.mean += apart * (weight / both);
  to.weight = both;
}

double squared_log_errors(Rows& rows) {
  std::array<double, kBlock> actual_logs;
  for (std::size_t i = 0; i < rows.count; ++i) {
    actual_logs[i] = 1 + rows.actual[i];
    rows.predicted[i] = 1 + rows.predicted[i];
  }
  math::log(std::span(actual_logs).first(rows.count));
  math::log(std::span(rows.predicted).first(rows.count));
  return weighted_sum(rows, [&](std::size_t i) {
    const double error = rows.predicted[i] - actual_logs[i];
    return error * error;
  });
}

void add_kept(const Deviance& deviance_of, Rows& rows, RegressionPartial& to) {
  if (rows.count == 0) return;
  const auto error = [&rows](std::size_t i) { return rows.actual[i] - rows.predicted[i]; };
  to.rows += static_cast<std::int64_t>(rows.count);
  const double weight = weighted_sum(rows, [](std::size_t) { return 1.0; });
  const double mean = weighted_sum(rows, [&](std::size_t i) { return rows.actual[i]; }) / weight;
  const double squares = weighted_sum(
      rows, [&](std::size_t i) { return (rows.actual[i] - mean) * (rows.actual[i] - mean); });
  add_moments(to, weight, mean, squares);
  const double squared_error =
      weighted_sum(rows, [&](std::size_t i) { return error(i) * error(i); });
  to.squared_error += squared_error;
  to.absolute_error += weighted_sum(rows, [&](std::size_t i) { return std::abs(error(i)); });
  if (deviance_of.family == DevianceFamily::gaussian) {
    to.deviance += squared_error;
  } else {
    std::array<double, kBlock> deviances;
    const std::size_t n = rows.count;
    unit_deviances(deviance_of, std::span(rows.actual).first(n), std::span(rows.predicted).first(n),
                   std::span(deviances).first(n));
    to.deviance += weighted_sum(rows, [&](std::size_t i) { return deviances[i]; });
  }
  to.squared_log_error += squared_log_errors(rows);
}

}  // namespace

void RegressionPartial::add_rows(const Deviance& deviance_of, std::span<const double> predicted,
                                 std::span<const double> actual_values,
                                 std::span<const double> weights) {
  Rows kept;
  for (std::size_t begin = 0; begin < predicted.size(); begin += kBlock) {
    kept.count = 0;
    const std::size_t end = std::min(predicted.size(), begin + kBlock);
    for (std::size_t i = begin; i < end; ++i) {
      const double row_weight = weights.empty() ? 1 : weights[i];
      kept.predicted[kept.count] = predicted[i];
      kept.actual[kept.count] = actual_values[i];
      kept.weights[kept.count] = row_weight;
      const bool counts =
          row_weight > 0 && !std::isnan(predicted[i]) && !std::isnan(actual_values[i]);
      kept.count += static_cast<std::size_t>(counts);
    }
    add_kept(deviance_of, kept, *this);
  }
}

void RegressionPartial::merge(const RegressionPartial& right) {
  rows += right.rows;
  add_moments(*this, right.weight, right.mean, right.squares);
  squared_error += right.squared_error;
  absolute_error += right.absolute_error;
  squared_log_error += right.squared_log_error;
  deviance += right.deviance;
}

Regression finish_regression(const RegressionPartial& partial) {
  Regression out;
  out.model_category = Category::regression;
  out.nobs = partial.rows;
  if (partial.weight == 0) return out;
  out.MSE = partial.squared_error / partial.weight;
  out.RMSE = std::sqrt(out.MSE);
  out.r2 = 1 - out.MSE / (partial.squares / partial.weight);
  out.mean_residual_deviance = partial.deviance / partial.weight;
  out.mae = partial.absolute_error / partial.weight;
  out.rmsle = std::sqrt(partial.squared_log_error / partial.weight);
  return out;
}

void RegressionTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  for_blocks(group, [&](std::span<const std::span<const double>> columns) {
    partial.add_rows(state, columns[0], columns[1], optional_column(columns, 2));
  });
}

Regression compute_regression(mr::Engine& engine, const RegressionInputs& inputs,
                              const job::TokenPtr& token) {
  const auto run_inputs =
      inputs_with(inputs.layout, {inputs.predicted, inputs.actual}, inputs.weights);
  mr::RunOptions options;
  options.token = token;
  return finish_regression(engine.run<RegressionTask>(run_inputs, inputs.deviance, options));
}

const schema::Schema& Regression::schema() {
  using R = Regression;
  static const schema::Schema kSchema =
      family_schema<R>("ModelMetricsRegressionV3", "ModelMetricsRegression", "ModelMetricsBaseV3")
          .field<&R::r2>("Share of the response's variance that the predictions explain.")
          .field<&R::mean_residual_deviance>("Mean deviance of the model's distribution.")
          .field<&R::mae>("Mean absolute error.")
          .field<&R::rmsle>("Root of the mean squared error of logarithms of 1 + value.")
          .field<&R::loglikelihood>("Log-likelihood, where the algorithm has one.")
          .field<&R::AIC>("Akaike's information criterion, where the algorithm has one.");
  return kSchema;
}

const schema::Schema& RegressionGlm::schema() {
  using R = Regression;
  static const schema::Schema kSchema = with_deviances(
      family_schema<RegressionGlm>("ModelMetricsRegressionGLMV3", "ModelMetricsRegressionGLM",
                                   "ModelMetricsRegressionV3")
          .inherit<&R::r2, &R::mean_residual_deviance, &R::mae, &R::rmsle, &R::loglikelihood,
                   &R::AIC>(R::schema()));
  return kSchema;
}

}  // namespace neve::model::metrics

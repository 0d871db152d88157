#include "algos/families/trees/class_balance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/model/score.hpp>

namespace neve::algos::trees {

void CountClassesTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  // The classes of quasibinomial are numbers.
  for (const double code : model::column_numbers(group, 0)) {
    if (!std::isnan(code)) ++partial.rows[static_cast<std::size_t>(code)];
  }
}

void CountClassesTask::merge(Partial& left, const Partial& right) {
  for (std::size_t k = 0; k < left.rows.size(); ++k) left.rows[k] += right.rows[k];
}

std::vector<double> class_weights(std::span<const std::int64_t> rows,
                                  std::span<const float> factors, double most_growth) {
  std::vector<double> weights(rows.size(), 1);
  const bool given = std::ranges::any_of(factors, [](float factor) { return factor != 0; });
  const auto largest = static_cast<double>(std::ranges::max(rows));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (given) {
      weights[k] = static_cast<double>(factors[k]);
    } else if (rows[k] > 0) {
      weights[k] = largest / static_cast<double>(rows[k]);
    }
  }
  const double before = std::accumulate(rows.begin(), rows.end(), 0.0, [](double sum, auto n) {
    return sum + static_cast<double>(n);
  });
  const double after = std::inner_product(
      rows.begin(), rows.end(), weights.begin(), 0.0, std::plus(),
      [](std::int64_t n, double weight) { return static_cast<double>(n) * weight; });
  const double most = most_growth * before;
  if (after > most) {
    for (double& weight : weights) weight *= most / after;
  }
  return weights;
}

std::vector<double> class_weights_of(const model::TrainContext& context,
                                     const model::CommonParameters& parameters) {
  if (!parameters.balance_classes || !model::is_classifier(context.category)) return {};
  const auto classes = static_cast<std::size_t>(context.roles.classes());
  const std::vector<float> factors =
      parameters.class_sampling_factors.value_or(std::vector<float>());
  if (!factors.empty() && factors.size() != classes) {
    throw InputError::illegal_argument("class_sampling_factors must have " +
                                       std::to_string(classes) + " elements, one per level of " +
                                       context.roles.response + ".");
  }
  for (const float factor : factors) {
    if (factor >= 0 && std::isfinite(factor)) continue;
    throw InputError::illegal_argument("class_sampling_factors has " +
                                       java_double(static_cast<double>(factor)) +
                                       ": factors are numbers of at least 0.");
  }
  const model::Dataset& data = context.training;
  const mr::Inputs inputs{data.inputs.layout,
                          {data.inputs.columns[static_cast<std::size_t>(data.response)]}};
  const auto counted = context.engine.run<CountClassesTask>(
      inputs, {static_cast<std::int32_t>(classes)}, context.run_options());
  return class_weights(counted.rows, factors,
                       static_cast<double>(parameters.max_after_balance_size));
}

void correct_probabilities(std::span<const double> class_weights,
                           std::span<const std::span<double>> probabilities) {
  if (class_weights.empty()) return;
  for (std::size_t row = 0; row < probabilities.front().size(); ++row) {
    double sum = 0;
    for (std::size_t k = 0; k < probabilities.size(); ++k) {
      // A class that counted for nothing has no share that could be corrected.
      if (class_weights[k] > 0) probabilities[k][row] /= class_weights[k];
      sum += probabilities[k][row];
    }
    if (!(sum > 0)) continue;
    for (const std::span<double> of_class : probabilities) of_class[row] /= sum;
  }
}

void correct_second_class(std::span<const double> class_weights, std::span<double> second) {
  if (class_weights.empty()) return;
  std::vector<double> first(second.size());
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = 1 - second[i];
  const std::vector<std::span<double>> both = {first, second};
  correct_probabilities(class_weights, both);
}

}  // namespace neve::algos::trees

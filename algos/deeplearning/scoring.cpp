#include "algos/deeplearning/scoring.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace neve::algos::deeplearning {

Scoring::Scoring(const Parameters& parameters, model::Category category, bool has_validation)
    : parameters_(parameters),
      category_(category),
      rule_(trees::stopping_rule(parameters, category)) {
  state_.history = History(category, has_validation);
}

void Scoring::begin(const Progress& progress) { state_.history.add(progress, {}, {}); }

void Scoring::add(const Network& network, const Course& course, const Progress& progress,
                  const Objective& objective, model::metrics::Metrics training,
                  model::metrics::Metrics validation) {
  state_.history.add(progress, training, validation);
  state_.measured_samples = progress.samples;
  const auto& deciding = validation ? validation : training;
  const double score =
      deciding.find(rule_.metric).value_or(std::numeric_limits<double>::quiet_NaN());
  state_.scores.push_back(score);
  const bool better = !state_.best_score || (rule_.more_is_better ? score > *state_.best_score
                                                                  : score < *state_.best_score);
  if (better && !std::isnan(score)) {
    state_.best_score = score;
    if (parameters_.overwrite_with_best_model)
      state_.best = {network, course, progress, objective.huber_delta, training, validation};
  }
  state_.training = std::move(training);
  state_.validation = std::move(validation);
}

bool Scoring::is_good_enough() const {
  const bool classes = model::is_classifier(category_);
  const double limit = classes ? parameters_.classification_stop : parameters_.regression_stop;
  const auto error = state_.training.find(classes ? "classification_error" : "MSE");
  return limit >= 0 && error && *error <= limit;
}

bool Scoring::should_stop() const {
  return is_good_enough() || trees::should_stop(rule_, state_.scores);
}

}  // namespace neve::algos::deeplearning

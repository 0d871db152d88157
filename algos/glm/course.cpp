#include <algorithm>

#include "algos/glm/deviances.hpp"
#include "algos/glm/train.hpp"

namespace neve::algos::glm {

bool GlmTrainer::is_scored_now() const {
  const std::int32_t interval = parameters_->score_iteration_interval;
  if (parameters_->score_each_iteration) return true;
  if (interval > 0) return iterations_ % interval == 0;
  return rule_.rounds > 0;
}

bool GlmTrainer::score(model::TrainContext& context) {
  if (!is_scored_now()) return true;
  const std::shared_ptr<const GlmModel> model =
      bare_model(context, model_coefficients(surface_->whole_of(fit_.beta)));
  const job::TokenPtr& token = context.job.token();
  const auto training = measure(context.engine, model, *training_, token);
  model::metrics::Metrics validation;
  if (validation_) validation = measure(context.engine, model, *validation_, token);
  history_.score(context.category, training, validation);
  if (rule_.rounds == 0) return true;
  const auto& deciding = validation_ ? validation : training;
  scores_.push_back(deciding.find(rule_.metric).value_or(frame::kMissingDouble));
  return !trees::should_stop(rule_, scores_);
}

bool GlmTrainer::is_too_wide(const std::vector<double>& beta) const {
  const std::int32_t most = parameters_->max_active_predictors;
  if (most == -1 || !searches_lambda(*parameters_)) return false;
  const auto size = static_cast<std::size_t>(prepared_->design.size());
  const auto slopes = static_cast<std::size_t>(prepared_->design.slopes());
  std::vector<bool> active(slopes, false);
  for (std::size_t j = 0; j < beta.size(); ++j) {
    if (j % size < slopes && beta[j] != 0) active[j % size] = true;
  }
  return std::ranges::count(active, true) > most;
}

}  // namespace neve::algos::glm

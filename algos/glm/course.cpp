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

std::shared_ptr<GlmModel> GlmTrainer::present_model(model::TrainContext& context) const {
  auto model = bare_model(context, model_coefficients(surface_->whole_of(fit_.beta)));
  model->offset_removed = parameters_->remove_offset_effects;
  return model;
}

void GlmTrainer::remember(model::TrainContext& context) {
  History::Iteration here{.number = iterations_,
                          .deviance = fit_.here.deviance,
                          .objective = fit_.objective,
                          .submodel = plan_.submodels[current_]};
  if (parameters_->remove_offset_effects) {
    unrestricted_history_.add(here);
    const job::TokenPtr& token = context.job.token();
    here.deviance =
        deviances_of(context.engine, present_model(context), *training_, token).residual;
    here.objective += (here.deviance - fit_.here.deviance) / 2 * surface_->deviance_scale();
  }
  history_.add(here);
}

bool GlmTrainer::score(model::TrainContext& context) {
  if (!is_scored_now()) return true;
  auto model = present_model(context);
  const job::TokenPtr& token = context.job.token();
  // What the last one gives decides.
  model::metrics::Metrics training;
  model::metrics::Metrics validation;
  const auto measure_into = [&](History& history) {
    training = measure(context.engine, model, *training_, token);
    if (validation_) validation = measure(context.engine, model, *validation_, token);
    history.score(context.category, training, validation);
  };
  measure_into(history_);
  if (model->offset_removed) {
    model = std::make_shared<GlmModel>(*model);
    model->offset_removed = false;
    measure_into(unrestricted_history_);
  }
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

namespace {

/// Puts the likelihoods of the model with offsets behind those without.
void insert_unrestricted(const schema::Table& unrestricted, schema::Table& table) {
  const auto by_name = [](const std::string& name) {
    return [name](const schema::Table::Column& column) { return column.name == name; };
  };
  auto place = std::ranges::find_if(table.columns, by_name("objective"));
  for (const char* name : {"negative_log_likelihood", "objective"}) {
    schema::Table::Column column = *std::ranges::find_if(unrestricted.columns, by_name(name));
    column.name = "unrestricted_" + column.name;
    place = table.columns.insert(place + 1, std::move(column));
  }
}

}  // namespace

void GlmTrainer::report_history(model::TrainContext& context,
                                const std::shared_ptr<GlmModel>& model) const {
  model::Header& header = context.header;
  const job::TokenPtr& token = context.job.token();
  double validation_weight = 0;
  if (validation_) {
    validation_weight = deviances_of(context.engine, model, *validation_, token).weight;
  }
  const auto table_of = [&](const History& history, const model::metrics::Metrics& training,
                            const model::metrics::Metrics& validation) {
    return history.table({.category = context.category,
                          .deviances = parameters_->generate_scoring_history,
                          .training_weight = prepared_->moments.weight,
                          .validation_weight = validation_weight,
                          .training = training,
                          .validation = validation,
                          .folds = fold_deviances_});
  };
  header.scoring_history = table_of(history_, header.training_metrics, header.validation_metrics);
  if (!model->offset_removed) return;
  const auto with_offset = std::make_shared<GlmModel>(*model);
  with_offset->offset_removed = false;
  Unrestricted& made = model->unrestricted.emplace();
  made.training_metrics = measure(context.engine, with_offset, *training_, token);
  if (validation_) {
    made.validation_metrics = measure(context.engine, with_offset, *validation_, token);
  }
  made.scoring_history =
      table_of(unrestricted_history_, made.training_metrics, made.validation_metrics);
  made.scoring_history.name += " unrestricted model";
  insert_unrestricted(made.scoring_history, header.scoring_history);
}

}  // namespace neve::algos::glm

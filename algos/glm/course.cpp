#include <algorithm>

#include <neve/model/model_output.hpp>

#include "algos/glm/deviances.hpp"
#include "algos/glm/train.hpp"

namespace neve::algos::glm {

bool GlmTrainer::is_scored_now() const {
  const std::int32_t interval = parameters_->score_iteration_interval;
  if (parameters_->score_each_iteration) return true;
  if (interval > 0) return iterations_ % interval == 0;
  return rule_.rounds > 0;
}

Restrictions GlmTrainer::restrictions() const {
  return {.controls = has_controls(*parameters_), .offset = parameters_->remove_offset_effects};
}

std::vector<Restrictions> GlmTrainer::fewer_restrictions() const {
  const Restrictions all = restrictions();
  if (!all.any()) return {};
  if (!all.controls || !all.offset) return {Restrictions()};
  return {{.controls = true}, {.offset = true}, {}};
}

void GlmTrainer::restrict_scoring(GlmModel& model) const {
  const Restrictions all = restrictions();
  model.offset_removed = all.offset;
  if (!all.controls) return;
  model.controls = make_controls(*parameters_->control_variables, model.design, model.beta);
}

std::shared_ptr<GlmModel> GlmTrainer::present_model(model::TrainContext& context,
                                                    const Restrictions& kept) const {
  auto model = bare_model(context, model_coefficients(surface_->whole_of(fit_.beta)));
  restrict_scoring(*model);
  model->keep_only(kept);
  return model;
}

History::Iteration GlmTrainer::present_iteration(model::TrainContext& context,
                                                 const Restrictions& kept) const {
  History::Iteration here{.number = iterations_,
                          .deviance = fit_.here.deviance,
                          .objective = fit_.objective,
                          .submodel = plan_.submodels[current_]};
  if (!kept.any()) return here;
  const auto model = present_model(context, kept);
  here.deviance = deviances_of(context.engine, model, *training_, context.job.token()).residual;
  here.objective += (here.deviance - fit_.here.deviance) / 2 * surface_->deviance_scale();
  if (!model->controls) return here;
  const linear::Penalty penalty = penalty_at(here.submodel);
  here.objective += penalty.of(model->controls->beta) - penalty.of(model->beta);
  return here;
}

void GlmTrainer::remember(model::TrainContext& context) {
  history_.add(present_iteration(context, restrictions()));
  const auto fewer = fewer_restrictions();
  for (std::size_t i = 0; i < fewer.size(); ++i) {
    derived_histories_[i].add(present_iteration(context, fewer[i]));
  }
}

bool GlmTrainer::score(model::TrainContext& context) {
  if (!is_scored_now()) return true;
  const job::TokenPtr& token = context.job.token();
  // What the last one gives decides: without restrictions, as in H2O-3.
  model::metrics::Metrics training;
  model::metrics::Metrics validation;
  const auto measure_into = [&](History& history, const Restrictions& kept) {
    const auto model = present_model(context, kept);
    training = measure(context.engine, model, *training_, token);
    if (validation_) validation = measure(context.engine, model, *validation_, token);
    history.score(context.category, training, validation);
  };
  measure_into(history_, restrictions());
  const auto fewer = fewer_restrictions();
  for (std::size_t i = 0; i < fewer.size(); ++i) measure_into(derived_histories_[i], fewer[i]);
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

/// Puts the likelihoods of the model without restrictions before the metrics of that with them.
void insert_unrestricted(const schema::Table& unrestricted, schema::Table& table) {
  auto place = std::ranges::find_if(table.columns, [](const schema::Table::Column& column) {
    return column.name.starts_with("training_");
  });
  for (const char* name : {"negative_log_likelihood", "objective"}) {
    schema::Table::Column column =
        *std::ranges::find(unrestricted.columns, name, &schema::Table::Column::name);
    column.name = "unrestricted_" + column.name;
    place = table.columns.insert(place, std::move(column)) + 1;
  }
}

}  // namespace

void GlmTrainer::report_history(model::TrainContext& context,
                                const std::shared_ptr<GlmModel>& model) const {
  model::Header& header = context.header;
  const job::TokenPtr& token = context.job.token();
  double validation_weight = 0;
  if (fold_) {
    const linear::RowSums& held_out = sums_->parts->part(*fold_);
    validation_weight = sums_->parts->response_moments(held_out).weight;
  } else if (validation_) {
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
  header.scoring_history = model::joined_histories(
      earlier_history_, table_of(history_, header.training_metrics, header.validation_metrics));
  const auto fewer = fewer_restrictions();
  for (std::size_t i = 0; i < fewer.size(); ++i) {
    const auto other = std::make_shared<GlmModel>(*model);
    other->keep_only(fewer[i]);
    Derived& made = model->derived.emplace_back();
    made.kept = fewer[i];
    made.training_metrics = measure(context.engine, other, *training_, token);
    if (validation_) {
      made.validation_metrics = measure(context.engine, other, *validation_, token);
    }
    made.scoring_history =
        table_of(derived_histories_[i], made.training_metrics, made.validation_metrics);
  }
  if (model->derived.empty()) return;
  schema::Table& unrestricted = model->derived.back().scoring_history;
  unrestricted.name += " unrestricted model";
  insert_unrestricted(unrestricted, header.scoring_history);
}

}  // namespace neve::algos::glm

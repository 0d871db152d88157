#include "algos/families/trees/scoring.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include <neve/model/model_output.hpp>

namespace neve::algos::trees {

Scoring::Scoring(const TreeParameters& parameters, model::Category category, bool has_validation,
                 bool is_fold)
    : parameters_(parameters), is_fold_(is_fold), rule_(stopping_rule(parameters, category)) {
  state_.history = History(category, has_validation);
}

bool Scoring::is_due(std::int64_t trees) const {
  constexpr std::int64_t kEveryTree = 10;
  if (trees == parameters_.ntrees || parameters_.score_each_iteration) return true;
  if (parameters_.score_tree_interval > 0) return trees % parameters_.score_tree_interval == 0;
  if (rule_.rounds > 0) return trees <= kEveryTree || trees % kEveryTree == 0;
  // Only the history shows them then, and those of ten trees are a fifth of the time of twenty.
  if (is_fold_)
    return trees % std::max<std::int64_t>(kEveryTree, (parameters_.ntrees + 1) / 2) == 0;
  return trees <= 3 || trees == 5 || trees % kEveryTree == 0;
}

void Scoring::begin() {
  state_.history.add(0, {}, {});
  state_.measured_trees = 0;
}

void Scoring::add(std::int64_t trees, model::metrics::Metrics training,
                  model::metrics::Metrics validation) {
  replace_metrics(std::move(training), std::move(validation));
  state_.measured_trees = trees;
  state_.history.add(trees, state_.training, state_.validation);
  const auto& deciding = state_.validation ? state_.validation : state_.training;
  state_.stopping_scores.push_back(
      deciding.find(rule_.metric).value_or(std::numeric_limits<double>::quiet_NaN()));
}

void Scoring::replace_metrics(model::metrics::Metrics training,
                              model::metrics::Metrics validation) {
  state_.training = std::move(training);
  state_.validation = std::move(validation);
  if (state_.validation) state_.validation.header()->description = "Validation metrics";
}

bool Scoring::should_stop() const { return trees::should_stop(rule_, state_.stopping_scores); }

bool Scoring::goes_on(std::int64_t trees, job::Job& job) const {
  job.progress(static_cast<double>(trees) / parameters_.ntrees,
               "Tree " + std::to_string(trees) + " of " + std::to_string(parameters_.ntrees));
  return trees < parameters_.ntrees && !should_stop();
}

std::int64_t Scoring::best_trees() const {
  return state_.history.trees_at(best_point(rule_, state_.stopping_scores));
}

void Scoring::fill(model::Header& header, schema::Table earlier_history) const {
  header.training_metrics = state_.training;
  header.validation_metrics = state_.validation;
  const auto& deciding =
      header.validation_metrics ? header.validation_metrics : header.training_metrics;
  if (const auto* binomial = deciding.binomial())
    header.default_threshold = binomial->default_threshold;
  header.scoring_history =
      model::joined_histories(std::move(earlier_history), state_.history.table());
}

std::int64_t metrics_bytes(const model::Dataset& training, const model::Dataset* validation,
                           const model::ColumnRoles& roles, model::Category category,
                           model::AucType auc_type) {
  std::int64_t bytes = 0;
  const std::int64_t classes = roles.classes();
  for (const model::Dataset* data : {&training, validation}) {
    if (data == nullptr) continue;
    const std::int64_t curve =
        model::metrics::binomial_bytes(data->inputs.layout->rows(), data->weights >= 0);
    if (category == model::Category::binomial) bytes = std::max(bytes, curve);
    // A class after the other, each with all rows' scores of it.
    if (category == model::Category::multinomial &&
        model::metrics::wants_auc(auc_type, static_cast<std::size_t>(classes)))
      bytes = std::max(bytes, classes * curve);
  }
  return bytes;
}

void settle_parameters(const TreeParameters& p, model::Category category, model::Header& header) {
  const auto settle = [&](const char* name, std::string_view value) {
    header.settled.values.emplace_back(name, std::string(value));
  };
  if (p.histogram_type == HistogramType::automatic)
    settle("histogram_type", schema::enum_text(HistogramType::uniform_adaptive));
  if (p.calibration_method == CalibrationMethod::automatic)
    settle("calibration_method", schema::enum_text(CalibrationMethod::platt_scaling));
  if (p.categorical_encoding == model::CategoricalEncoding::automatic)
    settle("categorical_encoding", schema::enum_text(model::CategoricalEncoding::enumeration));
  settle_stopping_metric(p, category, header);
}

}  // namespace neve::algos::trees

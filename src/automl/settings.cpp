#include "automl/settings.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

#include "schema/api/form.hpp"

namespace neve::automl {
namespace {

using model::Category;
using model::StoppingMetric;
using schema::Form;
using schema::set;

constexpr std::array kAllowed = {"monotone_constraints"};

std::string quoted(const std::vector<std::string>& names) {
  schema::JsonWriter out;
  out.begin_array();
  for (const std::string& name : names) out.value(name);
  out.end_array();
  return out.take();
}

std::string float_text(float value) {
  std::string text;
  append_java_float(text, value);
  return text;
}

std::string text_of(bool value) { return value ? "true" : "false"; }

void require_column(const frame::Frame& frame, const std::string& column, const char* parameter) {
  if (column.empty() || frame.find(column)) return;
  throw InputError::illegal_argument("Invalid " + std::string(parameter) + " '" + column +
                                         "': frame '" + frame.key + "' has no column of this name.",
                                     {{"parameter", parameter}, {"column", column}});
}

template <class Part>
void check_bounds(const Part& part) {
  schema::throw_problems("", schema::check_bounds(Part::schema(), &part));
}

void refuse_code(const std::optional<std::string>& code, const char* parameter) {
  if (!code || code->empty()) return;
  throw InputError::illegal_argument(
      std::string(parameter) + " is not supported: it is code that would run in the server.",
      {{"parameter", parameter}, {"value", *code}});
}

void check_custom(const BuildModels& spec) {
  if (!spec.algo_parameters) return;
  for (const CustomParameter& each : *spec.algo_parameters) {
    if (std::ranges::find(kAllowed, each.name) != kAllowed.end()) continue;
    throw InputError::illegal_argument(
        "Illegal value for field algo_parameters: " + each.name +
            " is no parameter that models of a run may get; monotone_constraints is.",
        {{"algo_parameters", each.name}});
  }
}

}  // namespace

void check(const BuildSpec& spec, const model::NamedFrames& frames) {
  const InputSpec& input = spec.input_spec;
  const BuildModels& models = spec.build_models;
  if (input.training_frame.empty()) {
    throw InputError::illegal_argument("No training frame: input_spec.training_frame is needed.",
                                       {{"parameter", "training_frame"}});
  }
  if (input.response_column.empty()) {
    throw InputError::illegal_argument("No response column: input_spec.response_column is needed.",
                                       {{"parameter", "response_column"}});
  }
  if (models.include_algos && models.exclude_algos && !models.exclude_algos->empty()) {
    throw InputError::illegal_argument(
        "Parameters `exclude_algos` and `include_algos` are mutually exclusive: please use only "
        "one of them if necessary.",
        {{"parameter", "include_algos"}});
  }
  check_bounds(spec.build_control);
  check_bounds(spec.build_control.stopping_criteria);
  check_bounds(models);
  if (spec.build_control.nfolds == 1) {
    throw InputError::illegal_argument(
        "nfolds must be 0 for no cross-validation, -1 for as many as size and time allow, or at "
        "least 2, not 1.",
        {{"nfolds", "1"}});
  }
  refuse_code(spec.build_control.custom_metric_func, "custom_metric_func");
  refuse_code(spec.build_control.custom_distribution_func, "custom_distribution_func");
  check_custom(models);
  const frame::Frame& training = frames.at(input.training_frame.name);
  if (training.rows() == 0) {
    throw InputError::illegal_argument("Frame '" + training.key + "' has no rows to learn from.",
                                       {{"parameter", "training_frame"}});
  }
  for (const auto& [name, frame] : frames)
    require_column(frame, input.response_column.name, "response_column");
  require_column(training, input.fold_column.name, "fold_column");
  require_column(training, input.weights_column.name, "weights_column");
  for (const std::string& column : input.ignored_columns.value_or(std::vector<std::string>()))
    require_column(training, column, "ignored_columns");
}

double usual_tolerance(std::int64_t rows) {
  constexpr double kLeast = 0.001;
  constexpr double kMost = 0.05;
  return std::clamp(1 / std::sqrt(static_cast<double>(rows)), kLeast, kMost);
}

Settings::Settings(const BuildSpec& spec, const frame::Frame& training) : spec_(spec) {
  const InputSpec& input = spec.input_spec;
  const frame::Column& response = training.column(training.require(input.response_column.name));
  if (response.is_categorical())
    category_ = response.domain->size() > 2 ? Category::multinomial : Category::binomial;
  sort_metric_ = measure_name(input.sort_metric);
  if (!sort_metric_.empty()) return;
  sort_metric_ = category_ == Category::binomial      ? "auc"
                 : category_ == Category::multinomial ? "mean_per_class_error"
                                                      : "rmse";
}

bool Settings::cross_validates() const { return spec_.cross_validates(); }

bool Settings::stacks() const {
  return cross_validates() || !spec_.input_spec.blending_frame.empty();
}

/// Ranks say little of whether a model still becomes better, so that losses stand for them.
StoppingMetric Settings::stopping_metric() const {
  const StoppingMetric given = spec_.build_control.stopping_criteria.stopping_metric;
  if (given != StoppingMetric::automatic) return given;
  const SortMetric sort = spec_.input_spec.sort_metric;
  if (category_ != Category::regression &&
      (sort == SortMetric::automatic || sort == SortMetric::auc)) {
    return StoppingMetric::logloss;
  }
  if (sort == SortMetric::automatic) return StoppingMetric::rmse;
  return static_cast<StoppingMetric>(
      schema::find_enum(schema::enum_text(sort), schema::EnumText<StoppingMetric>::values.data(),
                        schema::EnumText<StoppingMetric>::values.size()));
}

Form Settings::form(const KnownStep& step, const model::Algorithm& algorithm) const {
  Form form = step.form;
  add_data(form);
  add_folds(form);
  add_balance(form);
  add_distribution(step, form);
  // The path of penalties ends by itself.
  if (step.algorithm != "glm") add_stopping(form);
  const BuildControl& control = spec_.build_control;
  if (const double most = control.stopping_criteria.max_runtime_secs_per_model; most > 0)
    set(form, "max_runtime_secs", java_double(most));
  if (control.export_checkpoints_dir)
    set(form, "export_checkpoints_dir", *control.export_checkpoints_dir);
  add_custom(step, form);
  std::erase_if(
      form, [&](const auto& given) { return algorithm.parameters->find(given.first) == nullptr; });
  return form;
}

Form Settings::ensemble(const EnsembleChoice& choice, const std::vector<std::string>& bases) const {
  const BuildControl& control = spec_.build_control;
  const InputSpec& input = spec_.input_spec;
  Form form = {{"training_frame", input.training_frame.name},
               {"response_column", input.response_column.name},
               {"base_models", quoted(bases)},
               {"metalearner_algorithm", std::string(choice.metalearner)}};
  if (!input.validation_frame.empty()) set(form, "validation_frame", input.validation_frame.name);
  if (!input.blending_frame.empty()) set(form, "blending_frame", input.blending_frame.name);
  if (!input.weights_column.empty()) set(form, "weights_column", input.weights_column.name);
  if (!input.fold_column.empty()) {
    set(form, "metalearner_fold_column", input.fold_column.name);
  } else if (control.nfolds > 1) {
    set(form, "metalearner_nfolds", std::to_string(control.nfolds));
  }
  if (control.keep_cross_validation_predictions) set(form, "keep_levelone_frame", "true");
  if (control.export_checkpoints_dir)
    set(form, "export_checkpoints_dir", *control.export_checkpoints_dir);
  if (choice.metalearner != "AUTO") return form;
  set(form, "metalearner_params",
      choice.lambda_search ? R"({"alpha":[0.5,1.0],"lambda_search":true})"
                           : R"({"alpha":[0.5,1.0]})");
  if (category_ != Category::regression) set(form, "metalearner_transform", "Logit");
  return form;
}

void Settings::add_data(Form& form) const {
  const InputSpec& input = spec_.input_spec;
  set(form, "training_frame", input.training_frame.name);
  set(form, "response_column", input.response_column.name);
  if (!input.validation_frame.empty()) set(form, "validation_frame", input.validation_frame.name);
  if (input.ignored_columns) set(form, "ignored_columns", quoted(*input.ignored_columns));
  if (!input.weights_column.empty()) set(form, "weights_column", input.weights_column.name);
}

void Settings::add_folds(Form& form) const {
  const BuildControl& control = spec_.build_control;
  const InputSpec& input = spec_.input_spec;
  set(form, "keep_cross_validation_models", text_of(control.keep_cross_validation_models));
  if (!cross_validates()) return;
  const bool for_ensembles = input.blending_frame.empty();
  set(form, "keep_cross_validation_predictions",
      text_of(for_ensembles || control.keep_cross_validation_predictions));
  set(form, "keep_cross_validation_fold_assignment",
      text_of(control.keep_cross_validation_fold_assignment));
  if (!input.fold_column.empty()) {
    set(form, "fold_column", input.fold_column.name);
  } else {
    set(form, "nfolds", std::to_string(control.nfolds));
    set(form, "fold_assignment", "Modulo");
  }
}

void Settings::add_balance(Form& form) const {
  const BuildControl& control = spec_.build_control;
  if (!control.balance_classes) return;
  set(form, "balance_classes", "true");
  set(form, "max_after_balance_size", float_text(control.max_after_balance_size));
  if (!control.class_sampling_factors) return;
  std::string list;
  for (const float factor : *control.class_sampling_factors)
    list += (list.empty() ? "[" : ",") + float_text(factor);
  set(form, "class_sampling_factors", list + "]");
}

/// GLM has families instead; those it has not are its own choice, as in H2O-3.
void Settings::add_distribution(const KnownStep& step, Form& form) const {
  const BuildControl& control = spec_.build_control;
  const Distribution distribution = control.distribution;
  if (step.algorithm == "glm") {
    const bool is_family =
        distribution == Distribution::poisson || distribution == Distribution::gamma ||
        distribution == Distribution::tweedie || distribution == Distribution::gaussian;
    if (is_family) set(form, "family", std::string(schema::enum_text(distribution)));
    if (distribution == Distribution::tweedie)
      set(form, "tweedie_variance_power", java_double(control.tweedie_power));
    return;
  }
  if (distribution == Distribution::automatic) return;
  set(form, "distribution", std::string(schema::enum_text(distribution)));
  if (distribution == Distribution::tweedie)
    set(form, "tweedie_power", java_double(control.tweedie_power));
  if (distribution == Distribution::quantile)
    set(form, "quantile_alpha", java_double(control.quantile_alpha));
  if (distribution == Distribution::huber)
    set(form, "huber_alpha", java_double(control.huber_alpha));
}

void Settings::add_stopping(Form& form) const {
  const StoppingCriteria& criteria = spec_.build_control.stopping_criteria;
  set(form, "stopping_rounds", std::to_string(criteria.stopping_rounds));
  set(form, "stopping_tolerance", java_double(criteria.stopping_tolerance));
  if (criteria.stopping_rounds > 0)
    set(form, "stopping_metric", std::string(schema::enum_text(stopping_metric())));
}

void Settings::add_custom(const KnownStep& step, Form& form) const {
  const BuildModels& models = spec_.build_models;
  if (!models.monotone_constraints.text.empty())
    set(form, "monotone_constraints", models.monotone_constraints.text);
  if (!models.algo_parameters) return;
  // What is for one algorithm goes over what is for all.
  for (const bool of_all : {true, false}) {
    for (const CustomParameter& each : *models.algo_parameters) {
      if ((each.scope == Scope::any) != of_all) continue;
      if (of_all || schema::enum_text(each.scope) == step.provider)
        set(form, each.name, each.value.text);
    }
  }
}

}  // namespace neve::automl

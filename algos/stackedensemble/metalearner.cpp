#include "algos/stackedensemble/metalearner.hpp"

#include <algorithm>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

#include "algos/stackedensemble/inheritance.hpp"

namespace neve::algos::stackedensemble {
namespace {

/// Later values take the place of earlier ones.
void set(schema::Form& form, const std::string& name, const std::string& value) {
  std::erase_if(form, [&](const auto& given) { return given.first == name; });
  form.emplace_back(name, value);
}

/// What the user says of the metalearner. Clients put single values into lists.
schema::Form user_form(const schema::Schema& schema, const std::string& json) {
  if (json.empty()) return {};
  schema::Form form = schema::form_of_json(json);
  for (auto& [name, value] : form) {
    const schema::Field* field = schema.find(name);
    if (field == nullptr || field->type.ends_with("[]") || !value.starts_with('[')) continue;
    const auto elements = schema::split_list(value);
    if (elements && elements->size() == 1) value = elements->front();
  }
  return form;
}

bool has(const schema::Form& form, std::string_view name) {
  return std::ranges::any_of(form, [&](const auto& given) { return given.first == name; });
}

/// A GLM whose coefficients are shares of the base models: not negative, and of predictions as they
/// are. (Breiman, 1996: "Stacked regressions"; van der Laan, Polley and Hubbard, 2007.)
void add_automatic(const MetalearnerOrder& order, schema::Form& form) {
  const bool by_class = order.bases.front()->header.category == model::Category::multinomial;
  set(form, "non_negative", by_class ? "false" : "true");
  set(form, "standardize", "false");
  set(form, "generate_scoring_history", "true");
  if (order.validation.empty()) {
    set(form, "score_iteration_interval", "5");
    return;
  }
  set(form, "lambda_search", "true");
  set(form, "early_stopping", "false");
}

/// Weights and offset would else be left out without a word.
void check_columns_known(const model::Algorithm& algorithm, const Parameters& p,
                         model::Messages& messages) {
  const auto check = [&](const char* parameter, const std::string& column) {
    if (column.empty() || algorithm.parameters->find(parameter) != nullptr) return;
    model::add_error(messages, parameter,
                     "The metalearner, " + std::string(algorithm.title) + ", cannot use " +
                         parameter + " '" + column + "'; choose another metalearner_algorithm.");
  };
  check("weights_column", p.weights_column.name);
  check("offset_column", p.offset_column.name);
}

}  // namespace

std::string algorithm_name(MetalearnerAlgorithm choice) {
  return choice == MetalearnerAlgorithm::automatic ? "glm" : std::string(schema::enum_text(choice));
}

const model::Algorithm* metalearner_of(const model::Models& models, MetalearnerAlgorithm choice) {
  return models.algorithms().find(algorithm_name(choice));
}

schema::Form metalearner_form(const model::Models& models, const MetalearnerOrder& order) {
  const Parameters& p = order.parameters;
  const model::Algorithm& algorithm = *metalearner_of(models, p.metalearner_algorithm);
  const schema::Form user = user_form(*algorithm.parameters, p.metalearner_params);
  schema::Form form = {{"model_id", order.key},
                       {"training_frame", order.training},
                       {"response_column", p.response_column.name},
                       {"seed", std::to_string(static_cast<std::int64_t>(order.seed))},
                       {"auc_type", std::string(schema::enum_text(p.auc_type))},
                       {"gainslift_bins", std::to_string(p.gainslift_bins)}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) form.emplace_back(name, value);
  };
  add("validation_frame", order.validation);
  add("weights_column", p.weights_column.name);
  add("offset_column", p.offset_column.name);
  add("fold_column", p.metalearner_fold_column.name);
  if (p.metalearner_nfolds > 0) add("nfolds", std::to_string(p.metalearner_nfolds));
  // Clients of H2O-3 may give it without folds, where it means nothing.
  if (p.metalearner_fold_assignment && p.metalearner_nfolds > 1)
    add("fold_assignment", std::string(schema::enum_text(*p.metalearner_fold_assignment)));
  if (p.max_runtime_secs > 0) add("max_runtime_secs", java_double(p.max_runtime_secs));
  if (p.metalearner_algorithm == MetalearnerAlgorithm::automatic) add_automatic(order, form);
  const Inherited inherited = inherited_by(algorithm, models, order.bases);
  const bool own = has(user, inherited.decided_by);
  for (const auto& [name, value] : inherited.form) {
    if (!own) set(form, name, value);
  }
  for (const auto& [name, value] : user) {
    // The ensemble's seed stands for one that is to be drawn.
    if (name != "seed" || value != "-1") set(form, name, value);
  }
  std::erase_if(form, [&](const auto& given) {
    return algorithm.parameters->find(given.first) == nullptr && !has(user, given.first);
  });
  return form;
}

void check_metalearner(const model::Models& models, const Parameters& p,
                       const std::vector<model::ModelPtr>& bases, model::Messages& messages) {
  const model::Algorithm* algorithm = metalearner_of(models, p.metalearner_algorithm);
  if (algorithm == nullptr) {
    model::refuse("metalearner_algorithm", std::string(schema::enum_text(p.metalearner_algorithm)),
                  messages);
    return;
  }
  const bool classifies = bases.front()->header.category != model::Category::regression;
  if (p.metalearner_transform != Transform::none && !classifies) {
    model::add_error(messages, "metalearner_transform",
                     "Metalearner transform is supported only for classification!");
  }
  check_columns_known(*algorithm, p, messages);
  const auto wrong = [&](const std::string& text) {
    model::add_error(messages, "metalearner_params", text);
  };
  const auto parameters = algorithm->parameters->make();
  schema::Form user;
  try {
    user = user_form(*algorithm->parameters, p.metalearner_params);
  } catch (const InputError& error) {
    return wrong(error.what());
  }
  for (const char* field : {"model_id", "training_frame", "response_column"}) {
    if (has(user, field)) wrong(std::string(field) + " is not for the user to say.");
  }
  for (const auto& [name, value] : user) {
    if (algorithm->parameters->find(name) == nullptr) wrong("Unknown parameter: " + name);
  }
  for (const schema::Problem& problem :
       schema::read_form(*algorithm->parameters, parameters.get(), user)) {
    if (algorithm->parameters->find(problem.field) != nullptr && has(user, problem.field))
      wrong(problem.message);
  }
  for (const schema::Problem& problem :
       schema::check_bounds(*algorithm->parameters, parameters.get()))
    wrong(problem.message);
}

}  // namespace neve::algos::stackedensemble

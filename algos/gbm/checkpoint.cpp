#include "algos/gbm/checkpoint.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

#include "algos/gbm/validate.hpp"

namespace neve::algos::gbm {
namespace {

using model::Messages;

void add_error(Messages& messages, std::string field, std::string text) {
  messages.push_back({model::Message::Kind::error, std::move(field), std::move(text)});
}

/// Names of parameters that shape trees, and were changed.
std::vector<std::string> changed_fields(const Parameters& now, const Parameters& was) {
  std::vector<std::string> changed;
  const auto compare = [&](const char* name, auto member) {
    if (now.*member != was.*member) changed.emplace_back(name);
  };
  compare("build_tree_one_node", &Parameters::build_tree_one_node);
  compare("sample_rate", &Parameters::sample_rate);
  compare("max_depth", &Parameters::max_depth);
  compare("min_rows", &Parameters::min_rows);
  compare("nbins", &Parameters::nbins);
  compare("nbins_cats", &Parameters::nbins_cats);
  compare("nbins_top_level", &Parameters::nbins_top_level);
  // Trees of one model add up under one link, and to one correction.
  compare("balance_classes", &Parameters::balance_classes);
  return changed;
}

}  // namespace

void check_checkpoint(const Parameters& p, const model::Model& checkpoint, Messages& messages) {
  const auto* model = dynamic_cast<const GbmModel*>(&checkpoint);
  if (model == nullptr) {
    add_error(messages, "checkpoint",
              "Model '" + checkpoint.header.key + "' is a " + checkpoint.header.algorithm +
                  " model; a GBM goes on from a GBM only");
    return;
  }
  Parameters was;
  schema::read_form(Parameters::schema(), &was, model->header.parameters);
  for (const std::string& field : changed_fields(p, was)) {
    add_error(messages, field,
              "Field _" + field + " cannot be modified if checkpoint is specified!");
  }
  const Family family = settle_distribution(p, model->header.category).family;
  if (family != model->distribution.family) {
    add_error(messages, "distribution",
              "Field _distribution cannot be modified if checkpoint is specified! The model's is " +
                  std::string(schema::enum_text(choice_of(model->distribution.family))));
  }
  const auto trees = static_cast<std::int64_t>(model->iterations.size());
  if (p.ntrees <= trees) {
    add_error(messages, "ntrees",
              "If checkpoint is specified then requested ntrees must be higher than " +
                  std::to_string(trees) + ", which the checkpoint has");
  }
  if (p.response_column.name != model->header.roles.response) {
    add_error(messages, "response_column",
              "Response type must be the same as for the checkpointed model: its response is " +
                  model->header.roles.response);
  }
}

void check_same_columns(const model::ColumnRoles& roles, const GbmModel& checkpoint) {
  const model::ColumnRoles& was = checkpoint.header.roles;
  if (roles.predictors != was.predictors || roles.types != was.types ||
      roles.offset != was.offset || roles.weights != was.weights) {
    throw InputError::illegal_argument(
        "The columns of the training data must be the same as for the checkpointed model " +
        checkpoint.header.key + ".");
  }
  const auto same = [](const frame::DomainPtr& a, const frame::DomainPtr& b) {
    return (a == nullptr) == (b == nullptr) && (a == nullptr || *a == *b);
  };
  if (!std::ranges::equal(roles.domains, was.domains, same) ||
      !same(roles.response_domain, was.response_domain)) {
    throw InputError::illegal_argument(
        "Categorical factor levels of the training data must be the same as for the checkpointed "
        "model " +
        checkpoint.header.key + ".");
  }
}

std::vector<double> gains_of(const GbmModel& model) {
  const std::vector<std::string>& predictors = model.header.roles.predictors;
  const schema::Table& table = model.header.variable_importances;
  std::vector<double> gains(predictors.size());
  if (table.columns.size() < 2) return gains;
  for (std::size_t row = 0; row < table.columns[0].cells.size(); ++row) {
    const auto* name = std::get_if<std::string>(&table.columns[0].cells[row]);
    const auto* gain = std::get_if<double>(&table.columns[1].cells[row]);
    if (name == nullptr || gain == nullptr) continue;
    const auto at = std::ranges::find(predictors, *name);
    if (at != predictors.end()) gains[static_cast<std::size_t>(at - predictors.begin())] = *gain;
  }
  return gains;
}

}  // namespace neve::algos::gbm

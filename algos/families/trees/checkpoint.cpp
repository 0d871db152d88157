#include "algos/families/trees/checkpoint.hpp"

#include <algorithm>
#include <string>

#include <neve/base/error.hpp>

#include "algos/families/trees/tree_checks.hpp"

namespace neve::algos::trees {

void refuse_change(std::string_view parameter, model::Messages& messages) {
  add_error(messages, std::string(parameter),
            "Field _" + std::string(parameter) + " cannot be modified if checkpoint is specified!");
}

void refuse_checkpoint(const model::Header& header, std::string_view title,
                       model::Messages& messages) {
  add_error(messages, "checkpoint",
            "Model '" + header.key + "' is a " + header.algorithm + " model; a " +
                std::string(title) + " goes on from a " + std::string(title) + " only");
}

void check_checkpoint(const TreeParameters& now, const Checkpoint& checkpoint,
                      model::Messages& messages) {
  const auto compare = [&](const char* name, auto member) {
    if (now.*member != checkpoint.parameters.*member) refuse_change(name, messages);
  };
  compare("build_tree_one_node", &TreeParameters::build_tree_one_node);
  compare("sample_rate", &TreeParameters::sample_rate);
  compare("max_depth", &TreeParameters::max_depth);
  compare("min_rows", &TreeParameters::min_rows);
  compare("nbins", &TreeParameters::nbins);
  compare("nbins_cats", &TreeParameters::nbins_cats);
  compare("nbins_top_level", &TreeParameters::nbins_top_level);
  // Trees of one model add up to one correction.
  compare("balance_classes", &TreeParameters::balance_classes);
  if (now.ntrees <= checkpoint.trees) {
    add_error(messages, "ntrees",
              "If checkpoint is specified then requested ntrees must be higher than " +
                  std::to_string(checkpoint.trees) + ", which the checkpoint has");
  }
  if (now.response_column.name != checkpoint.header.roles.response) {
    add_error(messages, "response_column",
              "Response type must be the same as for the checkpointed model: its response is " +
                  checkpoint.header.roles.response);
  }
}

void check_same_columns(const model::ColumnRoles& roles, const model::Header& checkpoint) {
  const model::ColumnRoles& was = checkpoint.roles;
  if (roles.predictors != was.predictors || roles.types != was.types ||
      roles.offset != was.offset || roles.weights != was.weights) {
    throw InputError::illegal_argument(
        "The columns of the training data must be the same as for the checkpointed model " +
        checkpoint.key + ".");
  }
  const auto same = [](const frame::DomainPtr& a, const frame::DomainPtr& b) {
    return (a == nullptr) == (b == nullptr) && (a == nullptr || *a == *b);
  };
  if (!std::ranges::equal(roles.domains, was.domains, same) ||
      !same(roles.response_domain, was.response_domain)) {
    throw InputError::illegal_argument(
        "Categorical factor levels of the training data must be the same as for the checkpointed "
        "model " +
        checkpoint.key + ".");
  }
}

std::vector<double> gains_of(const model::Header& header) {
  const std::vector<std::string>& predictors = header.roles.predictors;
  const schema::Table& table = header.variable_importances;
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

}  // namespace neve::algos::trees

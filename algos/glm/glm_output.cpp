#include "algos/glm/glm_output.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::glm {
namespace {

using schema::Table;

Table::Column number_column(std::string name) {
  return {.name = std::move(name), .type = "double", .format = "%5f"};
}

/// Indices of the slopes, largest standardised first; equal ones stay in order.
std::vector<std::size_t> by_size(const GlmModel& model) {
  std::vector<std::size_t> order(model.standardized.size() - 1);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return std::fabs(model.standardized[a]) > std::fabs(model.standardized[b]);
  });
  return order;
}

Table coefficients_table(const GlmModel& model) {
  Table table{.name = "Coefficients", .description = "glm coefficients"};
  table.columns = {{.name = "names"}, number_column("coefficients")};
  if (model.inference) {
    for (const char* name : {"std_error", "z_value", "p_value"}) {
      table.columns.push_back(number_column(name));
    }
  }
  table.columns.push_back(number_column("standardized_coefficients"));
  const auto names = model.coefficient_names();
  for (std::size_t row = 0; row < names.size(); ++row) {
    // The intercept comes first here, last in the model.
    const std::size_t at = row == 0 ? names.size() - 1 : row - 1;
    std::vector<Table::Cell> cells = {names[at], model.coefficients[at]};
    if (model.inference) {
      cells.emplace_back(model.inference->standard_errors[at]);
      cells.emplace_back(model.inference->z_values[at]);
      cells.emplace_back(model.inference->p_values[at]);
    }
    cells.emplace_back(model.standardized[at]);
    table.add_row(std::move(cells));
  }
  return table;
}

Table magnitudes_table(const GlmModel& model) {
  Table table{.name = "Standardized Coefficient Magnitudes",
              .description = "standardized coefficient magnitudes"};
  table.columns = {{.name = "names"}, number_column("coefficients"), {.name = "sign"}};
  const auto names = model.coefficient_names();
  for (const std::size_t at : by_size(model)) {
    const double value = model.standardized[at];
    table.add_row({names[at], std::fabs(value), std::string(value < 0 ? "NEG" : "POS")});
  }
  return table;
}

}  // namespace

Table variable_importances(const GlmModel& model) {
  Table table{.name = "Variable Importances"};
  table.columns = {{.name = "variable"},
                   number_column("relative_importance"),
                   number_column("scaled_importance"),
                   number_column("percentage")};
  const auto names = model.coefficient_names();
  const auto order = by_size(model);
  double total = 0;
  for (const std::size_t at : order) total += std::fabs(model.standardized[at]);
  for (const std::size_t at : order) {
    const double size = std::fabs(model.standardized[at]);
    const double largest = std::fabs(model.standardized[order[0]]);
    table.add_row(
        {names[at], size, largest == 0 ? 0 : size / largest, total == 0 ? 0 : size / total});
  }
  return table;
}

const schema::Schema& GlmOutput::schema() {
  using O = GlmOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("GLMModelOutputV3", "GLMOutput", "ModelOutputSchemaV3");
    model::inherit_output(table);
    table.field<&O::coefficients_table>("Coefficients, with standard errors where asked for.")
        .field<&O::coefficients_table_multinomials_with_class_names>(
            "Coefficients of each class of a multinomial model.")
        .field<&O::standardized_coefficient_magnitudes>(
            "Sizes and signs of the standardised coefficients.")
        .field<&O::variable_importances>("Predictors by the size of their coefficients.")
        .secondary()
        .field<&O::lambda_best>("The lambda of this model.")
        .field<&O::alpha_best>("The alpha of this model.")
        .field<&O::best_submodel_index>("Which of the alphas and lambdas given this model has.")
        .field<&O::lambda_1se>("Largest lambda within a standard error of the best; -1 without.")
        .field<&O::lambda_min>("Smallest lambda of the path; -1 without.")
        .field<&O::lambda_max>("Largest lambda of the path; -1 without.")
        .field<&O::dispersion>("Dispersion that the standard errors use; 0 without.")
        .field<&O::vif_predictor_names>("Predictors with variance inflation factors.")
        .field<&O::coefficient_names>("Names of all coefficients.")
        .field<&O::variable_inflation_factors>("How far predictors depend on the others.")
        .field<&O::linear_constraint_states>("How constraints were met.")
        .field<&O::linear_constraints_table>("Values of the constraints.")
        .field<&O::regression_influence_diagnostics>("Frame of the influence of each row.")
        .field<&O::all_constraints_satisfied>("Whether all constraints hold.")
        .field<&O::scoring_history_unrestricted_model>("Scoring history without restrictions.")
        .secondary();
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::AnyObject GlmModel::output() const {
  auto made = std::make_shared<GlmOutput>();
  model::fill_output(header, *made);
  made->coefficients_table = glm::coefficients_table(*this);
  made->standardized_coefficient_magnitudes = magnitudes_table(*this);
  if (!header.variable_importances.columns.empty()) {
    made->variable_importances = header.variable_importances;
  }
  made->lambda_best = lambda;
  made->alpha_best = alpha;
  made->best_submodel_index = best_submodel;
  made->lambda_max = path.largest_lambda;
  made->lambda_min = path.smallest_lambda;
  made->dispersion = dispersion;
  made->coefficient_names = coefficient_names();
  return {&GlmOutput::schema(), std::move(made)};
}

}  // namespace neve::algos::glm

#include "algos/glm/glm_output.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/java_number.hpp>

namespace neve::algos::glm {
namespace {

using schema::Table;

Table::Column number_column(std::string name) {
  return {.name = std::move(name), .type = "double", .format = "%5f"};
}

/// Sizes of the slopes on standardised columns, over all classes where there are several.
std::vector<double> sizes_of(const GlmModel& model) {
  const std::size_t each = model.standardized.size() / model.sets();
  std::vector<double> sizes(each - 1, 0.0);
  for (std::size_t at = 0; at < model.standardized.size(); ++at) {
    if (at % each < sizes.size()) sizes[at % each] += std::fabs(model.standardized[at]);
  }
  return sizes;
}

/// Indices of the slopes, largest first; equal ones stay in order.
std::vector<std::size_t> by_size(const std::vector<double>& sizes) {
  std::vector<std::size_t> order(sizes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  return order;
}

/// How far a predictor depends on others; NaN where that is not known of the coefficient.
double inflation_of(const GlmModel& model, std::size_t coefficient) {
  const auto first = static_cast<std::size_t>(model.design.categorical_size());
  const bool numeric = coefficient >= first && coefficient < first + model.inflation_factors.size();
  return numeric ? model.inflation_factors[coefficient - first]
                 : std::numeric_limits<double>::quiet_NaN();
}

/// Coefficients by class, which are called by number or by name.
Table class_coefficients_table(const GlmModel& model, bool by_name) {
  Table table{.name = by_name ? "Coefficients with class names" : "Coefficients",
              .description = "glm multinomial coefficients"};
  const auto names = model.coefficient_names();
  table.columns = {{.name = "names"}};
  for (const char* prefix : {"coefs_class_", "std_coefs_class_"}) {
    for (std::size_t k = 0; k < model.sets(); ++k) {
      const std::string& level = (*model.header.roles.response_domain)[k];
      table.columns.push_back(number_column(prefix + (by_name ? level : std::to_string(k))));
    }
  }
  const bool inflated = !model.inflation_factors.empty();
  if (inflated) table.columns.push_back(number_column("variable_inflation_factor"));
  for (std::size_t row = 0; row < names.size(); ++row) {
    const std::size_t at = row == 0 ? names.size() - 1 : row - 1;
    std::vector<Table::Cell> cells = {names[at]};
    for (const auto* values : {&model.coefficients, &model.standardized}) {
      for (std::size_t k = 0; k < model.sets(); ++k) {
        cells.emplace_back((*values)[k * names.size() + at]);
      }
    }
    if (inflated) cells.emplace_back(inflation_of(model, at));
    table.add_row(std::move(cells));
  }
  return table;
}

Table coefficients_table(const GlmModel& model) {
  Table table{.name = "Coefficients", .description = "glm coefficients"};
  table.columns = {{.name = "names"}, number_column("coefficients")};
  if (model.inference) {
    for (const char* name : {"std_error", "z_value", "p_value"}) {
      table.columns.push_back(number_column(name));
    }
  }
  const bool inflated = !model.inflation_factors.empty();
  if (inflated) table.columns.push_back(number_column("variable_inflation_factor"));
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
    if (inflated) cells.emplace_back(inflation_of(model, at));
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
  const auto sizes = sizes_of(model);
  for (const std::size_t at : by_size(sizes)) {
    const bool negative = model.sets() == 1 && model.standardized[at] < 0;
    table.add_row({names[at], sizes[at], std::string(negative ? "NEG" : "POS")});
  }
  return table;
}

/// What the constraints came to, in words and as a table.
void report_constraints(const std::vector<ConstraintState>& states, GlmOutput& output) {
  Table table{.name = "Beta (if exists) and Linear Constraints Table"};
  table.columns = {{.name = "constraint"},
                   {.name = "constraint"},
                   number_column("values"),
                   {.name = "condition"},
                   {.name = "condition_satisfied"}};
  output.linear_constraint_states.emplace();
  output.all_constraints_satisfied = true;
  for (const ConstraintState& state : states) {
    const std::string condition = state.equality ? "== 0" : "<= 0";
    const std::string value = java_double(state.value);
    output.linear_constraint_states->push_back(
        state.text + " = " + value + (state.satisfied ? " satisfies" : " does not satisfy") +
        " the condition " + condition + ".");
    output.all_constraints_satisfied = output.all_constraints_satisfied && state.satisfied;
    table.add_row({std::string(), state.text + " = " + value, state.value, condition,
                   std::string(state.satisfied ? "true" : "false")});
  }
  output.linear_constraints_table = std::move(table);
}

}  // namespace

Table variable_importances(const GlmModel& model) {
  Table table{.name = "Variable Importances"};
  table.columns = {{.name = "variable"},
                   number_column("relative_importance"),
                   number_column("scaled_importance"),
                   number_column("percentage")};
  const auto names = model.coefficient_names();
  auto sizes = sizes_of(model);
  // What does not predict is of no importance.
  for (std::size_t j = 0; model.controls && j < sizes.size(); ++j) {
    if (model.controls->beta[j] == 0) sizes[j] = 0;
  }
  const auto order = by_size(sizes);
  double total = 0;
  for (const std::size_t at : order) total += sizes[at];
  for (const std::size_t at : order) {
    const double largest = sizes[order[0]];
    table.add_row({names[at], sizes[at], largest == 0 ? 0 : sizes[at] / largest,
                   total == 0 ? 0 : sizes[at] / total});
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
  if (sets() == 1) {
    made->coefficients_table = glm::coefficients_table(*this);
  } else {
    made->coefficients_table = class_coefficients_table(*this, false);
    made->coefficients_table_multinomials_with_class_names = class_coefficients_table(*this, true);
  }
  made->standardized_coefficient_magnitudes = magnitudes_table(*this);
  if (!header.variable_importances.columns.empty()) {
    made->variable_importances = header.variable_importances;
  }
  made->lambda_best = lambda;
  made->alpha_best = alpha;
  made->best_submodel_index = best_submodel;
  made->lambda_max = path.largest_lambda;
  made->lambda_min = path.smallest_lambda;
  made->lambda_1se = path.near_best_lambda;
  made->dispersion = dispersion;
  if (!constraints.empty()) report_constraints(constraints, *made);
  made->coefficient_names = coefficient_names();
  made->regression_influence_diagnostics.name = influence;
  if (!derived.empty()) made->scoring_history_unrestricted_model = derived.back().scoring_history;
  if (!inflation_factors.empty()) {
    made->variable_inflation_factors = inflation_factors;
    made->vif_predictor_names.emplace();
    for (const auto& term : design.numerics) made->vif_predictor_names->push_back(term.name);
  }
  return {&GlmOutput::schema(), std::move(made)};
}

}  // namespace neve::algos::glm

#pragma once

#include <neve/model/model_output.hpp>

#include "algos/glm/glm_model.hpp"

namespace neve::algos::glm {

/// The object "output" of a GLM, by H2O's names.
struct GlmOutput : model::ModelOutput {
  schema::Table coefficients_table;
  std::optional<schema::Table> coefficients_table_multinomials_with_class_names;
  schema::Table standardized_coefficient_magnitudes;
  std::optional<schema::Table> variable_importances;
  double lambda_best = 0;
  double alpha_best = 0;
  std::int32_t best_submodel_index = 0;
  double lambda_1se = -1;
  double lambda_min = -1;
  double lambda_max = -1;
  double dispersion = 0;
  std::optional<std::vector<std::string>> vif_predictor_names;
  std::vector<std::string> coefficient_names;
  std::optional<std::vector<double>> variable_inflation_factors;
  std::optional<std::vector<std::string>> linear_constraint_states;
  std::optional<schema::Table> linear_constraints_table;
  schema::FrameRef regression_influence_diagnostics;
  bool all_constraints_satisfied = false;
  std::optional<schema::Table> scoring_history_unrestricted_model;
  static const schema::Schema& schema();
};

/// Coefficients that are not the intercept, by falling size of the standardised ones.
schema::Table variable_importances(const GlmModel& model);

}  // namespace neve::algos::glm

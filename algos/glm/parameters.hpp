#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

#include "algos/glm/tweedie_density.hpp"

namespace neve::algos::glm {

enum class FamilyChoice : std::uint8_t {
  automatic,
  gaussian,
  binomial,
  fractionalbinomial,
  quasibinomial,
  ordinal,
  multinomial,
  poisson,
  gamma,
  tweedie,
  negativebinomial
};
enum class Solver : std::uint8_t {
  automatic,
  irlsm,
  l_bfgs,
  coordinate_descent_naive,
  coordinate_descent,
  gradient_descent_lh,
  gradient_descent_sqerr
};
enum class MissingValues : std::uint8_t { mean_imputation, skip, plug_values };
enum class DispersionMethod : std::uint8_t { deviance, pearson, ml };
enum class LinkChoice : std::uint8_t {
  family_default,
  identity,
  logit,
  log,
  inverse,
  tweedie,
  ologit
};
enum class Influence : std::uint8_t { dfbetas };

/// Two columns.
struct StringPair {
  std::string a;
  std::string b;
  static const schema::Schema& schema();
};

/// What a user may say about a GLM. Help and levels are in parameters.cpp.
struct Parameters : model::CommonParameters {
  std::int32_t score_iteration_interval = -1;
  FamilyChoice family = FamilyChoice::automatic;
  double tweedie_variance_power = 0.0;
  double tweedie_link_power = 1.0;
  double theta = 1e-10;
  Solver solver = Solver::automatic;
  std::optional<std::vector<double>> alpha;
  std::optional<std::vector<double>> lambda_;
  bool lambda_search = false;
  bool early_stopping = true;
  std::int32_t nlambdas = -1;
  bool standardize = true;
  MissingValues missing_values_handling = MissingValues::mean_imputation;
  schema::FrameRef plug_values;
  bool compute_p_values = false;
  DispersionMethod dispersion_parameter_method = DispersionMethod::pearson;
  double init_dispersion_parameter = 1.0;
  bool remove_collinear_columns = false;
  bool intercept = true;
  bool non_negative = false;
  std::int32_t max_iterations = -1;
  double objective_epsilon = -1.0;
  double beta_epsilon = 0.0001;
  double gradient_epsilon = -1.0;
  LinkChoice link = LinkChoice::family_default;
  std::optional<std::vector<double>> startval;
  bool calc_like = false;
  double prior = -1.0;
  bool cold_start = false;
  double lambda_min_ratio = -1.0;
  schema::FrameRef beta_constraints;
  std::int32_t max_active_predictors = -1;
  std::optional<std::vector<std::string>> interactions;
  std::optional<std::vector<StringPair>> interaction_pairs;
  double obj_reg = -1.0;
  std::optional<std::vector<std::string>> control_variables;
  bool remove_offset_effects = false;
  bool generate_scoring_history = false;
  double dispersion_epsilon = 0.0001;
  double tweedie_epsilon = kDensityAccuracy;
  std::int32_t max_iterations_dispersion = 3000;
  bool build_null_model = false;
  bool fix_dispersion_parameter = false;
  bool generate_variable_inflation_factors = false;
  bool fix_tweedie_variance_power = true;
  double dispersion_learning_rate = 0.5;
  std::optional<Influence> influence;
  schema::FrameRef linear_constraints;
  bool init_optimal_glm = false;
  bool separate_linear_beta = false;
  double constraint_eta0 = 0.1258925;
  double constraint_tau = 10.0;
  double constraint_alpha = 0.1;
  double constraint_beta = 0.9;
  double constraint_c0 = 10.0;

  static const schema::Schema& schema();
};

}  // namespace neve::algos::glm

template <>
struct neve::schema::EnumText<neve::algos::glm::FamilyChoice> {
  static constexpr std::string_view name = "GlmGLMModelGLMParametersFamily";
  static constexpr std::array<std::string_view, 11> values = {
      "AUTO",          "gaussian", "binomial",        "fractionalbinomial",
      "quasibinomial", "ordinal",  "multinomial",     "poisson",
      "gamma",         "tweedie",  "negativebinomial"};
};
template <>
struct neve::schema::EnumText<neve::algos::glm::Solver> {
  static constexpr std::string_view name = "GlmGLMModelGLMParametersSolver";
  static constexpr std::array<std::string_view, 7> values = {"AUTO",
                                                             "IRLSM",
                                                             "L_BFGS",
                                                             "COORDINATE_DESCENT_NAIVE",
                                                             "COORDINATE_DESCENT",
                                                             "GRADIENT_DESCENT_LH",
                                                             "GRADIENT_DESCENT_SQERR"};
};
template <>
struct neve::schema::EnumText<neve::algos::glm::MissingValues> {
  static constexpr std::string_view name = "GlmGLMModelGLMParametersMissingValuesHandling";
  static constexpr std::array<std::string_view, 3> values = {"MeanImputation", "Skip",
                                                             "PlugValues"};
};
template <>
struct neve::schema::EnumText<neve::algos::glm::DispersionMethod> {
  static constexpr std::string_view name = "GlmGLMModelGLMParametersDispersionMethod";
  static constexpr std::array<std::string_view, 3> values = {"deviance", "pearson", "ml"};
};
template <>
struct neve::schema::EnumText<neve::algos::glm::LinkChoice> {
  static constexpr std::string_view name = "GlmGLMModelGLMParametersLink";
  static constexpr std::array<std::string_view, 7> values = {
      "family_default", "identity", "logit", "log", "inverse", "tweedie", "ologit"};
};
template <>
struct neve::schema::EnumText<neve::algos::glm::Influence> {
  static constexpr std::string_view name = "GlmGLMModelGLMParametersInfluence";
  static constexpr std::array<std::string_view, 1> values = {"dfbetas"};
};

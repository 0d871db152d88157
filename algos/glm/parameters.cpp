#include "algos/glm/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::glm {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_data_and_family(Table& table) {
  table.inherit<&P::model_id, &P::training_frame, &P::validation_frame, &P::nfolds, &P::checkpoint,
                &P::export_checkpoints_dir, &P::seed, &P::keep_cross_validation_models,
                &P::keep_cross_validation_predictions, &P::keep_cross_validation_fold_assignment,
                &P::fold_assignment, &P::fold_column, &P::response_column, &P::ignored_columns,
                &P::ignore_const_cols, &P::score_each_iteration>(model::common_parameters());
  table
      .field<&P::score_iteration_interval>(
          "Measure after every so many iterations; -1 only at the end.")
      .input()
      .secondary();
  table.inherit<&P::offset_column, &P::weights_column>(model::common_parameters());
  table
      .field<&P::family>(
          "Distribution of the response around its mean. AUTO goes by the response: two levels are "
          "binomial, more are multinomial, numbers gaussian.")
      .input();
  table
      .field<&P::tweedie_variance_power>(
          "Power of the mean to which the variance is proportional, for the tweedie family.")
      .input()
      .gridable();
  table.field<&P::tweedie_link_power>("Power of the link function of the tweedie family.")
      .input()
      .gridable();
  table.field<&P::theta>("Inverse of the shape of the negative binomial family.")
      .input()
      .gridable();
}

void add_optimisation(Table& table) {
  table
      .field<&P::solver>(
          "Method of optimisation. IRLSM solves weighted least squares and suits up to a few "
          "thousand coefficients; L_BFGS needs gradients only. AUTO chooses by the number of "
          "coefficients.")
      .input();
  table
      .field<&P::alpha>(
          "Share of the absolute values (lasso) in the penalty, between 0 and 1; the rest is on "
          "squares (ridge). Default 0.5, or 0 with L_BFGS.")
      .input()
      .gridable();
  table
      .field<&P::lambda_>(
          "Strength of the penalty; 0 for none. By default a small share of the strength at which "
          "no predictor would be left.")
      .input()
      .gridable();
  table
      .field<&P::lambda_search>(
          "Fit a path of lambdas, from the one that leaves no predictor downwards.")
      .input();
  table.field<&P::early_stopping>("End the lambda path once the fit no longer gets better.")
      .input();
  table.field<&P::nlambdas>("Number of lambdas of the path; -1: 100, or 30 for ridge.").input();
  table
      .field<&P::standardize>(
          "Scale numeric columns to a standard deviation of 1 for the penalty. Coefficients are "
          "given on the original scale either way.")
      .input()
      .gridable();
  table
      .field<&P::missing_values_handling>(
          "What a missing predictor means: filled with the mean or most frequent level, the row "
          "skipped, or filled from plug_values.")
      .inout()
      .expert()
      .gridable();
  table
      .field<&P::plug_values>(
          "Frame of one row with the value to fill in for each column, for PlugValues.")
      .input();
  table
      .field<&P::compute_p_values>(
          "Compute standard errors and p-values. A penalty moves coefficients towards 0, which "
          "they do not tell of.")
      .input()
      .secondary();
  table.field<&P::dispersion_parameter_method>("How the dispersion of the response is estimated.")
      .input()
      .secondary();
  table
      .field<&P::init_dispersion_parameter>(
          "Start of the estimation of the dispersion by maximum likelihood, or its value where it "
          "is fixed.")
      .input()
      .expert()
      .gridable()
      .above(0);
  table
      .field<&P::remove_collinear_columns>(
          "Leave out predictors that depend linearly on earlier ones.")
      .input()
      .secondary();
  table.field<&P::intercept>("Fit a constant term.").input().expert();
  table.field<&P::non_negative>("Keep all coefficients but the intercept at or above 0.").input();
  table
      .field<&P::max_iterations>(
          "Most iterations; -1 for a default by solver, 0 for a model of the intercept only.")
      .input()
      .secondary()
      .at_least(-1);
  table
      .field<&P::objective_epsilon>(
          "Stop when an iteration improves the objective by less than this share. -1 goes on to "
          "the last digits.")
      .input()
      .expert();
  table
      .field<&P::beta_epsilon>(
          "A fit ends only after a step that moved no coefficient by more than this (IRLSM).")
      .input()
      .expert()
      .at_least(0);
  table
      .field<&P::gradient_epsilon>(
          "Stop when no part of the gradient exceeds this (L_BFGS); -1 for 1e-8.")
      .input()
      .expert();
}

void add_fit(Table& table) {
  table.field<&P::link>("Function that maps the mean to the linear predictor.").input().secondary();
  table.field<&P::startval>("Coefficients to start from, in the order of coefficient_names.")
      .input()
      .gridable();
  table.field<&P::calc_like>("Compute the full log-likelihood.").input();
  table
      .field<&P::prior>(
          "True share of the second class where the data was sampled by class; corrects the "
          "intercept (binomial).")
      .input()
      .expert()
      .at_most(1);
  table
      .field<&P::cold_start>(
          "Start each model of a list of alphas and lambdas anew, not from the one before.")
      .input();
  table
      .field<&P::lambda_min_ratio>(
          "Smallest lambda of the path as a share of the largest; -1 for 1e-4, or 1e-2 with few "
          "rows.")
      .input()
      .expert();
  table.field<&P::beta_constraints>("Frame of bounds and prior values of coefficients.").input();
  table
      .field<&P::max_active_predictors>(
          "Most predictors in play before a lambda path ends; -1 for no limit.")
      .input()
      .expert();
  table.field<&P::interactions>("Columns of which all pairs are added as products.")
      .input()
      .expert();
  table.field<&P::interaction_pairs>("Pairs of columns whose products are added.").input().expert();
  table
      .field<&P::obj_reg>(
          "Factor of the deviance in the objective; -1 for one over the sum of weights.")
      .input();
}

void add_rest(Table& table) {
  table.inherit<&P::stopping_rounds, &P::stopping_metric, &P::stopping_tolerance>(
      model::common_parameters());
  table
      .field<&P::control_variables>(
          "Predictors that take part in training and are set to 0 in scoring.")
      .input()
      .expert();
  table.field<&P::remove_offset_effects>("Leave the offset out of predictions and metrics.")
      .input()
      .expert();
  table.inherit<&P::balance_classes, &P::class_sampling_factors, &P::max_after_balance_size,
                &P::max_confusion_matrix_size, &P::max_runtime_secs, &P::custom_metric_func>(
      model::common_parameters());
  table.field<&P::generate_scoring_history>("Keep metrics of every iteration.").input().secondary();
  table.inherit<&P::auc_type>(model::common_parameters());
  table
      .field<&P::dispersion_epsilon>(
          "Relative step at which the estimation of dispersion, power or theta ends.")
      .inout()
      .secondary();
  table.field<&P::tweedie_epsilon>("Accuracy of the sums in the tweedie likelihood.")
      .inout()
      .secondary();
  table.field<&P::max_iterations_dispersion>("Most iterations of the estimation of the dispersion.")
      .inout()
      .secondary();
  table.field<&P::build_null_model>("Fit the intercept only.").input().expert();
  table.field<&P::fix_dispersion_parameter>("Take the dispersion from init_dispersion_parameter.")
      .input()
      .expert();
  table
      .field<&P::generate_variable_inflation_factors>(
          "Compute how far each numeric predictor depends on the others.")
      .input()
      .expert();
  table
      .field<&P::fix_tweedie_variance_power>(
          "Keep tweedie_variance_power as given; else it is estimated by maximum likelihood.")
      .input()
      .secondary();
  table
      .field<&P::dispersion_learning_rate>(
          "What is left of a step of the estimation of the dispersion or power that made the fit "
          "worse; half where this is 1 or more.")
      .input()
      .expert()
      .gridable();
  table.field<&P::influence>("Diagnostics of the influence of each row.").input().expert();
  table.inherit<&P::gainslift_bins>(model::common_parameters());
  table.field<&P::linear_constraints>("Frame of linear constraints on coefficients.").input();
  table.field<&P::init_optimal_glm>("Start a constrained fit from the unconstrained one.")
      .inout()
      .secondary()
      .gridable();
  table
      .field<&P::separate_linear_beta>(
          "Without effect: bounds and linear constraints are always met together.")
      .inout()
      .secondary()
      .gridable();
  table.field<&P::constraint_eta0>("Start of a tolerance of constrained fits.")
      .inout()
      .expert()
      .gridable();
  table.field<&P::constraint_tau>("Growth of the penalty of constrained fits.")
      .inout()
      .expert()
      .gridable();
  table.field<&P::constraint_alpha>("Exponent of a tolerance of constrained fits.")
      .inout()
      .expert()
      .gridable();
  table.field<&P::constraint_beta>("Exponent of a tolerance of constrained fits.")
      .inout()
      .expert()
      .gridable();
  table.field<&P::constraint_c0>("First penalty of constrained fits.").inout().expert().gridable();
}

void add_constants(Table& table) {
  table.inherit_constants(model::common_parameters())
      .internal_constant("_useDispersion1", "false")
      .internal_constant("_dispersion_estimated", "1.0")
      .internal_constant("_invTheta", "1.0E10")
      .internal_constant("_random_columns", "null")
      .internal_constant("_use_all_factor_levels", "false")
      .internal_constant("_expose_constraints", "false")
      .internal_constant("_stdOverride", "false")
      .internal_constant("_glmType", R"("glm")")
      .internal_constant("_max_series_index", "5000")
      .internal_constant("_debugTDispersionOnly", "false")
      .internal_constant("_keepBetaDiffVar", "false")
      .internal_constant("_testCSZeroGram", "false");
}

}  // namespace

const schema::Schema& StringPair::schema() {
  static const schema::Schema kSchema = schema::SchemaOf<StringPair>("StringPairV3", "StringPair")
                                            .field<&StringPair::a>("First column.")
                                            .input()
                                            .field<&StringPair::b>("Second column.")
                                            .input();
  return kSchema;
}

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("GLMParametersV3", "GLMParameters", "ModelParametersSchemaV3");
    add_data_and_family(table);
    add_optimisation(table);
    add_fit(table);
    add_rest(table);
    add_constants(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::glm

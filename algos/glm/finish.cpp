#include <algorithm>
#include <cmath>

#include <neve/base/java_number.hpp>

#include "algos/families/linear/inference.hpp"
#include "algos/glm/deviances.hpp"
#include "algos/glm/glm_output.hpp"
#include "algos/glm/start_values.hpp"
#include "algos/glm/train.hpp"

namespace neve::algos::glm {
namespace {

/// A linear predictor beyond this makes a mean that is 0 or 1 to nearly eight digits.
constexpr double kExtremeEta = 18;

/// A number to four digits after the point's first, as the reference prints lambdas.
std::string short_number(double value) {
  if (value == 0 || !std::isfinite(value)) return java_double(value);
  std::array<char, 40> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.4g", value);
  return java_double(std::stod(std::string(text.data(), static_cast<std::size_t>(size))));
}

std::string regularization(const GlmModel& model) {
  if (model.lambda == 0) return "None";
  const std::string lambda = "lambda = " + short_number(model.lambda) + " )";
  if (model.alpha == 0) return "Ridge ( " + lambda;
  if (model.alpha == 1) return "Lasso (" + lambda;
  return "Elastic Net (alpha = " + short_number(model.alpha) + ", " + lambda;
}

std::string_view name_of(linear::Family family) {
  constexpr std::array<std::string_view, 10> kNames = {
      "gaussian",           "binomial", "quasibinomial",    "poisson",     "gamma",
      "fractionalbinomial", "tweedie",  "negativebinomial", "multinomial", "ordinal"};
  return kNames[static_cast<std::size_t>(family)];
}

std::string_view name_of(linear::Link link) {
  constexpr std::array<std::string_view, 7> kNames = {"identity", "logit",       "log",   "inverse",
                                                      "tweedie",  "multinomial", "ologit"};
  return kNames[static_cast<std::size_t>(link)];
}

/// "[0.1,0.01]", of the first `count`.
std::string list_of(const std::vector<Submodel>& submodels, double Submodel::*which,
                    std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += (i == 0 ? "" : ",") + java_double(submodels[i].*which);
  }
  return "[" + text + "]";
}

std::string path_text(const GlmModel& model) {
  return "nlambda = " + std::to_string(model.path.planned) +
         ", lambda.max = " + short_number(model.path.largest_lambda) +
         ", lambda.min = " + short_number(model.lambda) +
         ", lambda.1se = " + short_number(model.path.near_best_lambda);
}

schema::Table summary(const GlmModel& model, const std::string& frame) {
  const bool searched = model.path.planned > 0;
  const auto integer = [](std::string name) {
    return schema::Table::Column{.name = std::move(name), .type = "int", .format = "%d"};
  };
  schema::Table table{.name = "GLM Model", .description = "summary"};
  table.columns = {{.name = ""}, {.name = "family"}, {.name = "link"}, {.name = "regularization"}};
  std::vector<schema::Table::Cell> cells = {
      std::string(), std::string(name_of(model.response.family)),
      std::string(name_of(model.response.link)), regularization(model)};
  if (searched) {
    table.columns.push_back({.name = "lambda_search"});
    cells.emplace_back(path_text(model));
  }
  for (const char* name :
       {"number_of_predictors_total", "number_of_active_predictors", "number_of_iterations"}) {
    table.columns.push_back(integer(name));
  }
  table.columns.push_back({.name = "training_frame"});
  const auto& fits = model.path.fits;
  const SubmodelFit& shown =
      searched ? fits[static_cast<std::size_t>(model.best_submodel)] : fits.back();
  const auto sets = static_cast<std::int64_t>(model.sets());
  const auto all = static_cast<std::int64_t>(model.coefficients.size());
  cells.emplace_back(sets == 1 ? all - 1 : all);
  cells.emplace_back(std::max<std::int64_t>(0, model.rank - (model.design.intercept ? sets : 0)));
  cells.emplace_back(std::int64_t{shown.iterations});
  cells.emplace_back(frame);
  table.add_row(std::move(cells));
  return table;
}

/// Coefficients that others make up for, so that the rows alone do not tell them: those of a
/// direction in which X'WX is 0. Empty where there are none.
std::vector<bool> not_estimable(const linalg::Symmetric& gram, const linalg::Cholesky& factor) {
  constexpr double kCounts = 1e-6;
  if (factor.rank() == gram.size()) return {};
  std::vector<bool> made(gram.size(), false);
  std::vector<double> column(gram.size());
  for (std::size_t k = 0; k < gram.size(); ++k) {
    if (std::ranges::binary_search(factor.kept(), k)) continue;
    for (std::size_t j = 0; j < gram.size(); ++j) column[j] = gram.get(j, k);
    const auto by = factor.solve(column);
    made[k] = true;
    for (std::size_t j = 0; j < gram.size(); ++j) {
      const double share = by[j] * by[j] * gram.at(j, j);
      if (share > kCounts * kCounts * gram.at(k, k)) made[j] = true;
    }
  }
  return made;
}

}  // namespace

void GlmTrainer::warn(model::TrainContext& context, const std::string& text) const {
  context.job.warn(text);
  context.header.warnings.push_back(text);
}

void GlmTrainer::warn_of_fit(model::TrainContext& context) const {
  const bool logistic = response_.link == linear::Link::logit;
  if (best_fit_->separated || (logistic && plan_.submodels[best_].lambda == 0 &&
                               best_fit_->here.largest_eta > kExtremeEta)) {
    warn(context,
         "Fitted probabilities are 0 or 1 to within rounding: some predictors separate the classes "
         "(or push fitted means to the edge of their range), so that the best coefficients are "
         "infinite. Training stopped at large ones; use a lambda above 0.");
  }
  if (parameters_->max_iterations > 0 && best_fit_->iterations >= parameters_->max_iterations) {
    warn(context, "Training stopped at max_iterations, " +
                      std::to_string(parameters_->max_iterations) +
                      ", before the coefficients had settled.");
  }
  if (shape_wanted().any() && shape_steps_ >= parameters_->max_iterations_dispersion) {
    warn(context, "The estimation of the dispersion stopped at max_iterations_dispersion, " +
                      std::to_string(parameters_->max_iterations_dispersion) +
                      ", before it had settled.");
  }
}

/// From one pass over the rows, or two.
GlmTrainer::AtFit GlmTrainer::look_at_fit(const GlmModel& model) {
  AtFit at;
  const bool errors = parameters_->compute_p_values || parameters_->influence;
  if (!errors && !needs_dispersion()) return at;
  at.here = surface_->likelihood(best_fit_->beta);
  if (errors) learn_information(fits_[best_at_], at);
  const std::int64_t rank = errors ? static_cast<std::int64_t>(at.information->rank()) : model.rank;
  at.freedom = static_cast<double>(prepared_->moments.rows - rank);
  return at;
}

void GlmTrainer::learn_information(const SubmodelFit& fit, AtFit& at) {
  linalg::Symmetric gram = surface_->gram(at.here.largest_weight);
  const auto slopes = static_cast<std::size_t>(prepared_->design.slopes());
  for (std::size_t j = 0; j < slopes && fit.alpha * fit.lambda > 0; ++j) {
    if (fit.beta[j] != 0) continue;
    for (std::size_t i = 0; i < gram.size(); ++i) gram.at(std::max(i, j), std::min(i, j)) = 0;
  }
  at.information.emplace(gram);
  if (fit.lambda > 0) at.unknown = not_estimable(gram, *at.information);
}

double GlmTrainer::dispersion_at(const AtFit& at) const {
  const linear::LikelihoodTask::Partial& here = at.here;
  if (response_.fixed_dispersion()) return 1;
  const bool likeliest = parameters_->dispersion_parameter_method == DispersionMethod::ml;
  // A theta that is the likeliest leaves nothing for another dispersion to tell, as in R's glm.nb.
  if (likeliest && response_.family == linear::Family::negativebinomial) return 1;
  if (parameters_->fix_dispersion_parameter) return parameters_->init_dispersion_parameter;
  switch (parameters_->dispersion_parameter_method) {
    case DispersionMethod::deviance:
      return here.deviance / at.freedom;
    case DispersionMethod::ml:
      if (response_.family == linear::Family::tweedie) return distribution().dispersion;
      return 1 / linear::gamma_shape(here.deviance / prepared_->moments.weight,
                                     {.start = 1 / parameters_->init_dispersion_parameter,
                                      .step = parameters_->dispersion_epsilon,
                                      .most = parameters_->max_iterations_dispersion});
    case DispersionMethod::pearson:
      break;
  }
  return here.pearson / at.freedom;
}

/// What the full likelihood needs beside the coefficients.
void GlmTrainer::prepare_likelihood(GlmModel& model) {
  model.calc_like = true;
  const bool plain = plan_.submodels.size() == 1 && plan_.submodels[0].lambda == 0;
  model.free_parameters = plain ? static_cast<std::int64_t>(model.coefficients.size()) : model.rank;
  using linear::Family;
  const bool tweedie = response_.family == Family::tweedie;
  const bool dispersed = response_.family == Family::gaussian ||
                         response_.family == Family::gamma || tweedie ||
                         response_.family == Family::negativebinomial;
  if (!dispersed) return;
  if (!parameters_->fix_dispersion_parameter) ++model.free_parameters;
  if (tweedie && !parameters_->fix_tweedie_variance_power) ++model.free_parameters;
}

bool GlmTrainer::needs_dispersion() const {
  return parameters_->compute_p_values || parameters_->calc_like ||
         parameters_->dispersion_parameter_method == DispersionMethod::ml;
}

/// The dispersion that the model tells, where anything needs one.
void GlmTrainer::tell_dispersion(GlmModel& model, const AtFit& at) const {
  if (!needs_dispersion()) return;
  const bool likeliest = parameters_->dispersion_parameter_method == DispersionMethod::ml;
  if (likeliest && response_.family == linear::Family::negativebinomial) {
    model.dispersion = response_.theta;
    return;
  }
  model.dispersion = dispersion_at(at);
}

/// 1 / (1 - R²) of each numeric predictor on all others, from the inverse of X'X.
std::vector<double> GlmTrainer::inflation_factors(model::TrainContext& context) const {
  const linear::Design& design = prepared_->design;
  const mr::ScratchLease scratch(context.engine);
  linear::Surface surface({context.engine, columns_.inputs, context.job.token(), scratch.id()},
                          design, {.family = linear::Family::gaussian}, surface_->deviance_scale());
  const auto at =
      surface.likelihood(std::vector<double>(static_cast<std::size_t>(design.size()), 0.0));
  const auto gram = surface.gram(at.largest_weight);
  const auto inverse = linalg::Cholesky(gram).inverse();
  const auto first = static_cast<std::size_t>(design.categorical_size());
  const std::size_t last = gram.size() - 1;
  std::vector<double> made;
  for (std::size_t j = first; j < first + design.numerics.size(); ++j) {
    double squares = gram.at(j, j);
    if (design.intercept) squares -= gram.at(last, j) * gram.at(last, j) / gram.at(last, last);
    made.push_back(squares * inverse.at(j, j));
  }
  return made;
}

/// All levels of categoricals are in a model with a penalty, and may depend on each other.
void GlmTrainer::warn_of_unknown_errors(model::TrainContext& context, const GlmModel& model) const {
  constexpr std::size_t kNamed = 5;
  const auto all = model.coefficient_names();
  std::string names;
  std::size_t count = 0;
  for (std::size_t j = 0; j < all.size(); ++j) {
    const bool in_model = model.coefficients[j] != 0;
    if (!in_model || !std::isnan(model.inference->standard_errors[j])) continue;
    if (count++ < kNamed) names += (names.empty() ? "" : ", ") + all[j];
  }
  if (count == 0 || model.lambda == 0) return;
  if (count > kNamed) names += " and " + std::to_string(count - kNamed) + " more";
  warn(context,
       "But for the penalty some coefficients depend on each other, so that their standard errors "
       "and p-values are not known: " +
           names + ".");
}

/// From X'WX at the fit; a penalty does not count, as in H2O-3.
CoefficientErrors GlmTrainer::errors_at(const std::vector<double>& coefficients,
                                        const AtFit& at) const {
  const bool fixed =
      response_.fixed_dispersion() || parameters_->fix_dispersion_parameter || shape_wanted().theta;
  const auto raw = linear::raw_covariance(prepared_->design, *at.information, dispersion_at(at));
  CoefficientErrors made;
  for (std::size_t j = 0; j < coefficients.size(); ++j) {
    const bool unknown = !at.unknown.empty() && at.unknown[j];
    const double error = unknown ? frame::kMissingDouble : std::sqrt(raw.at(j, j));
    const double z = coefficients[j] / error;
    made.standard_errors.push_back(error);
    made.z_values.push_back(z);
    made.p_values.push_back(fixed ? linear::two_sided_normal(z)
                                  : linear::two_sided_t(z, at.freedom));
  }
  return made;
}

void GlmTrainer::infer_path(GlmModel& model) {
  for (std::size_t i = 0; i < model.path.fits.size(); ++i) {
    SubmodelFit& fit = model.path.fits[i];
    if (i == best_at_) {
      fit.errors = *model.inference;
      continue;
    }
    AtFit at;
    at.here = surface_->likelihood(fit.beta);
    learn_information(fit, at);
    at.freedom =
        static_cast<double>(prepared_->moments.rows) - static_cast<double>(at.information->rank());
    fit.errors = errors_at(linear::to_raw(prepared_->design, fit.beta), at);
  }
}

void GlmTrainer::infer(GlmModel& model, const AtFit& at) const {
  const linalg::Cholesky& information = *at.information;
  const bool penalised = model.lambda > 0;
  if (information.rank() < information.size() && !penalised &&
      !parameters_->remove_collinear_columns) {
    throw InputError::illegal_argument(
        "Some predictors depend linearly on others, so that p-values cannot be computed. Set "
        "remove_collinear_columns to true, or ignore those columns.");
  }
  Inference made{errors_at(model.coefficients, at), information.inverse()};
  const double dispersion = dispersion_at(at);
  for (double& value : made.scaled_covariance.values()) {
    value = std::isnan(value) ? 0 : value * dispersion;
  }
  model.inference = std::move(made);
}

std::shared_ptr<GlmModel> GlmTrainer::bare_model(model::TrainContext& context,
                                                 const std::vector<double>& beta) const {
  auto made = std::make_shared<GlmModel>();
  made->header.category = context.category;
  made->header.roles = context.header.roles;
  made->expansion = expansion_;
  made->design = prepared_->design;
  made->response = response_;
  made->beta = beta;
  made->null_mean = null_mean_;
  made->null_shares = null_shares_;
  return made;
}

std::shared_ptr<GlmModel> GlmTrainer::make_model(model::TrainContext& context) {
  auto made = bare_model(context, fits_[best_at_].beta);
  made->lambda = plan_.submodels[best_].lambda;
  made->alpha = plan_.submodels[best_].alpha;
  made->best_submodel = static_cast<std::int32_t>(best_at_);
  made->path.fits = fits_;
  made->path.standardised = parameters_->standardize;
  if (has_folds_choice()) made->path.near_best_lambda = fold_deviances_.largest_near_best();
  if (searches_lambda(*parameters_)) {
    made->path.largest_lambda = plan_.submodels.front().lambda;
    made->path.smallest_lambda = plan_.submodels.back().lambda;
    made->path.planned = path_length(*parameters_);
  }
  made->gainslift_groups = parameters_->gainslift_bins;
  const auto apply_prior = [&] {
    if (parameters_->prior == -1 || !made->design.intercept) return;
    made->beta.back() -= start_eta(response_, prepared_->moments.response.mean) -
                         response_.eta_of(parameters_->prior);
  };
  if (context.category == model::Category::binomial) apply_prior();
  made->settle_coefficients();
  made->density_accuracy = parameters_->tweedie_epsilon;
  restrict_scoring(*made);
  if (!linear_constraints_.empty()) {
    made->constraints =
        states_of(constraints_, linear_constraints_, made->design, made->coefficients);
  }
  const AtFit at = look_at_fit(*made);
  tell_dispersion(*made, at);
  if (parameters_->compute_p_values) {
    infer(*made, at);
    infer_path(*made);
    warn_of_unknown_errors(context, *made);
  }
  if (parameters_->influence) diagnose(context, *made, at);
  if (parameters_->calc_like) prepare_likelihood(*made);
  if (parameters_->generate_variable_inflation_factors) {
    made->inflation_factors = inflation_factors(context);
  }
  return made;
}

void GlmTrainer::report(model::TrainContext& context,
                        const std::shared_ptr<GlmModel>& model) const {
  model::Header& header = context.header;
  const job::TokenPtr& token = context.job.token();
  if (!fold_) header.training_metrics = measure(context.engine, model, *training_, token);
  if (validation_) header.validation_metrics = measure(context.engine, model, *validation_, token);
  const auto& deciding = validation_ ? header.validation_metrics : header.training_metrics;
  if (const auto* binomial = deciding.binomial()) {
    header.default_threshold = binomial->default_threshold;
  }
  header.summary = summary(*model, header.training_frame);
  header.variable_importances = variable_importances(*model);
  report_history(context, model);
  const auto settle = [&](const char* name, std::string value) {
    header.actual_parameters.emplace_back(name, std::move(value));
  };
  settle("family", std::string(name_of(response_.family)));
  if (response_.link != linear::Link::multinomial) {
    settle("link", std::string(name_of(response_.link)));
  }
  if (response_.family != linear::Family::ordinal) {
    settle("solver", by_gradients() ? "L_BFGS" : "IRLSM");
  }
  settle("lambda", list_of(plan_.submodels, &Submodel::lambda, lambdas()));
  std::vector<Submodel> firsts;
  for (std::size_t i = 0; i < plan_.submodels.size(); i += lambdas()) {
    firsts.push_back(plan_.submodels[i]);
  }
  settle("alpha", list_of(firsts, &Submodel::alpha, firsts.size()));
  if (searches_lambda(*parameters_)) {
    settle("nlambdas", std::to_string(path_length(*parameters_)));
  }
  if (rule_.rounds > 0 && parameters_->stopping_metric == model::StoppingMetric::automatic) {
    const bool classes = model::is_classifier(context.category);
    settle("stopping_metric",
           std::string(schema::enum_text(classes ? model::StoppingMetric::logloss
                                                 : model::StoppingMetric::deviance)));
  }
  if (shape_wanted().theta) settle("theta", java_double(response_.theta));
  if (shape_wanted().power) {
    settle("tweedie_variance_power", java_double(response_.variance_power));
    settle("init_dispersion_parameter", java_double(distribution().dispersion));
  }
  settle("max_iterations", std::to_string(most_iterations()));
  settle("obj_reg", java_double(surface_->deviance_scale()));
}

/// The loop ended before its time: what was reached counts.
void GlmTrainer::end_early(model::TrainContext& context) {
  if (!wanted_.empty()) {
    fit_.beta = surface_->whole_of(fit_.beta);
    surface_->widen();
    fit_.here = surface_->likelihood(fit_.beta);
  }
  end_submodel(context);
}

std::shared_ptr<GlmModel> GlmTrainer::conclude(model::TrainContext& context) {
  if (current_ < plan_.submodels.size()) end_early(context);
  warn_of_fit(context);
  auto made = make_model(context);
  fit_.gram.reset();
  optimiser_.reset();
  scratch_.reset();
  return made;
}

std::shared_ptr<model::Model> GlmTrainer::finish(model::TrainContext& context) {
  auto made = conclude(context);
  report(context, made);
  return made;
}

}  // namespace neve::algos::glm

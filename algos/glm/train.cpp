#include "algos/glm/train.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/free_memory.hpp>
#include <neve/base/java_number.hpp>

#include "algos/families/linear/lbfgs.hpp"
#include "algos/glm/deviances.hpp"
#include "algos/glm/implied.hpp"
#include "algos/glm/validate.hpp"

namespace neve::algos::glm {
namespace {

/// From here on AUTO goes by gradients: X'WX costs the square of this in memory, and the cube in
/// time.
constexpr std::size_t kMostForGram = 5000;

/// How far the fits on the way along a path of lambdas may be from their minima, as a share of the
/// null model's objective: a fit that ends there by gradients' norm is off in the fifth digit.
constexpr double kRough = 1e-8;

}  // namespace

void GlmTrainer::take_roles(model::TrainContext& context) {
  model::ColumnRoles& roles = context.header.roles;
  response_ = settle_response(*parameters_, roles);
  rule_ = trees::stopping_rule(*parameters_, context.category);
  // A null model has no predictors.
  Terms terms = parameters_->build_null_model
                    ? Terms{}
                    : order_terms(context, *parameters_, roles, context.training);
  const auto& order = terms.order;
  expansion_ = std::move(terms.expansion);
  reorder(order, roles);
  training_ = context.training;
  reorder(order, *training_);
  if (context.validation != nullptr) {
    validation_ = *context.validation;
    reorder(order, *validation_);
  }
  if (context.category == model::Category::binomial && !roles.response_domain) {
    roles.response_domain =
        std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"0", "1"});
  }
}

void GlmTrainer::prepare_columns(model::TrainContext& context) {
  if (sums_ == nullptr) sums_ = sums_of(context.together);
  if (sums_ != nullptr) {
    columns_ = sums_->columns;
    prepared_ = sums_->whole;
    if (fold_) {
      prepared_ = sums_->parts->prepared(sums_->parts->all_but(*fold_), columns_.design);
    }
    return;
  }
  columns_ = make_columns(context, *parameters_, context.header.roles, *training_, expansion_);
  constraints_ = read_beta_constraints(context, *parameters_, columns_.design);
  linear::Given given = constraints_.preparation(*parameters_);
  if (parameters_->missing_values_handling == MissingValues::plug_values) {
    const GivenTable table(context.engine, context.further->at("plug_values"), "plug_values");
    read_plug_values(table, columns_.design, given);
  }
  learn_moments(context, given);
}

void GlmTrainer::prepare(model::TrainContext& context, const linear::Response* found,
                         bool goes_on) {
  std::optional<Plan> of_all;
  if (has_common_plan(context)) of_all = plan_of_all_rows(context);
  take_roles(context);
  prepare_columns(context);
  if (sums_ != nullptr && !fold_) of_all = sums_->plan;
  if (!parameters_->linear_constraints.empty()) {
    linear_constraints_ = read_linear_constraints(
        {context.engine, context.further->at("linear_constraints"), "linear_constraints"},
        prepared_->design);
  }
  if (found != nullptr) response_ = *found;
  if (shape_wanted().power && shape_wanted().zeros && response_.variance_power >= 2) {
    constexpr double kMiddle = 1.5;
    response_.variance_power = kMiddle;
  }
  check_response(response_, prepared_->moments);
  if (parameters_->generate_variable_inflation_factors && prepared_->design.numerics.empty()) {
    throw InputError::illegal_argument(
        "generate_variable_inflation_factors cannot be enabled for GLM models with only "
        "non-numerical predictors.");
  }
  if (!by_gradients() && !fold_) {
    memory_ = context.engine.budget().reserve(
        linear::gram_bytes(prepared_->design, response_, context.engine.pool().threads()),
        "X'WX of the GLM with " + std::to_string(prepared_->design.size()) + " coefficients");
  }
  make_surface(context);
  fit_null_model(context, goes_on);
  plan_ = of_all ? std::move(*of_all) : plan_submodels(*parameters_, null_steepness_, *prepared_);
  take_folds(context);
}

void GlmTrainer::make_surface(model::TrainContext& context) {
  const double scale =
      parameters_->obj_reg == -1 ? 1 / prepared_->moments.weight : parameters_->obj_reg;
  const linear::PartSums* parts = sums_ == nullptr ? nullptr : &*sums_->parts;
  if (fold_ && plans_several(*parameters_)) {
    holdout_ = parts->in_design(parts->part(*fold_), prepared_->design);
  }
  if (fold_ || (parts != nullptr && sums_->tell_errors)) {
    auto rows = fold_ ? parts->in_design(parts->all_but(*fold_), prepared_->design)
                      : parts->in_design(parts->all(), prepared_->design);
    surface_.emplace(std::move(rows), fit_design(), response_, scale);
    return;
  }
  const auto make = [&] {
    scratch_ = std::make_unique<mr::ScratchLease>(context.engine);
    surface_.emplace(linear::Surface::Data{context.engine, columns_.inputs, context.job.token(),
                                           scratch_->id(), shared_with(context)},
                     fit_design(), response_, scale);
  };
  make();
  if (parts != nullptr) {
    surface_->set_gram(parts->in_design(parts->all(), prepared_->design).gram);
    return;
  }
  if (!by_gradients() || !is_sparse()) return;
  const auto& seen = prepared_->moments;
  const std::int64_t bytes =
      linear::kept_bytes(fit_design(), seen.rows + seen.rows_left_out, seen.stored);
  // It only spares time: what else runs on the node needs memory, too.
  if (bytes > context.engine.budget().free() / 2) return;
  try {
    surface_->keep_blocks();
    // To make them took about as much again as they are, which the fit does not need.
    return_free_memory();
  } catch (const OutOfMemoryError&) {
    make();
  }
}

void GlmTrainer::init(model::TrainContext& context) {
  prepare(context, nullptr, true);
  derived_histories_.resize(fewer_restrictions().size());
  start_submodel(context);
  note(context);
}

/// Where the fits stand; all else follows from the data.
struct GlmTrainer::Saved {
  std::uint64_t current = 0;
  linear::FitState fit;
  std::vector<SubmodelFit> fits;
  std::uint64_t best = 0;
  std::uint64_t best_at = 0;
  std::optional<linear::FitState> best_fit;
  bool polishing = false;
  std::vector<double> last_pull;
  std::vector<bool> wanted;
  double null_validation_deviance = 0;
  std::int32_t iterations = 0;
  History history;
  linear::Response response;
  std::optional<ShapeSearch> search;
  std::int32_t shape_steps = 0;
  double likeliest_dispersion = 0;
  std::vector<double> scores;
  std::vector<History> derived_histories;
  std::int32_t earlier_iterations = 0;
  schema::Table earlier_history;
  template <class Archive>
  void fields(Archive& archive) {
    archive(current, fit, fits, best, best_at, best_fit, polishing, last_pull, wanted,
            null_validation_deviance, iterations, history, response, search, shape_steps,
            likeliest_dispersion, scores, derived_histories, earlier_iterations, earlier_history);
  }
};

wire::Bytes GlmTrainer::save() const {
  return wire::encode(Saved{.current = current_,
                            .fit = fit_,
                            .fits = fits_,
                            .best = best_,
                            .best_at = best_at_,
                            .best_fit = best_fit_,
                            .polishing = polishing_,
                            .last_pull = last_pull_,
                            .wanted = wanted_,
                            .null_validation_deviance = null_validation_deviance_,
                            .iterations = iterations_,
                            .history = history_,
                            .response = response_,
                            .search = search_,
                            .shape_steps = shape_steps_,
                            .likeliest_dispersion = likeliest_dispersion_,
                            .scores = scores_,
                            .derived_histories = derived_histories_,
                            .earlier_iterations = earlier_iterations_,
                            .earlier_history = earlier_history_});
}

void GlmTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  auto was = wire::decode<Saved>(saved);
  prepare(context, &was.response, false);
  NEVE_CHECK(was.current < plan_.submodels.size() && was.best < plan_.submodels.size());
  current_ = was.current;
  fit_ = std::move(was.fit);
  fits_ = std::move(was.fits);
  best_ = was.best;
  best_at_ = was.best_at;
  best_fit_ = std::move(was.best_fit);
  polishing_ = was.polishing;
  last_pull_ = std::move(was.last_pull);
  terms_ = wanted_ = std::move(was.wanted);
  null_validation_deviance_ = was.null_validation_deviance;
  iterations_ = was.iterations;
  history_ = std::move(was.history);
  search_ = std::move(was.search);
  shape_steps_ = was.shape_steps;
  likeliest_dispersion_ = was.likeliest_dispersion;
  scores_ = std::move(was.scores);
  derived_histories_ = std::move(was.derived_histories);
  earlier_iterations_ = was.earlier_iterations;
  earlier_history_ = std::move(was.earlier_history);
  known_ = false;
  if (!wanted_.empty()) surface_->narrow(wanted_);
  make_optimiser();
  optimiser_->resume(fit_);
}

bool GlmTrainer::by_gradients() const {
  if (parameters_->solver == Solver::l_bfgs) return true;
  return parameters_->solver == Solver::automatic && !parameters_->remove_collinear_columns &&
         !parameters_->compute_p_values &&
         (linear::coefficient_count(fit_design(), response_) >= kMostForGram ||
          is_wide_and_sparse());
}

/// Whether X'WX, for which zeros are numbers as others, would take longer than all gradients.
bool GlmTrainer::is_wide_and_sparse() const {
  // Measured: a gradient costs some 4 ns a stored cell, X'WX some 0.1 ns a product; and a fit takes
  // some 100 gradients where it takes six X'WX.
  constexpr double kProductsPerCell = 700;
  const auto numerics = static_cast<double>(prepared_->design.numerics.size());
  const auto rows = static_cast<double>(prepared_->moments.rows);
  const auto stored = static_cast<double>(prepared_->moments.stored);
  return is_sparse() && !searches_lambda(*parameters_) &&
         rows * numerics * numerics / 2 > kProductsPerCell * stored;
}

/// Whether most cells of numeric columns are zeros that nobody has to look at.
bool GlmTrainer::is_sparse() const {
  const auto& seen = prepared_->moments;
  return seen.stored < seen.rows * std::ssize(prepared_->design.numerics) / 4;
}

/// Thresholds of an ordinal response stand for its intercept.
linear::Design GlmTrainer::fit_design() const {
  linear::Design design = prepared_->design;
  if (response_.family == linear::Family::ordinal) design.intercept = false;
  return design;
}

std::int64_t GlmTrainer::most_iterations() const {
  if (parameters_->max_iterations >= 0) return parameters_->max_iterations;
  const std::int64_t path = searches_lambda(*parameters_) ? path_length(*parameters_) : 0;
  if (!by_gradients()) return path > 0 ? 10 * path : 50;
  const std::int64_t by_size = std::max<std::int64_t>(20, prepared_->design.size() / 4);
  return 10 * (path > 0 ? 10 * path : by_size);
}

std::size_t GlmTrainer::lambdas() const {
  std::size_t count = 1;
  while (count < plan_.submodels.size() &&
         plan_.submodels[count].alpha == plan_.submodels[0].alpha) {
    ++count;
  }
  return count;
}

linear::Penalty GlmTrainer::penalty_at(const Submodel& submodel) const {
  auto penalty = penalty_of(*parameters_, submodel, prepared_->design);
  constraints_.add_to(*parameters_, prepared_->design, penalty);
  if (!null_shares_.empty()) spread(surface_->whole_design(), response_, penalty);
  return penalty;
}

/// Of the terms that the surface shows.
void GlmTrainer::make_optimiser() {
  penalty_ = penalty_at(plan_.submodels[current_]);
  for (auto* part : {&penalty_.l1, &penalty_.l2, &penalty_.lower, &penalty_.upper,
                     &penalty_.towards, &penalty_.pull}) {
    if (!part->empty()) *part = surface_->part_of(*part);
  }
  // A path's iterations add up; each fit of a list has its own.
  const std::int64_t used = searches_lambda(*parameters_) ? iterations_ : earlier_iterations_;
  const std::int64_t left = std::max<std::int64_t>(0, most_iterations() - used);
  const linear::Tolerance tolerance{.most_iterations = static_cast<int>(left),
                                    .beta = parameters_->beta_epsilon,
                                    .objective = parameters_->objective_epsilon,
                                    .gradient = parameters_->gradient_epsilon,
                                    .null_deviance = null_deviance_,
                                    .rough = is_rough() ? kRough : 0};
  if (!linear_constraints_.empty()) {
    optimiser_ =
        make_constrained(*surface_, penalty_, tolerance, linear_constraints_, *parameters_);
  } else if (by_gradients()) {
    optimiser_ = std::make_unique<linear::Lbfgs>(*surface_, penalty_, tolerance);
  } else {
    optimiser_ = std::make_unique<linear::Irls>(*surface_, penalty_, tolerance);
  }
}

/// Coefficients of the fit as the model has them: for each class, where there are several.
std::vector<double> GlmTrainer::model_coefficients(const std::vector<double>& beta) const {
  if (null_shares_.empty()) return beta;
  const auto classes = static_cast<std::ptrdiff_t>(null_shares_.size());
  if (response_.family == linear::Family::multinomial) {
    return center_classes(beta, penalty_at(plan_.submodels[current_]), null_shares_.size());
  }
  const std::ptrdiff_t slopes = prepared_->design.slopes();
  std::vector<double> made;
  for (std::ptrdiff_t k = 0; k + 1 < classes; ++k) {
    made.insert(made.end(), beta.begin(), beta.begin() + slopes);
    made.push_back(beta[static_cast<std::size_t>(slopes + k)]);
  }
  made.resize(made.size() + static_cast<std::size_t>(slopes) + 1, 0.0);
  return made;
}

void GlmTrainer::start_submodel(model::TrainContext& context) {
  const Submodel& submodel = plan_.submodels[current_];
  const bool first = current_ % lambdas() == 0;
  if (first || parameters_->cold_start) {
    fit_.beta = start_;
    last_pull_ = start_pull_;
    known_ = known_ && current_ == 0;
  }
  if (current_ == 0 && context.checkpoint != nullptr) {
    go_on_from(dynamic_cast<const GlmModel&>(*context.checkpoint), context);
  }
  Submodel before =
      first ? Submodel{submodel.alpha, plan_.largest_lambda} : plan_.submodels[current_ - 1];
  if (parameters_->cold_start) before.lambda = plan_.largest_lambda;
  wanted_ = strong_set({last_pull_, surface_->deviance_scale()}, fit_.beta, penalty_at(before),
                       penalty_at(submodel));
  start_fit();
  // What a fold holds out tells which lambda is best, not where to stop.
  if (validation_ && current_ == 0 && !context.is_fold) {
    null_validation_deviance_ = validation_deviance(context, model_coefficients(start_));
  }
}

/// Whether a fit is over all coefficients whatever is wanted. To leave columns out spares a part of
/// each pass and much of X'WX, whose cost goes by their square, but costs a pass more to see that
/// none of them is wanted after all; and a lambda takes little more than one pass.
bool GlmTrainer::leaves_nothing_out() const {
  constexpr std::size_t kFew = 32;
  const linear::Design& design = prepared_->design;
  const std::size_t columns = design.categoricals.size() + design.numerics.size();
  return !by_gradients() && columns * std::max<std::size_t>(1, null_shares_.size()) <= kFew;
}

/// From fit_.beta, over the coefficients that are wanted.
void GlmTrainer::start_fit() {
  if (leaves_nothing_out()) wanted_.clear();
  if (!wanted_.empty()) {
    surface_->narrow(wanted_);
    fit_.beta = surface_->part_of(fit_.beta);
    fit_.here.gradient = surface_->part_of(fit_.here.gradient);
  }
  make_optimiser();
  linear::FitState before = std::move(fit_);
  fit_ = optimiser_->start(std::move(before.beta), known_ ? &before.here : nullptr);
  known_ = false;
  // What X'WX was before is close to what it is.
  if (searches_lambda(*parameters_) && terms_ == wanted_) optimiser_->take_over(fit_, before);
  terms_ = wanted_;
}

void GlmTrainer::note(model::TrainContext& context) {
  if (!searches_lambda(*parameters_)) remember(context);
  const auto most = static_cast<double>(std::max<std::int64_t>(1, most_iterations()));
  const double part = std::min(1.0, fit_.iterations / most);
  const auto all = static_cast<double>(plan_.submodels.size());
  context.job.progress(
      (static_cast<double>(current_) + part) / all,
      "iteration " + std::to_string(iterations_) + ", objective " + java_double(fit_.objective));
}

bool GlmTrainer::settle() {
  known_ = !fit_.converged;
  if (wanted_.empty()) return true;
  fit_.beta = surface_->whole_of(fit_.beta);
  surface_->widen();
  fit_.here = surface_->likelihood(fit_.beta);
  known_ = true;
  const auto penalty = penalty_at(plan_.submodels[current_]);
  if (!add_violators({fit_.here.gradient, surface_->deviance_scale()}, penalty, wanted_)) {
    wanted_.clear();
    return true;
  }
  start_fit();
  return false;
}

double GlmTrainer::validation_deviance(model::TrainContext& context,
                                       const std::vector<double>& beta) {
  if (holdout_) return holdout_->likelihood(beta).deviance;
  const std::shared_ptr<const GlmModel> model = bare_model(context, beta);
  return deviances_of(context.engine, model, *validation_, context.job.token()).residual;
}

void GlmTrainer::end_submodel(model::TrainContext& context) {
  const Submodel& submodel = plan_.submodels[current_];
  SubmodelFit made{.alpha = submodel.alpha,
                   .lambda = submodel.lambda,
                   .iterations = iterations_,
                   .beta = model_coefficients(fit_.beta),
                   .deviance = fit_.here.deviance};
  too_wide_ = !fits_.empty() && is_too_wide(made.beta);
  if (too_wide_) return;
  if ((validation_ || holdout_) && plan_.submodels.size() > 1) {
    made.validation_deviance = validation_deviance(context, made.beta);
  }
  last_pull_ = fit_.here.gradient;
  if (polishing_) {
    fits_[best_at_] = std::move(made);
  } else {
    if (searches_lambda(*parameters_)) {
      history_.add(made);
      (void)score(context);
    }
    fits_.push_back(std::move(made));
    // Where folds have decided, it is the last one.
    if (!has_folds_choice() && best_of(fits_) + 1 != fits_.size()) return;
    best_ = current_;
    best_at_ = fits_.size() - 1;
  }
  best_fit_ = fit_;
  best_fit_->gram.reset();
  best_fit_->gram_beta.clear();
  best_fit_->past.clear();
}

/// Whether the lambdas of the present alpha that are left are not worth their while.
bool GlmTrainer::path_ends() const {
  const SubmodelFit& last = fits_.back();
  if (!searches_lambda(*parameters_)) return false;
  if (too_wide_ || iterations_ >= most_iterations()) return true;
  return parameters_->early_stopping && !has_folds_choice() && last.lambda < plan_.largest_lambda &&
         at_rest(fits_, null_deviance_, null_validation_deviance_);
}

bool GlmTrainer::next_submodel(model::TrainContext& context) {
  const bool rough = is_rough();
  ++current_;
  if (path_ends()) current_ = (current_ + lambdas() - 1) / lambdas() * lambdas();
  if (polishing_) current_ = plan_.submodels.size();
  if (current_ < plan_.submodels.size()) {
    start_submodel(context);
    return true;
  }
  if (rough) polish();
  return rough;
}

bool GlmTrainer::step(model::TrainContext& context) {
  if (search_) {
    if (search_shape(context)) return true;
    end_submodel(context);
    return next_submodel(context);
  }
  const std::int32_t before = fit_.iterations;
  const bool more = optimiser_->step(fit_);
  iterations_ += fit_.iterations - before;
  if (fit_.iterations != before) {
    note(context);
    if (!searches_lambda(*parameters_) && !score(context)) {
      end_early(context);
      current_ = plan_.submodels.size();
      return false;
    }
  }
  if (more || !settle() || start_shape_search()) return true;
  end_submodel(context);
  return next_submodel(context);
}

}  // namespace neve::algos::glm

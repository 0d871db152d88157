#include "algos/glm/train.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/java_number.hpp>

#include "algos/families/linear/lbfgs.hpp"
#include "algos/glm/validate.hpp"

namespace neve::algos::glm {
namespace {

/// From here on AUTO goes by gradients: X'WX costs the square of this in memory, and the cube in
/// time.
constexpr std::int32_t kMostForGram = 5000;

/// The intercept that a fit starts from: the mean's, or one inside the range of an odd link.
double start_eta(const linear::Response& response, double mean) { return response.eta_of(mean); }

}  // namespace

void GlmTrainer::take_roles(model::TrainContext& context) {
  model::ColumnRoles& roles = context.header.roles;
  response_ = settle_response(*parameters_, roles);
  const auto order = coefficient_order(roles);
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

void GlmTrainer::prepare(model::TrainContext& context) {
  take_roles(context);
  const auto inputs = design_inputs(*training_);
  linear::Design bare = bare_design(*parameters_, context.header.roles);
  // Folds have weights that no role names.
  bare.has_weights = training_->weights >= 0;
  prepared_ = linear::prepare(context.engine, inputs, std::move(bare), context.run_options());
  check_response(response_, prepared_->moments);
  if (!by_gradients()) {
    memory_ = context.engine.budget().reserve(
        linear::gram_bytes(prepared_->design, context.engine.pool().threads()),
        "X'WX of the GLM with " + std::to_string(prepared_->design.size()) + " coefficients");
  }
  scratch_ = std::make_unique<mr::ScratchLease>(context.engine);
  const double scale =
      parameters_->obj_reg == -1 ? 1 / prepared_->moments.weight : parameters_->obj_reg;
  surface_.emplace(
      linear::Surface::Data{context.engine, inputs, context.job.token(), scratch_->id()},
      prepared_->design, response_, scale);
  fit_null_model(context);
  plan_submodels();
}

void GlmTrainer::init(model::TrainContext& context) {
  prepare(context);
  start_submodel();
  note(context);
}

/// Where the fits stand; all else follows from the data.
struct GlmTrainer::Saved {
  std::uint64_t current = 0;
  linear::FitState fit;
  std::uint64_t best = 0;
  std::optional<linear::FitState> best_fit;
  std::int32_t iterations = 0;
  History history;
  template <class Archive>
  void fields(Archive& archive) {
    archive(current, fit, best, best_fit, iterations, history);
  }
};

wire::Bytes GlmTrainer::save() const {
  return wire::encode(Saved{current_, fit_, best_, best_fit_, iterations_, history_});
}

void GlmTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  auto was = wire::decode<Saved>(saved);
  prepare(context);
  NEVE_CHECK(was.current < submodels_.size() && was.best < submodels_.size());
  current_ = was.current;
  fit_ = std::move(was.fit);
  best_ = was.best;
  best_fit_ = std::move(was.best_fit);
  iterations_ = was.iterations;
  history_ = std::move(was.history);
  known_ = false;
  make_optimiser();
  optimiser_->resume(fit_);
}

bool GlmTrainer::by_gradients() const {
  if (parameters_->solver == Solver::l_bfgs) return true;
  return parameters_->solver == Solver::automatic && !parameters_->remove_collinear_columns &&
         !parameters_->compute_p_values && prepared_->design.slopes() >= kMostForGram;
}

/// The intercept of the model without predictors, where an offset shifts every row.
double GlmTrainer::fit_null_intercept(model::TrainContext& context) {
  linear::Design bare;
  bare.has_weights = prepared_->design.has_weights;
  bare.has_offset = true;
  mr::Inputs inputs{training_->inputs.layout, {}};
  const auto add = [&](std::int32_t at) {
    if (at >= 0) inputs.columns.push_back(training_->inputs.columns[static_cast<std::size_t>(at)]);
  };
  add(training_->response);
  add(training_->weights);
  add(training_->offset);
  const mr::ScratchLease scratch(context.engine);
  linear::Surface surface({context.engine, inputs, context.job.token(), scratch.id()}, bare,
                          response_, surface_->deviance_scale());
  const linear::Penalty none{.l1 = {0}, .l2 = {0}};
  linear::Irls irls(surface, none, {.null_deviance = 1});
  const double start =
      start_eta(response_, prepared_->moments.response.mean) - prepared_->moments.offset.mean;
  auto fit = irls.start({start}, nullptr);
  while (irls.step(fit)) {
  }
  return fit.beta[0];
}

void GlmTrainer::fit_null_model(model::TrainContext& context) {
  const linear::Design& design = prepared_->design;
  std::vector<double> beta(static_cast<std::size_t>(design.size()), 0.0);
  if (design.intercept) {
    beta.back() = design.has_offset ? fit_null_intercept(context)
                                    : start_eta(response_, prepared_->moments.response.mean);
  }
  null_mean_ = response_.mu_of(design.intercept ? beta.back() : 0);
  auto at = surface_->likelihood(beta);
  null_deviance_ = at.deviance;
  // The slope by standardised coefficients, or by raw ones where those are penalised.
  null_steepness_ = 0;
  const auto first = static_cast<std::size_t>(design.categorical_size());
  for (std::size_t j = 0; j < static_cast<std::size_t>(design.slopes()); ++j) {
    const bool raw = j >= first && !parameters_->standardize;
    const double scale = raw ? design.numerics[j - first].scale : 1;
    null_steepness_ =
        std::max(null_steepness_, std::fabs(at.gradient[j]) * scale * surface_->deviance_scale());
  }
  fit_.beta = std::move(beta);
  fit_.here = std::move(at);
  known_ = true;
}

void GlmTrainer::plan_submodels() {
  submodels_ = submodels(*parameters_, null_steepness_, *prepared_);
  if (!parameters_->startval) return;
  fit_.beta = start_values();
  known_ = false;
}

/// The user's start, from standardised or raw coefficients to scaled ones.
std::vector<double> GlmTrainer::start_values() const {
  const linear::Design& design = prepared_->design;
  std::vector<double> values = *parameters_->startval;
  const auto names = design.coefficient_names();
  if (values.size() != names.size()) {
    throw InputError::illegal_argument("startval has " + std::to_string(values.size()) +
                                       " values; this model has " + std::to_string(names.size()) +
                                       " coefficients.");
  }
  if (parameters_->standardize) return values;
  if (!design.intercept) values.push_back(0);
  return linear::to_scaled(design, values);
}

std::int64_t GlmTrainer::most_iterations() const {
  if (parameters_->max_iterations >= 0) return parameters_->max_iterations;
  if (!by_gradients()) return 50;
  const std::int64_t by_size = std::max<std::int64_t>(20, prepared_->design.size() / 4);
  return 10 * by_size;
}

void GlmTrainer::make_optimiser() {
  const Submodel& submodel = submodels_[current_];
  penalty_ = penalty_of(*parameters_, submodel, prepared_->design);
  const linear::Tolerance tolerance{.most_iterations = static_cast<int>(most_iterations()),
                                    .beta = parameters_->beta_epsilon,
                                    .objective = parameters_->objective_epsilon,
                                    .gradient = parameters_->gradient_epsilon,
                                    .null_deviance = null_deviance_};
  if (by_gradients()) {
    optimiser_ = std::make_unique<linear::Lbfgs>(*surface_, penalty_, tolerance);
  } else {
    optimiser_ = std::make_unique<linear::Irls>(*surface_, penalty_, tolerance);
  }
}

void GlmTrainer::start_submodel() {
  make_optimiser();
  // The surface stands at the null model, unless something else was asked for.
  const auto here = fit_.here;
  fit_ = optimiser_->start(std::move(fit_.beta), known_ ? &here : nullptr);
  known_ = false;
}

void GlmTrainer::note(model::TrainContext& context) {
  history_.add(iterations_, fit_.here.deviance / 2, fit_.objective);
  const auto most = static_cast<double>(std::max<std::int64_t>(1, most_iterations()));
  const double part = std::min(1.0, fit_.iterations / most);
  const auto all = static_cast<double>(submodels_.size());
  context.job.progress(
      (static_cast<double>(current_) + part) / all,
      "iteration " + std::to_string(iterations_) + ", objective " + java_double(fit_.objective));
}

void GlmTrainer::end_submodel() {
  if (best_fit_ && !(fit_.here.deviance < best_fit_->here.deviance)) return;
  best_ = current_;
  best_fit_ = fit_;
}

bool GlmTrainer::step(model::TrainContext& context) {
  const std::int32_t before = fit_.iterations;
  const bool more = optimiser_->step(fit_);
  iterations_ += fit_.iterations - before;
  if (fit_.iterations != before) note(context);
  if (more) return true;
  end_submodel();
  if (current_ + 1 == submodels_.size()) return false;
  ++current_;
  start_submodel();
  return true;
}

}  // namespace neve::algos::glm

#include "algos/glrm/train.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <neve/base/budget.hpp>
#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>

#include "algos/glrm/represent.hpp"
#include "algos/glrm/starts.hpp"
#include "algos/glrm/user_x.hpp"

namespace neve::algos::glrm {
namespace {

using Phase = Progress::Phase;

/// An iteration that gains less of the objective is the last one.
constexpr double kLeastGain = 1e-7;
/// What is left of the squares of the data is rounding.
constexpr double kRounding = 1e-13;
/// A'A is for so many cells of a row.
constexpr std::size_t kMostGramCells = 1500;

}  // namespace

void GlrmTrainer::init(model::TrainContext& context) {
  survey_ = survey(context, *parameters_);
  const auto k = static_cast<std::int64_t>(parameters_->k);
  const auto cells = static_cast<std::int64_t>(survey_.space.cells());
  const bool has_curvatures = survey_.has_gaps || !survey_.space.is_quadratic();
  const std::int64_t each = has_curvatures ? k * (k + 1) / 2 + k : k;
  const bool needs_gram = fits_gram() || parameters_->init == Initialization::svd;
  const std::int64_t gram = needs_gram ? cells * cells : 0;
  memory_ = context.engine.budget().reserve(static_cast<std::int64_t>(sizeof(double)) *
                                                std::max(each * cells, gram) *
                                                (context.engine.pool().threads() + 2),
                                            "Sums of a low rank model by cell");
  progress_.step_size = parameters_->init_step_size;
}

wire::Bytes GlrmTrainer::save() const { return wire::encode(progress_); }

void GlrmTrainer::resume(model::TrainContext& context, const wire::Bytes& saved) {
  init(context);
  progress_ = wire::decode<Progress>(saved);
}

bool GlrmTrainer::step(model::TrainContext& context) {
  switch (progress_.phase) {
    case Phase::start:
      begin(context);
      break;
    case Phase::on_gram:
      iterate_on_gram(context);
      break;
    case Phase::on_rows:
      iterate_on_rows(context);
      break;
    case Phase::done:
      break;
  }
  return progress_.phase != Phase::done;
}

bool GlrmTrainer::fits_gram() const {
  const Parameters& p = *parameters_;
  const Penalty on_x{p.regularization_x, p.gamma_x};
  const Penalty on_y{p.regularization_y, p.gamma_y};
  return survey_.space.is_quadratic() && !survey_.has_gaps && on_x.is_linear() &&
         on_y.is_linear() && survey_.space.cells() <= kMostGramCells;
}

const GramDescent& GlrmTrainer::gram(model::TrainContext& context) {
  if (!gram_) {
    const Parameters& p = *parameters_;
    const GramTask::State state{.space = survey_.space,
                                .plan = model::plan_of(context.roles, context.training)};
    const auto weight = [](Regularizer regularizer, double gamma) {
      return regularizer == Regularizer::quadratic ? gamma : 0;
    };
    gram_.emplace(
        context.engine.run<GramTask>(context.training.inputs, state, context.run_options()),
        weight(p.regularization_x, p.gamma_x), weight(p.regularization_y, p.gamma_y));
  }
  return *gram_;
}

Factors GlrmTrainer::factors_at(std::vector<double> y) const {
  return {.space = survey_.space,
          .k = static_cast<std::size_t>(parameters_->k),
          .y = std::move(y),
          .on_x = {parameters_->regularization_x, parameters_->gamma_x}};
}

RowsPlan GlrmTrainer::rows_at(const model::TrainContext& context, std::vector<double> y) const {
  return {.factors = factors_at(std::move(y)),
          .plan = model::plan_of(context.roles, context.training),
          .has_gaps = survey_.has_gaps};
}

double GlrmTrainer::cell_count(const model::TrainContext& context) const {
  return static_cast<double>(context.training.inputs.layout->rows()) *
         static_cast<double>(context.roles.predictors.size());
}

std::vector<double> GlrmTrainer::drawn_centers(model::TrainContext& context) {
  constexpr double kSampledRows = 2000;
  constexpr double kSampledCells = 4e6;
  const auto rows = static_cast<double>(context.training.inputs.layout->rows());
  const std::size_t cells = survey_.space.cells();
  const double wanted = std::max(std::min(kSampledRows, kSampledCells / static_cast<double>(cells)),
                                 10.0 * parameters_->k);
  const DrawTask::State state{.space = survey_.space,
                              .plan = model::plan_of(context.roles, context.training),
                              .share = std::min(1.0, wanted / std::max(rows, 1.0)),
                              .seed = context.seed};
  const Reservation memory =
      context.engine.budget().reserve(static_cast<std::int64_t>(4 * std::min(wanted, rows)) *
                                          static_cast<std::int64_t>(cells * sizeof(double)),
                                      "Rows that a low rank model begins with");
  const auto drawn =
      context.engine.run<DrawTask>(context.training.inputs, state, context.run_options());
  return center_columns(drawn.targets, cells, static_cast<std::size_t>(parameters_->k),
                        context.seed);
}

std::vector<double> GlrmTrainer::user_start(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  const auto k = static_cast<std::size_t>(p.k);
  if (!p.user_x.empty()) {
    const auto columns = user_x_columns(context, context.further->at("user_x"), k);
    if (p.user_y.empty())
      return y_of_user_x(context, columns,
                         factors_at(std::vector<double>(survey_.space.cells() * k)),
                         {p.regularization_y, p.gamma_y});
  }
  return read_user_y(context.engine, context.further->at("user_y"), survey_.space, k,
                     p.expand_user_y);
}

std::vector<double> GlrmTrainer::first_y(model::TrainContext& context) {
  const auto k = static_cast<std::size_t>(parameters_->k);
  switch (parameters_->init) {
    case Initialization::random:
      return random_columns(survey_.space.cells() * k, context.seed);
    case Initialization::svd:
      return leading_subspace(gram(context).gram(), k, context.seed);
    case Initialization::user:
      return user_start(context);
    case Initialization::plus_plus:
      break;
  }
  return drawn_centers(context);
}

void GlrmTrainer::begin(model::TrainContext& context) {
  progress_.y = first_y(context);
  const auto k = static_cast<std::size_t>(parameters_->k);
  // Passes over a small A'A cost next to nothing, and directions of alike weight need many.
  constexpr double kProducts = 3e8;
  const auto cells = static_cast<double>(survey_.space.cells());
  const double passes = std::clamp(kProducts / (cells * cells * static_cast<double>(k)), 20., 200.);
  const Initialization init = parameters_->init;
  if (fits_gram() && (init == Initialization::random || init == Initialization::plus_plus))
    progress_.y = turned_to_leading(gram(context).gram(), std::move(progress_.y), k,
                                    static_cast<int>(passes));
  // Y begins where it may be.
  const Penalty on_y{parameters_->regularization_y, parameters_->gamma_y};
  for (std::size_t j = 0; j < survey_.space.cells(); ++j)
    proximal_step(on_y, 0, std::span(progress_.y).subspan(j * k, k));
  progress_.candidate = progress_.y;
  progress_.phase = fits_gram() ? Phase::on_gram : Phase::on_rows;
  context.job.progress(0.05, "Archetypes chosen");
}

bool GlrmTrainer::may_go_on() const {
  return progress_.iterations < parameters_->max_iterations &&
         progress_.updates < parameters_->max_updates;
}

void GlrmTrainer::note(model::TrainContext& context, double objective) {
  progress_.history.push_back(
      {.time_ms = now_ms(), .step_size = progress_.step_size, .objective = objective});
  const double done = static_cast<double>(progress_.iterations) / parameters_->max_iterations;
  context.job.progress(0.05 + 0.9 * done, "Iteration " + std::to_string(progress_.iterations));
}

/// As many iterations as take a moment; the last ones are on the rows, which tell the objective to
/// the last digits.
void GlrmTrainer::iterate_on_gram(model::TrainContext& context) {
  constexpr double kProducts = 2e8;
  const GramDescent& descent = gram(context);
  Factors factors = factors_at(progress_.y);
  const auto cells = static_cast<double>(survey_.space.cells());
  const int most =
      static_cast<int>(std::clamp(kProducts / (cells * cells * parameters_->k), 1.0, 1000.0));
  for (int i = 0; i < most && progress_.phase == Phase::on_gram; ++i) {
    const double objective = descent.iterate(factors);
    progress_.change = progress_.iterations > 0 ? objective - progress_.objective : 0;
    progress_.objective = objective;
    ++progress_.iterations;
    progress_.updates += 2;
    note(context, objective);
    const bool settled = progress_.iterations > 1 && -progress_.change <= kLeastGain * objective;
    if (settled || objective <= 1e-9 * descent.total() || !may_go_on())
      progress_.phase = Phase::on_rows;
  }
  progress_.y = factors.y;
  progress_.candidate = factors.y;
  if (!may_go_on()) progress_.phase = Phase::done;
}

/// What is tried next, and whether the last try was worth it.
void GlrmTrainer::iterate_on_rows(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  const Penalty on_y{p.regularization_y, p.gamma_y};
  const RowsPlan rows = rows_at(context, progress_.candidate);
  FitSums sums = context.engine.run<FitTask>(context.training.inputs, rows, context.run_options());
  const double objective = sums.loss + sums.penalty_x + penalty_of(rows.factors, on_y);
  if (!std::isfinite(objective))
    throw InputError::illegal_argument(
        "The objective is not finite: the data is too large for the losses. Use transform "
        "STANDARDIZE, or other losses.");
  progress_.updates += 2;
  if (!progress_.sums || objective <= progress_.objective) {
    accept(context, std::move(sums), objective);
  } else {
    progress_.step_size /= 2;
  }
  if (progress_.step_size < p.min_step_size || !may_go_on()) progress_.phase = Phase::done;
  if (progress_.phase == Phase::done) return;
  progress_.candidate =
      fit_columns(*progress_.sums, factors_at(progress_.y), on_y, progress_.step_size);
}

void GlrmTrainer::accept(model::TrainContext& context, FitSums sums, double objective) {
  constexpr double kFaster = 1.05;
  const bool first = !progress_.sums.has_value();
  progress_.change = first ? 0 : objective - progress_.objective;
  progress_.objective = objective;
  progress_.y = progress_.candidate;
  progress_.sums = std::move(sums);
  ++progress_.iterations;
  if (!first)
    progress_.step_size = std::min(kFaster * progress_.step_size, parameters_->init_step_size);
  note(context, objective);
  const double rounding = kRounding * progress_.history.front().objective;
  if (!first && -progress_.change <= kLeastGain * objective + rounding)
    progress_.phase = Phase::done;
}

void GlrmTrainer::add_representation(model::TrainContext& context, GlrmModel& model) {
  const Parameters& p = *parameters_;
  const MeasurePlan plan{.rows = rows_at(context, progress_.y),
                         .original_units = p.impute_original};
  mr::RunOptions options = context.run_options();
  options.outputs.resize(model.factors.k);
  auto written =
      context.engine.run_with_outputs<RepresentTask>(context.training.inputs, plan, options);
  const RowSums& sums = written.value;
  model.objective = sums.loss + sums.penalty_x + penalty_of(model.factors, model.on_y);
  model.components = components_of(sums.x_gram, model.factors.y, model.factors.k);
  const double freedom =
      std::max(1.0, static_cast<double>(context.training.inputs.layout->rows()) - 1);
  double explained = 0;
  for (const double value : model.components.singular_values) {
    model.importance.push_back(value * value / freedom);
    explained += value * value / freedom;
  }
  model.importance.push_back(std::max(explained, sums.squares / freedom));
  context.header.training_metrics = GlrmModel::metrics_of(sums);
  frame::Frame made;
  made.key = !p.representation_name.empty() ? p.representation_name
             : !p.loading_name.empty()      ? p.loading_name
                                            : "GLRMLoading_" + context.header.key;
  made.layout = context.training.inputs.layout;
  for (std::size_t c = 0; c < written.columns.size(); ++c)
    made.add("Arch" + std::to_string(c + 1), written.columns[c]);
  model.representation = made.key;
  context.frames.push_back(std::move(made));
}

std::shared_ptr<model::Model> GlrmTrainer::finish(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  auto made = std::make_shared<GlrmModel>();
  made->header.category = context.category;
  made->header.roles = context.roles;
  made->header.parameters = context.header.parameters;
  if (progress_.y.empty()) begin(context);
  made->factors = factors_at(progress_.y);
  made->on_y = {p.regularization_y, p.gamma_y};
  made->original_units = p.impute_original;
  made->shows_components = p.recover_svd;
  add_representation(context, *made);
  made->average_change = progress_.change / std::max(cell_count(context), 1.0);
  made->step_size = progress_.step_size;
  made->iterations = progress_.iterations;
  made->updates = progress_.updates;
  model::Header& header = context.header;
  if (context.validation != nullptr)
    header.validation_metrics =
        made->measure_rows(context.engine, *context.validation, context.job.token());
  header.summary = model_summary(*made);
  header.scoring_history = scoring_history(progress_.history, context.job.start_time_ms());
  return made;
}

}  // namespace neve::algos::glrm

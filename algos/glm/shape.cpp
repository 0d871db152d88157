#include <algorithm>
#include <cmath>

#include "algos/glm/shape_task.hpp"
#include "algos/glm/train.hpp"

namespace neve::algos::glm {
namespace {

/// A fit is of what a search found where that differs by less than this share of what a step of
/// the search may still be.
constexpr double kSameShape = 1e-3;

double difference(const linear::Response& a, const linear::Response& b) {
  const auto share = [](double x, double y) {
    return x == y ? 0 : std::fabs(x - y) / std::max(std::fabs(x), std::fabs(y));
  };
  return std::max(share(a.theta, b.theta), share(a.variance_power, b.variance_power));
}

}  // namespace

ShapeWanted GlmTrainer::shape_wanted() const {
  ShapeWanted wanted;
  if (parameters_->dispersion_parameter_method != DispersionMethod::ml) return wanted;
  const bool free = !parameters_->fix_dispersion_parameter;
  wanted.theta = response_.family == linear::Family::negativebinomial && free;
  if (response_.family != linear::Family::tweedie) return wanted;
  wanted.dispersion = free;
  wanted.power = !parameters_->fix_tweedie_variance_power;
  wanted.zeros = prepared_->moments.response.min <= 0;
  return wanted;
}

Distribution GlmTrainer::distribution() const {
  const bool known = !std::isnan(likeliest_dispersion_);
  return {.response = response_,
          .dispersion = known ? likeliest_dispersion_ : parameters_->init_dispersion_parameter,
          .accuracy = parameters_->tweedie_epsilon};
}

bool GlmTrainer::start_shape_search() {
  const ShapeWanted wanted = shape_wanted();
  const std::int32_t left = parameters_->max_iterations_dispersion - shape_steps_;
  if (!wanted.any() || left <= 0) return false;
  const double rate = parameters_->dispersion_learning_rate;
  constexpr double kHalf = 0.5;
  search_.emplace(distribution(), wanted,
                  ShapeTolerance{.step = parameters_->dispersion_epsilon,
                                 .shorten = rate < 1 ? rate : kHalf,
                                 .most = left});
  return true;
}

bool GlmTrainer::search_shape(model::TrainContext& context) {
  ShapeTask::State state{
      .point = {.design = fit_design(), .response = response_, .beta = fit_.beta},
      .candidates = search_->candidates()};
  const auto at = context.engine.run<ShapeTask>(columns_.inputs, state, context.run_options());
  search_->advance(at.sums);
  ++shape_steps_;
  if (!search_->done()) return true;
  const Distribution found = search_->found();
  const bool settled = search_->settled();
  search_.reset();
  if (shape_wanted().dispersion) likeliest_dispersion_ = found.dispersion;
  const double same = kSameShape * parameters_->dispersion_epsilon;
  if (settled && difference(found.response, response_) <= same) return false;
  if (difference(found.response, response_) == 0) return false;
  change_response(context, found.response);
  return true;
}

void GlmTrainer::change_response(model::TrainContext& context, const linear::Response& response) {
  response_ = response;
  std::vector<double> beta = std::move(fit_.beta);
  make_surface(context);
  fit_null_model(context, false);
  known_ = false;
  make_optimiser();
  fit_ = optimiser_->start(std::move(beta), nullptr);
}

}  // namespace neve::algos::glm

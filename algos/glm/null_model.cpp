#include <algorithm>
#include <cmath>

#include <neve/base/math.hpp>

#include "algos/glm/implied.hpp"
#include "algos/glm/start_values.hpp"
#include "algos/glm/train.hpp"

namespace neve::algos::glm {
namespace {

/// Shares of the classes, none quite 0, so that each has a logarithm.
std::vector<double> shares_of(const std::vector<double>& weights) {
  constexpr double kSmallest = 1e-10;
  double total = 0;
  for (const double weight : weights) total += weight;
  std::vector<double> shares;
  for (const double weight : weights) shares.push_back(std::max(kSmallest, weight / total));
  return shares;
}

}  // namespace

/// The intercept of the model without predictors, where an offset shifts every row.
double GlmTrainer::fit_null_intercept(model::TrainContext& context) {
  linear::Design bare;
  bare.has_weights = prepared_->design.has_weights;
  bare.has_offset = true;
  mr::Inputs inputs = columns_.inputs;
  const auto predictors = static_cast<std::ptrdiff_t>(prepared_->design.categoricals.size() +
                                                      prepared_->design.numerics.size());
  inputs.columns.erase(inputs.columns.begin(), inputs.columns.begin() + predictors);
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

/// Coefficients of the model without predictors.
std::vector<double> GlmTrainer::null_coefficients(model::TrainContext& context) {
  const linear::Design& design = prepared_->design;
  std::vector<double> beta(linear::coefficient_count(surface_->design(), response_), 0.0);
  null_shares_ = shares_of(prepared_->moments.class_weights);
  if (response_.family == linear::Family::ordinal) {
    double below = 0;
    const auto slopes = static_cast<std::size_t>(design.slopes());
    for (std::size_t k = 0; k + 1 < null_shares_.size(); ++k) {
      below += null_shares_[k];
      beta[slopes + k] = math::log(below / (1 - below));
    }
  } else if (response_.family == linear::Family::multinomial && design.intercept) {
    const auto size = static_cast<std::size_t>(design.size());
    for (std::size_t k = 0; k < null_shares_.size(); ++k) {
      beta[(k + 1) * size - 1] = math::log(null_shares_[k]);
    }
  } else if (null_shares_.empty() && design.intercept) {
    beta.back() = design.has_offset ? fit_null_intercept(context)
                                    : start_eta(response_, prepared_->moments.response.mean);
  }
  if (!design.intercept) {
    null_shares_.assign(null_shares_.size(), 1 / static_cast<double>(null_shares_.size()));
  }
  return beta;
}

/// Scaled coefficients that the user would start from.
std::optional<std::vector<double>> GlmTrainer::given_start() const {
  if (parameters_->startval) return start_values(*parameters_, prepared_->design, response_);
  const bool to_the_end = parameters_->max_iterations < 0 && parameters_->objective_epsilon < 0;
  // Without kinks one step leads to the minimum from anywhere.
  const bool kinks =
      is_penalised(*parameters_) &&
      !(parameters_->alpha && !parameters_->alpha->empty() && parameters_->alpha->front() == 0);
  if (near_ && kinks && to_the_end && !plans_several(*parameters_)) {
    return linear::to_scaled(prepared_->design, *near_);
  }
  return constraints_.start(prepared_->design);
}

/// Of the model without predictors; `goes_on` where fits begin there.
linear::LikelihoodTask::Partial GlmTrainer::null_likelihood(const std::vector<double>& beta,
                                                            bool goes_on) {
  if (goes_on && starts_with_gram()) return surface_->likelihood_and_gram(beta);
  if (!goes_on || !needs_no_null_slopes()) return surface_->likelihood(beta);
  const double mean = prepared_->moments.response.mean;
  linear::LikelihoodTask::Partial made;
  made.deviance = prepared_->moments.weight * (mean * response_.deviance(1, null_mean_) +
                                               (1 - mean) * response_.deviance(0, null_mean_));
  return made;
}

void GlmTrainer::fit_null_model(model::TrainContext& context, bool goes_on) {
  const linear::Design& design = prepared_->design;
  std::vector<double> beta = null_coefficients(context);
  null_mean_ = null_shares_.empty() ? response_.mu_of(design.intercept ? beta.back() : 0) : 0;
  start_ = given_start().value_or(beta);
  (void)clamp_into(penalty_at({}), start_);
  goes_on = goes_on && start_ == beta;
  auto at = null_likelihood(beta, goes_on);
  null_deviance_ = at.deviance;
  // The slope by standardised coefficients, or by raw ones where those are penalised.
  null_steepness_ = 0;
  const auto slopes = static_cast<std::size_t>(design.slopes());
  const auto size = static_cast<std::size_t>(surface_->design().size());
  for (std::size_t at_all = 0; at_all < at.gradient.size(); ++at_all) {
    const std::size_t j = at_all % size;
    const bool threshold = at_all >= size && response_.family == linear::Family::ordinal;
    if (j >= slopes || threshold) continue;
    const double scale = parameters_->standardize ? 1 : design.scale_of(j);
    null_steepness_ = std::max(null_steepness_,
                               std::fabs(at.gradient[at_all]) * scale * surface_->deviance_scale());
  }
  start_pull_.clear();
  if (start_ != beta) return;
  start_pull_ = at.gradient;
  if (!goes_on) return;
  fit_.here = std::move(at);
  known_ = true;
}

}  // namespace neve::algos::glm

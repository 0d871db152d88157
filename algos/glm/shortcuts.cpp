// What spares a fit passes over the data.
#include <algorithm>
#include <utility>

#include "algos/families/linear/shared_sums.hpp"
#include "algos/glm/train.hpp"

namespace neve::algos::glm {

/// The other models of a search. A fold's weights are a column of its own, so that nobody else
/// needs what it does.
SharedResults* GlmTrainer::shared_with(const model::TrainContext& context) {
  return context.is_fold ? nullptr : context.shared;
}

/// What the rows say of the columns, from a pass that models of a search share.
void GlmTrainer::learn_moments(model::TrainContext& context, const linear::Given& given) {
  linear::Design bare = columns_.design;
  bare.place_coefficients();
  auto moments = linear::shared_sums<linear::MomentsTask::Partial>(
      shared_with(context), linear::MomentsTask::name, columns_.inputs,
      [&] {
        return linear::usable_moments(context.engine, columns_.inputs, bare, context.run_options());
      },
      bare);
  prepared_ = linear::complete(std::move(bare), std::move(moments), given);
}

/// Whether the first thing to do will be X'WX at the model without predictors, over all of them.
bool GlmTrainer::starts_with_gram() const {
  const auto all_zero = [](const std::optional<std::vector<double>>& values) {
    return values && !values->empty() &&
           std::ranges::all_of(*values, [](double v) { return v == 0; });
  };
  const linear::Design& design = prepared_->design;
  const auto& seen = prepared_->moments;
  const auto cells = (seen.rows + seen.rows_left_out) * std::ssize(design.numerics);
  return !by_gradients() && !searches_lambda(*parameters_) && !parameters_->startval &&
         (all_zero(parameters_->alpha) || all_zero(parameters_->lambda_)) &&
         design.categoricals.empty() && !design.numerics.empty() && design.response_classes == 1 &&
         seen.stored == cells && parameters_->max_iterations != 0 && linear_constraints_.empty();
}

/// Whether nobody asks for more than the deviance of the model without predictors, which the
/// response tells: lambdas are given, and a sample says where to go first.
bool GlmTrainer::needs_no_null_slopes() const {
  const linear::Design& design = prepared_->design;
  return parameters_->lambda_ && !parameters_->lambda_->empty() && leaves_nothing_out() &&
         surface_->is_large() && linear_constraints_.empty() && design.intercept &&
         !design.has_offset && response_.family == linear::Family::binomial;
}

/// The lambdas of a path lead to one that is kept: only that fit goes to the last digits, at last.
bool GlmTrainer::is_rough() const {
  return searches_lambda(*parameters_) && !by_gradients() && !polishing_;
}

/// Goes on with the best fit to the last digits.
void GlmTrainer::polish() {
  polishing_ = true;
  if (too_wide_ || best_at_ + 1 != fits_.size()) {
    fit_ = *best_fit_;
    terms_.assign(fit_.beta.size(), false);
    known_ = false;
  }
  current_ = best_;
  const auto penalty = penalty_at(plan_.submodels[current_]);
  wanted_ =
      strong_set({fit_.here.gradient, surface_->deviance_scale()}, fit_.beta, penalty, penalty);
  start_fit();
}

}  // namespace neve::algos::glm

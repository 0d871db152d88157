#include "algos/families/linear/constrained_irls.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>

#include "algos/families/linear/lanes.hpp"

namespace neve::algos::linear {

namespace {

/// The constraints and, as further ones, the bounds that a penalty has.
LinearConstraints with_bounds(const LinearConstraints& constraints, const Penalty& penalty) {
  if (!penalty.bounded()) return constraints;
  LinearConstraints made;
  const std::size_t size = penalty.lower.size();
  const auto add = [&](std::size_t j, double sign, double limit) {
    made.rows.emplace_back(size, 0.0);
    made.rows.back()[j] = sign;
    made.limits.push_back(sign * limit);
  };
  const auto equal = static_cast<std::ptrdiff_t>(constraints.equalities);
  made.rows.assign(constraints.rows.begin(), constraints.rows.begin() + equal);
  made.limits.assign(constraints.limits.begin(), constraints.limits.begin() + equal);
  for (std::size_t j = 0; j < size; ++j) {
    if (penalty.lower[j] == penalty.upper[j]) add(j, 1, penalty.lower[j]);
  }
  made.equalities = made.rows.size();
  made.rows.insert(made.rows.end(), constraints.rows.begin() + equal, constraints.rows.end());
  made.limits.insert(made.limits.end(), constraints.limits.begin() + equal,
                     constraints.limits.end());
  for (std::size_t j = 0; j < size; ++j) {
    if (penalty.lower[j] == penalty.upper[j]) continue;
    if (std::isfinite(penalty.lower[j])) add(j, -1, penalty.lower[j]);
    if (std::isfinite(penalty.upper[j])) add(j, 1, penalty.upper[j]);
  }
  return made;
}

}  // namespace

ConstrainedIrls::ConstrainedIrls(Surface& surface, const Penalty& penalty,
                                 const Tolerance& tolerance, LinearConstraints constraints,
                                 const Augmentation& augmentation)
    : surface_(surface),
      penalty_(penalty),
      tolerance_(tolerance),
      constraints_(with_bounds(constraints, penalty)),
      augmentation_(augmentation) {
  penalty_.lower.clear();
  penalty_.upper.clear();
  NEVE_CHECK(penalty_.smooth());
}

FitState ConstrainedIrls::start(std::vector<double> beta, const LikelihoodTask::Partial* known) {
  if (from_optimum_) {
    Irls free(surface_, penalty_, tolerance_);
    FitState fit = free.start(std::move(beta), known);
    while (free.step(fit)) {
    }
    beta = std::move(fit.beta);
  }
  FitState state;
  state.beta = nearest(constraints_, beta, augmentation_);
  constexpr double kSlack = 1e-7;
  const double size = std::sqrt(dot(state.beta, state.beta));
  if (!(constraints_.violation(state.beta) <= kSlack * (1 + size))) {
    throw InputError::illegal_argument(
        "The linear constraints and bounds contradict each other: no coefficients meet all of "
        "them.");
  }
  state.here = surface_.likelihood(state.beta);
  state.objective = objective_of(surface_, penalty_, state.here, state.beta);
  state.done = tolerance_.most_iterations == 0;
  return state;
}

void ConstrainedIrls::resume(FitState& state) { (void)surface_.likelihood(state.beta); }

bool ConstrainedIrls::step(FitState& state) {
  if (state.done) return false;
  const std::size_t size = state.beta.size();
  linalg::Symmetric h = surface_.gram(state.here.largest_weight);
  for (double& value : h.values()) value *= surface_.deviance_scale();
  for (std::size_t j = 0; j < size; ++j) h.at(j, j) += penalty_.curvature(j);
  auto c = linalg::multiply(h, state.beta);
  for (std::size_t j = 0; j < size; ++j) {
    c[j] += state.here.gradient[j] * surface_.deviance_scale() - penalty_.slope(j, state.beta[j]);
  }
  const auto proposal = minimise_constrained(h, c, constraints_, augmentation_);
  std::vector<double> along(size);
  for (std::size_t j = 0; j < size; ++j) along[j] = proposal[j] - state.beta[j];
  const double largest = largest_difference(proposal, state.beta);
  const double scale = surface_.deviance_scale();
  const double distance = std::max(0.0, dot(along, linalg::multiply(h, along))) / scale;
  const double shrink = state.last_distance > 0 ? distance / state.last_distance : 1;
  const double dispersion = dispersion_of(surface_, tolerance_, state.here);
  const double before = state.objective;
  const bool moved = move_towards(surface_, penalty_, state, proposal);
  ++state.iterations;
  const bool asked = tolerance_.objective >= 0 &&
                     before - state.objective <= tolerance_.objective * std::fabs(before);
  state.converged = distance * std::min(1.0, shrink) <= kLastStep * dispersion;
  state.done = !moved || ((state.converged || asked) && largest <= tolerance_.beta) ||
               state.iterations >= tolerance_.most_iterations;
  state.last_distance = distance;
  return !state.done;
}

}  // namespace neve::algos::linear

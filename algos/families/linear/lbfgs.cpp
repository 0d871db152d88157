#include "algos/families/linear/lbfgs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "algos/families/linear/lanes.hpp"

namespace neve::algos::linear {
namespace {

constexpr std::size_t kMostPairs = 20;
constexpr double kDefaultGradient = 1e-8;
/// An iteration that gains less than this share, near the rounding of a sum, is the last.
constexpr double kLeastGain = 1e-15;
/// Part of the gain that a straight line promises which a step must reach (Armijo).
constexpr double kArmijo = 1e-4;
constexpr int kMostHalvings = 40;

double sign(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

}  // namespace

double Lbfgs::objective(const LikelihoodTask::Partial& at, const std::vector<double>& beta) const {
  return at.deviance / 2 * surface_.deviance_scale() + penalty_.of(beta);
}

FitState Lbfgs::start(std::vector<double> beta, const LikelihoodTask::Partial* known) {
  FitState state;
  state.beta = std::move(beta);
  state.here = known != nullptr ? *known : surface_.likelihood(state.beta);
  state.objective = objective(state.here, state.beta);
  state.done = tolerance_.most_iterations == 0;
  return state;
}

std::vector<double> Lbfgs::smooth_gradient(const FitState& state) const {
  std::vector<double> gradient(state.beta.size());
  for (std::size_t j = 0; j < gradient.size(); ++j) {
    gradient[j] =
        penalty_.slope(j, state.beta[j]) - state.here.gradient[j] * surface_.deviance_scale();
  }
  return gradient;
}

/// By the steepest one-sided slopes.
std::vector<double> Lbfgs::pseudo_gradient(const FitState& state) const {
  std::vector<double> gradient = smooth_gradient(state);
  for (std::size_t j = 0; j < gradient.size(); ++j) {
    gradient[j] = penalty_.steepest(j, state.beta[j], gradient[j]);
  }
  return gradient;
}

std::vector<double> Lbfgs::direction(const FitState& state,
                                     const std::vector<double>& gradient) const {
  const std::vector<PastStep>& past = state.past;
  std::vector<double> d = gradient;
  std::vector<double> shares(past.size());
  for (std::size_t k = past.size(); k-- > 0;) {
    shares[k] = dot(past[k].step, d) / past[k].product;
    for (std::size_t j = 0; j < d.size(); ++j) d[j] -= shares[k] * past[k].change[j];
  }
  const double scale = past.empty()
                           ? 1 / std::max(1.0, std::sqrt(dot(gradient, gradient)))
                           : past.back().product / dot(past.back().change, past.back().change);
  for (double& value : d) value *= scale;
  for (std::size_t k = 0; k < past.size(); ++k) {
    const double share = shares[k] - dot(past[k].change, d) / past[k].product;
    for (std::size_t j = 0; j < d.size(); ++j) d[j] += share * past[k].step[j];
  }
  const bool smooth = penalty_.smooth();
  for (std::size_t j = 0; j < d.size(); ++j) {
    d[j] = -d[j];
    // Never against the slope where the objective has a kink.
    if (!smooth && d[j] * gradient[j] >= 0) d[j] = 0;
  }
  return d;
}

/// Halves the step until the objective gains; coefficients stop at kinks and bounds instead of
/// passing them.
bool Lbfgs::search(FitState& state, const std::vector<double>& slope,
                   const std::vector<double>& along) {
  const std::size_t n = along.size();
  double share = 1;
  for (int halvings = 0; halvings <= kMostHalvings; ++halvings, share /= 2) {
    std::vector<double> beta(n);
    double promised = 0;
    for (std::size_t j = 0; j < n; ++j) {
      beta[j] = state.beta[j] + share * along[j];
      const double side = state.beta[j] != 0 ? sign(state.beta[j]) : -sign(slope[j]);
      if (penalty_.l1[j] > 0 && beta[j] * side < 0) beta[j] = 0;
      beta[j] = std::clamp(beta[j], penalty_.low(j), penalty_.high(j));
      promised += slope[j] * (beta[j] - state.beta[j]);
    }
    auto there = surface_.likelihood(beta);
    const double value = objective(there, beta);
    if (!(value <= state.objective + kArmijo * promised)) continue;
    state.beta = std::move(beta);
    state.here = std::move(there);
    state.objective = value;
    return true;
  }
  return false;
}

void Lbfgs::remember(FitState& state, PastStep past) {
  past.product = dot(past.step, past.change);
  if (!(past.product > 1e-300)) return;
  state.past.push_back(std::move(past));
  if (state.past.size() > kMostPairs) state.past.erase(state.past.begin());
}

/// All that it needs is in the state; the surface is only asked where it goes.
void Lbfgs::resume(FitState& state) { (void)surface_.likelihood(state.beta); }

bool Lbfgs::step(FitState& state) {
  if (state.done) return false;
  const auto slope = pseudo_gradient(state);
  const double limit = tolerance_.gradient < 0 ? kDefaultGradient : tolerance_.gradient;
  double steepest = 0;
  for (const double value : slope) steepest = std::max(steepest, std::fabs(value));
  if (steepest <= limit) {
    state.done = true;
    return false;
  }
  const auto gradient_before = smooth_gradient(state);
  const auto beta_before = state.beta;
  const double before = state.objective;
  const bool moved = search(state, slope, direction(state, slope));
  ++state.iterations;
  if (!moved) {
    // Once more downhill without the memory, then it is as good as it gets.
    state.done = state.past.empty();
    state.past.clear();
    return !state.done;
  }
  auto gradient = smooth_gradient(state);
  std::vector<double> step(gradient.size());
  for (std::size_t j = 0; j < step.size(); ++j) {
    step[j] = state.beta[j] - beta_before[j];
    gradient[j] -= gradient_before[j];
  }
  remember(state, {std::move(step), std::move(gradient)});
  const double share = std::max(kLeastGain, tolerance_.objective);
  state.done = before - state.objective <= share * std::fabs(state.objective) ||
               state.iterations >= tolerance_.most_iterations;
  return !state.done;
}

}  // namespace neve::algos::linear

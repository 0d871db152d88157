#include "algos/families/linear/irls.hpp"

#include <algorithm>
#include <cmath>

#include "algos/families/linear/lanes.hpp"
#include "algos/families/linear/quadratic.hpp"

namespace neve::algos::linear {
namespace {

/// An earlier X'WX is good while it shrinks the distance to this share, squared, at every step.
constexpr double kGoodShrink = 0.05 * 0.05;
/// Steps that shrink no faster than this, squared, are on their way to infinity.
constexpr double kSlowShrink = 0.3 * 0.3;
/// So are linear predictors that grow by this much at every step (by 1 with a logistic model).
constexpr double kRunningAway = 0.25;
/// Such a fit stops once a step changes the deviance by less than this share (as R's glm).
constexpr double kSlowGain = 1e-8;
constexpr int kMostHalvings = 30;
/// Steps over a sample of the rows: more bring the fit nearer to the sample's minimum than that is
/// to the minimum of all.
constexpr int kSampleSteps = 2;
/// What the minimum of a sample is below the objective at that of all rows is half the number of
/// coefficients by rows on average; less than some times that says nothing.
constexpr double kByChance = 2;

}  // namespace

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t j = 0; j < a.size(); ++j) most = std::max(most, std::fabs(a[j] - b[j]));
  return most;
}

double objective_of(const Surface& surface, const Penalty& penalty,
                    const LikelihoodTask::Partial& here, const std::vector<double>& beta) {
  return here.deviance / 2 * surface.deviance_scale() + penalty.of(beta);
}

double dispersion_of(const Surface& surface, const Tolerance& tolerance,
                     const LikelihoodTask::Partial& here) {
  return std::max(here.deviance, 1e-14 * tolerance.null_deviance) * surface.deviance_scale();
}

bool move_towards(Surface& surface, const Penalty& penalty, FitState& state,
                  const std::vector<double>& to) {
  // Rounding may lift the objective at its minimum.
  const double most = state.objective + 1e-13 * std::fabs(state.objective);
  double share = 1;
  std::vector<double> beta = to;
  for (int halvings = 0; halvings <= kMostHalvings; ++halvings) {
    auto there = surface.likelihood(beta);
    const double value = objective_of(surface, penalty, there, beta);
    if (value <= most) {
      state.beta = std::move(beta);
      state.here = std::move(there);
      state.objective = value;
      return true;
    }
    share /= 2;
    for (std::size_t j = 0; j < beta.size(); ++j) {
      beta[j] = state.beta[j] + share * (to[j] - state.beta[j]);
    }
  }
  // The weights that the scratch holds have to be of state.beta again.
  state.here = surface.likelihood(state.beta);
  return false;
}

FitState Irls::start(std::vector<double> beta, const LikelihoodTask::Partial* known) {
  FitState state;
  state.beta = std::move(beta);
  const bool suffices = known != nullptr && (!known->gradient.empty() || begins_with_sample());
  state.here = suffices ? *known : surface_.likelihood(state.beta);
  state.objective = objective_of(surface_, penalty_, state.here, state.beta);
  state.done = tolerance_.most_iterations == 0;
  return state;
}

void Irls::take_gram(FitState& state) {
  state.gram = surface_.gram(state.here.largest_weight);
  for (double& value : state.gram->values()) value *= surface_.deviance_scale();
  mirror(*state.gram);
  state.gram_beta = state.beta;
}

void Irls::drop_gram(FitState& state) {
  state.gram.reset();
  state.gram_beta.clear();
  state.past.clear();
  factor_.reset();
}

void Irls::take_over(FitState& state, FitState& from) {
  state.gram = std::move(from.gram);
  state.gram_beta = std::move(from.gram_beta);
  state.past = std::move(from.past);
  state.last_distance = from.last_distance;
  from.gram.reset();
  from.gram_beta.clear();
  from.past.clear();
}

void Irls::resume(FitState& state) {
  if (!state.gram_beta.empty()) {
    FitState then;
    then.beta = state.gram_beta;
    then.here = surface_.likelihood(then.beta);
    take_gram(then);
    state.gram = std::move(then.gram);
    for (const PastStep& past : state.past) correct(*state.gram, past);
  }
  // The weights that the scratch holds have to be of state.beta again.
  (void)surface_.likelihood(state.beta);
}

Irls::Proposal Irls::propose(const FitState& state) const {
  const std::size_t n = state.beta.size();
  std::vector<double> slope(n);
  for (std::size_t j = 0; j < n; ++j) {
    slope[j] =
        state.here.gradient[j] * surface_.deviance_scale() - penalty_.slope(j, state.beta[j]);
  }
  Proposal made;
  if (penalty_.smooth()) {
    made.beta = factor_->solve(slope);
    for (std::size_t j = 0; j < n; ++j) made.beta[j] += state.beta[j];
  } else {
    made.beta = minimise_quadratic(*state.gram, std::move(slope), penalty_, state.beta);
  }
  std::vector<double> step(n);
  for (std::size_t j = 0; j < n; ++j) step[j] = made.beta[j] - state.beta[j];
  made.distance = std::max(0.0, dot(step, curved(state, step))) / surface_.deviance_scale();
  return made;
}

/// The objective's second derivative times a step.
std::vector<double> Irls::curved(const FitState& state, const std::vector<double>& step) const {
  auto product = times(*state.gram, step);
  for (std::size_t j = 0; j < step.size(); ++j) product[j] += penalty_.curvature(j) * step[j];
  return product;
}

void Irls::factor(const FitState& state) {
  linalg::Symmetric whole = *state.gram;
  for (std::size_t j = 0; j < whole.size(); ++j) whole.at(j, j) += penalty_.curvature(j);
  factor_.emplace(whole);
}

double Irls::distance_left(const FitState& state) const {
  double total = 0;
  for (std::size_t j = 0; j < state.beta.size(); ++j) {
    const double gradient =
        penalty_.slope(j, state.beta[j]) - state.here.gradient[j] * surface_.deviance_scale();
    const double slope = penalty_.steepest(j, state.beta[j], gradient);
    const double curvature = state.gram->at(j, j) + penalty_.curvature(j);
    if (slope != 0 && curvature > 0) total += slope * slope / curvature;
  }
  return total / surface_.deviance_scale();
}

void Irls::judge(FitState& state, double distance, const Before& before) const {
  const double gained = before.objective - state.objective;
  const double moved = largest_difference(before.beta, state.beta);
  const bool running_away = state.here.largest_eta > before.largest_eta + kRunningAway;
  const double deviance = state.here.deviance;
  const double shrink = state.last_distance > 0 ? distance / state.last_distance : 1;
  const bool small = distance * std::min(1.0, shrink) <=
                     kLastStep * dispersion_of(surface_, tolerance_, state.here);
  const bool asked =
      tolerance_.objective >= 0 && gained <= tolerance_.objective * std::fabs(state.objective);
  const double left = deviance + 1e-3 * tolerance_.null_deviance;
  state.separated = running_away && shrink > kSlowShrink && distance <= kSlowGain * left;
  state.done = state.separated || state.iterations >= tolerance_.most_iterations;
  if (tolerance_.rough > 0) return;
  state.converged = small && moved <= tolerance_.beta;
  state.done = state.done || state.converged || (asked && moved <= tolerance_.beta);
}

void Irls::judge_roughly(FitState& state, double distance) {
  const double left = distance_left(state);
  if (left <= tolerance_.rough * tolerance_.null_deviance) state.done = true;
  if (!state.done && left > kGoodShrink * distance) drop_gram(state);
}

/// The update of Broyden, Fletcher, Goldfarb and Shanno: afterwards H step = change.
void Irls::correct(linalg::Symmetric& h, const PastStep& past) {
  const auto curved = times(h, past.step);
  const double by_new = 1 / past.product;
  const double by_old = 1 / dot(past.step, curved);
  const std::size_t n = h.size();
  for (std::size_t j = 0; j < n; ++j) {
    double* column = h.values().data() + j * n;
    const double add = past.change[j] * by_new;
    const double take = curved[j] * by_old;
    for (std::size_t i = 0; i < n; ++i) column[i] += past.change[i] * add - curved[i] * take;
  }
}

/// Corrects X'WX by how the gradient changed along a step.
void Irls::learn(FitState& state, const Before& before) {
  constexpr std::size_t kMostPast = 20;
  if (!state.gram) return;
  if (state.past.size() == kMostPast) return drop_gram(state);
  const std::size_t n = state.beta.size();
  PastStep past{.step = std::vector<double>(n), .change = std::vector<double>(n)};
  for (std::size_t j = 0; j < n; ++j) {
    past.step[j] = state.beta[j] - before.beta[j];
    past.change[j] = (before.gradient[j] - state.here.gradient[j]) * surface_.deviance_scale();
  }
  past.product = dot(past.step, past.change);
  const double expected = dot(past.step, times(*state.gram, past.step));
  // Otherwise rounding, or a surface that is not what its second derivative says.
  if (!(past.product > 0.1 * expected && past.product < 10 * expected)) return;
  correct(*state.gram, past);
  factor_.reset();
  state.past.push_back(std::move(past));
}

bool Irls::is_worn(const FitState& state, const Proposal& proposal) const {
  return tolerance_.rough == 0 && proposal.distance > kGoodShrink * state.last_distance;
}

/// Whether a step is so small that nobody need look where it leads.
bool Irls::is_last(const FitState& state, const Proposal& proposal) const {
  return tolerance_.rough == 0 &&
         proposal.distance <= kLastStep * dispersion_of(surface_, tolerance_, state.here) &&
         largest_difference(state.beta, proposal.beta) <= tolerance_.beta;
}

bool Irls::begins_with_sample() const {
  return tolerance_.rough == 0 && tolerance_.most_iterations > kSampleSteps && surface_.is_large();
}

bool Irls::step_by_sample(FitState& state) {
  const double rows = surface_.sample(true);
  Irls scout(surface_, penalty_, {.most_iterations = kSampleSteps});
  FitState there = scout.start(state.beta, nullptr);
  const double before = there.objective;
  const double by_chance = kByChance * dispersion_of(surface_, tolerance_, there.here) *
                           static_cast<double>(state.beta.size()) / rows;
  while (scout.step(there)) {
  }
  surface_.sample(false);
  if (before - there.objective <= by_chance) {
    // The weights that the scratch holds have to be of state.beta, and of all rows.
    state.here = surface_.likelihood(state.beta);
    return false;
  }
  const bool moved = move_towards(surface_, penalty_, state, there.beta);
  if (moved) ++state.iterations;
  return moved;
}

bool Irls::step(FitState& state) {
  if (state.done) return false;
  if (state.iterations == 0 && begins_with_sample() && step_by_sample(state)) return true;
  const bool fresh = !state.gram.has_value();
  if (fresh) take_gram(state);
  if (penalty_.smooth() && !factor_) factor(state);
  const Proposal proposal = propose(state);
  if (!fresh && is_worn(state, proposal)) {
    // The old matrix is too far off: the same iteration again with a new one.
    drop_gram(state);
    return step(state);
  }
  if (is_last(state, proposal)) {
    state.beta = proposal.beta;
    state.done = state.converged = true;
    return false;
  }
  const Before before{state.objective, state.beta, state.here.gradient, state.here.largest_eta};
  const bool moved = move_towards(surface_, penalty_, state, proposal.beta);
  ++state.iterations;
  if (!moved) {
    // Down to rounding, or a matrix of elsewhere.
    state.done = fresh;
    drop_gram(state);
    return !state.done;
  }
  judge(state, proposal.distance, before);
  if (tolerance_.rough > 0) {
    judge_roughly(state, proposal.distance);
    learn(state, before);
  }
  state.last_distance = proposal.distance;
  if (state.converged) state.beta = propose(state).beta;
  return !state.done;
}

}  // namespace neve::algos::linear

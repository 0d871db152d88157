#include "algos/deeplearning/objective.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <neve/base/math.hpp>

namespace neve::algos::deeplearning {
namespace {

/// Sums of a log link are bounded, so that means stay finite.
constexpr double kLargestExponent = 40;

double bounded(double sum) { return std::clamp(sum, -kLargestExponent, kLargestExponent); }

void softmax(std::span<const float> sums, std::span<double> out) {
  const auto largest = static_cast<double>(std::ranges::max(sums));
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = static_cast<double>(sums[k]) - largest;
  math::exp(out);
  double total = 0;
  for (const double value : out) total += value;
  for (double& value : out) value /= total;
}

/// Through the softmax: dL/dz_k = p_k (u_k - Σ p_j u_j) for u = dL/dp.
void differentiate_classes(ClassLoss loss, std::span<const double> probabilities,
                           std::size_t actual, std::span<float> gradient) {
  double mean = 0;
  const auto slope = [&](std::size_t k) {
    const double error = probabilities[k] - (k == actual ? 1 : 0);
    return loss == ClassLoss::quadratic ? error : std::copysign(1.0, error);
  };
  if (loss != ClassLoss::cross_entropy) {
    for (std::size_t k = 0; k < probabilities.size(); ++k) mean += probabilities[k] * slope(k);
  }
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    const double value = loss == ClassLoss::cross_entropy ? probabilities[k] - (k == actual ? 1 : 0)
                                                          : probabilities[k] * (slope(k) - mean);
    gradient[k] = static_cast<float>(value);
  }
}

}  // namespace

void Objective::differentiate(std::span<const float> sums, double response, double offset,
                              std::span<float> gradient) const {
  if (family == Family::classes) {
    // Few classes need no memory of their own.
    constexpr std::size_t kFew = 64;
    double few[kFew];
    std::vector<double> many(sums.size() > kFew ? sums.size() : 0);
    const std::span<double> probabilities =
        many.empty() ? std::span<double>(few, sums.size()) : std::span<double>(many);
    softmax(sums, probabilities);
    differentiate_classes(class_loss, probabilities, static_cast<std::size_t>(response), gradient);
    return;
  }
  const double sum = static_cast<double>(sums[0]) + offset;
  const double error = response - sum;
  double value = 0;
  switch (family) {
    case Family::gaussian:
      value = -error;
      break;
    case Family::laplace:
      value = error > 0 ? -1 : (error < 0 ? 1 : 0);
      break;
    case Family::huber:
      value = -std::clamp(error, -huber_delta, huber_delta);
      break;
    case Family::quantile:
      value = error > 0 ? -quantile_alpha : (error < 0 ? 1 - quantile_alpha : 0);
      break;
    case Family::poisson:
      value = math::exp(bounded(sum)) - response;
      break;
    case Family::gamma:
      value = 1 - response * math::exp(-bounded(sum));
      break;
    case Family::tweedie:
      value = math::exp((2 - tweedie_power) * bounded(sum)) -
              response * math::exp((1 - tweedie_power) * bounded(sum));
      break;
    case Family::classes:
      break;
  }
  gradient[0] = static_cast<float>(value);
}

void Objective::predict(std::span<const float> sums, double offset, std::span<double> out) const {
  if (family == Family::classes) {
    softmax(sums, out);
    return;
  }
  const double sum = static_cast<double>(sums[0]) + offset / scale;
  out[0] = has_log_link() ? math::exp(bounded(sum)) : sum * scale + center;
}

model::metrics::Deviance Objective::deviance() const {
  using model::metrics::DevianceFamily;
  model::metrics::Deviance made;
  made.tweedie_power = tweedie_power;
  made.quantile_alpha = quantile_alpha;
  made.huber_delta = huber_delta * scale;
  switch (family) {
    case Family::classes:
    case Family::gaussian:
      made.family = DevianceFamily::gaussian;
      break;
    case Family::laplace:
      made.family = DevianceFamily::laplace;
      break;
    case Family::huber:
      made.family = DevianceFamily::huber;
      break;
    case Family::quantile:
      made.family = DevianceFamily::quantile;
      break;
    case Family::poisson:
      made.family = DevianceFamily::poisson;
      break;
    case Family::gamma:
      made.family = DevianceFamily::gamma;
      break;
    case Family::tweedie:
      made.family = DevianceFamily::tweedie;
      break;
  }
  return made;
}

}  // namespace neve::algos::deeplearning

#include "algos/gbm/distribution.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>

namespace neve::algos::gbm {
namespace {

/// Scores beyond these give probabilities and means at the ends of what doubles hold apart.
constexpr double kLargestExponent = 500;
/// Bounds of leaf values, as H2O-3 has them: of Newton steps, and of logarithms.
constexpr double kLargestStep = 1e4;
constexpr double kLargestLog = 19;

void exp_of_scaled(std::span<double> scores, double factor) {
  for (double& score : scores)
    score = std::clamp(score * factor, -kLargestExponent, kLargestExponent);
  math::exp(scores);
}

void logistic(std::span<double> scores) {
  exp_of_scaled(scores, -1);
  for (double& score : scores) score = 1 / (1 + score);
}

void tweedie_residuals(const Distribution& distribution, std::span<const double> response,
                       std::span<const double> scores, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double low = math::exp(scores[i] * (1 - distribution.tweedie_power));
    const double high = math::exp(scores[i] * (2 - distribution.tweedie_power));
    out[i] = static_cast<float>(response[i] * low - high);
  }
}

void quantile_residuals(double alpha, std::span<const double> response,
                        std::span<const double> scores, std::span<float> out) {
  const auto above = static_cast<float>(0.5 * alpha);
  const auto below = static_cast<float>(0.5 * (alpha - 1));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = response[i] > scores[i] ? above : below;
}

}  // namespace

double clip(double value, double bound) { return std::clamp(value, -bound, bound); }

void to_response(const Distribution& distribution, std::span<double> scores) {
  if (distribution.is_binomial()) logistic(scores);
  if (distribution.has_log_link()) exp_of_scaled(scores, 1);
}

void residuals(const Distribution& distribution, std::span<const double> response,
               std::span<double> scores, std::span<float> out) {
  switch (distribution.family) {
    case Family::tweedie:
      tweedie_residuals(distribution, response, scores, out);
      return;
    case Family::gamma:
      exp_of_scaled(scores, -1);
      for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(response[i] * scores[i] - 1);
      return;
    case Family::laplace:
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = scores[i] > response[i] ? -0.5F : 0.5F;
      return;
    case Family::quantile:
      quantile_residuals(distribution.quantile_alpha, response, scores, out);
      return;
    case Family::huber:
      for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(clip(response[i] - scores[i], distribution.huber_delta));
      return;
    default:
      to_response(distribution, scores);
      for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(response[i] - scores[i]);
  }
}

void softmax(std::span<const std::span<double>> scores) {
  const std::size_t rows = scores.front().size();
  for (std::size_t row = 0; row < rows; ++row) {
    double largest = scores[0][row];
    for (const auto& of_class : scores) largest = std::max(largest, of_class[row]);
    for (const auto& of_class : scores) of_class[row] -= largest;
  }
  for (const auto& of_class : scores) math::exp(of_class);
  for (std::size_t row = 0; row < rows; ++row) {
    double sum = 0;
    for (const auto& of_class : scores) sum += of_class[row];
    for (const auto& of_class : scores) of_class[row] /= sum;
  }
}

LeafTerm leaf_term(const Distribution& distribution, double response, double score,
                   double residual) {
  switch (distribution.family) {
    case Family::gaussian:
    case Family::laplace:
    case Family::quantile:
    case Family::huber:
      return {residual, 1};
    case Family::bernoulli:
    case Family::quasibinomial:
    case Family::multinomial: {
      // |y - p| is p or 1 - p, so the variance needs no second exponential.
      const double distance = std::abs(residual);
      return {residual, distance * (1 - distance)};
    }
    case Family::poisson:
      return {response, math::exp(std::min(score, kLargestExponent))};
    case Family::gamma:
      return {response * math::exp(-std::max(score, -kLargestExponent)), 1};
    case Family::tweedie:
      return {response * math::exp(score * (1 - distribution.tweedie_power)),
              math::exp(score * (2 - distribution.tweedie_power))};
  }
  throw InternalError("unknown distribution");
}

double leaf_value(const Distribution& distribution, double numerator, double denominator,
                  std::int32_t classes) {
  if (distribution.has_log_link()) {
    if (!(denominator > 0)) return 0;
    const double value = numerator > 0 ? math::log(numerator / denominator) : -kLargestLog;
    return std::clamp(value, -kLargestLog, kLargestLog);
  }
  if (distribution.family == Family::gaussian || distribution.leaf_quantile())
    return denominator > 0 ? numerator / denominator : 0;
  if (numerator == 0) return 0;
  double value = denominator > 0 ? numerator / denominator : std::copysign(kLargestStep, numerator);
  if (distribution.family == Family::multinomial) value *= (classes - 1.0) / classes;
  return std::clamp(value, -kLargestStep, kLargestStep);
}

double link(const Distribution& distribution, double mean) {
  if (distribution.has_log_link()) return math::log(mean);
  if (distribution.is_binomial()) return math::log(mean / (1 - mean));
  return mean;
}

}  // namespace neve::algos::gbm

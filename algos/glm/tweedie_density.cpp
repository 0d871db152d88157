#include "algos/glm/tweedie_density.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <neve/base/math.hpp>

namespace neve::algos::glm {
namespace {

constexpr double kPi = 3.141592653589793;
constexpr double kLogTwoPi = 1.8378770664093453;
constexpr double kNone = -std::numeric_limits<double>::infinity();

/// What Stirling's formula for log(x!) lacks (DLMF 5.11.1).
double stirling_rest(double x) {
  constexpr double kSeriesFrom = 16;
  if (x < kSeriesFrom) {
    return math::lgamma(x + 1) - (x + 0.5) * math::log(x) + x - 0.5 * kLogTwoPi;
  }
  const double t = 1 / (x * x);
  return (1.0 / 12 - t * (1.0 / 360 - t * (1.0 / 1260 - t * (1.0 / 1680 - t / 1188)))) / x;
}

/// log(sin(x) / x), to all digits near 0.
double log_sinc(double x) {
  constexpr double kSmall = 1e-2;
  if (x > kSmall) return math::log(math::sin(x) / x);
  const double t = x * x;
  return -t * (1.0 / 6 + t * (1.0 / 180 + t / 2835));
}

/// Of a gamma row.
double log_gamma_density(double y, double mean, double dispersion) {
  const double shape = 1 / dispersion;
  const double share = y / mean;
  return shape * (math::log(share) - share + 1) + 0.5 * math::log(shape) - 0.5 * kLogTwoPi -
         stirling_rest(shape) - math::log(y);
}

/// Half of the deviance.
double half_deviance(double power, double y, double mean) {
  const double one = 1 - power;
  const double two = 2 - power;
  return math::pow(y, two) / (one * two) - y * math::pow(mean, one) / one +
         math::pow(mean, two) / two;
}

/// Of a tanh-sinh rule over half of (-pi, pi); it reaches to kReach / 2^(zoom / 2).
constexpr int kNodes = 112;
constexpr double kReach = 3.2;
/// Exponents below this times -1 do not count.
constexpr double kDeepest = 42;

double reach_of(std::size_t zoom) {
  return kReach * math::pow(2.0, -0.5 * static_cast<double>(zoom));
}

}  // namespace

TweedieDensity::TweedieDensity(double power, double accuracy)
    : power_(power),
      accuracy_(std::max(accuracy, 1e-17)),
      index_(power > 2 ? (power - 2) / (power - 1) : 0) {}

double TweedieDensity::log_density(double y, double mean, double dispersion) {
  constexpr double kGamma = 1e-9;
  if (!(mean > 0) || !(dispersion > 0) || !(y >= 0)) return kNone;
  const double two = 2 - power_;
  if (y == 0) return two > 0 ? -math::pow(mean, two) / (dispersion * two) : kNone;
  if (std::fabs(two) < kGamma) return log_gamma_density(y, mean, dispersion);
  const double depth = math::pow(y, two) / (dispersion * (power_ - 1) * std::fabs(two));
  return at_depth(depth) - math::log(y) - half_deviance(power_, y, mean) / dispersion;
}

double TweedieDensity::at_depth(double depth) {
  if (power_ < 2) return by_counts(depth);
  return depth < 1 ? by_series(depth) : by_integral(depth);
}

/// The sum over counts j of P(j) · density of j gamma variables, at mean y: by Stirling's formula
/// each is exp(-(j log(j / most) - j + most) / (power - 1)) but for factors near 1. Where the terms
/// hardly change from one to the next, a sum over every so many is as good, times their distance:
/// its error is exp(-2 (pi · width / distance)²).
double TweedieDensity::by_counts(double depth) const {
  const double most = (power_ - 1) * depth;
  const double parts = (2 - power_) / (power_ - 1);
  const double width = std::sqrt(most * (power_ - 1));
  const double distance = std::max(1.0, std::floor(width / 2));
  const double middle = std::max(1.0, std::round(most));
  const auto log_term = [&](double j) {
    const double off = (j - most) / most;
    const double far = most * ((1 + off) * math::log1p(off) - off);
    return -far / (power_ - 1) - stirling_rest(j) - stirling_rest(j * parts);
  };
  const double top = log_term(middle);
  double sum = 1;
  for (const double step : {-distance, distance}) {
    for (double j = middle + step; j >= 1; j += step) {
      const double term = math::exp(log_term(j) - top);
      sum += term;
      if (term < accuracy_ * sum) break;
    }
  }
  return top + math::log(sum * distance) + 0.5 * math::log(parts) - kLogTwoPi;
}

/// Terms alternate in sign, but at these depths none is much larger than the sum.
double TweedieDensity::by_series(double depth) const {
  const double a = index_;
  const double log_x =
      (1 - a) / a * (math::log1p(-a) + a / (1 - a) * math::log(a) - math::log(depth));
  double sum = 0;
  double largest = 0;
  constexpr int kMostTerms = 20000;
  for (int k = 1; k <= kMostTerms; ++k) {
    const double size = math::exp(math::lgamma(1 + a * k) - math::lgamma(1.0 + k) - a * k * log_x);
    // sin(pi k a), by the part of k a that is not whole.
    const double whole = std::floor(a * k);
    const double sine = math::sin(kPi * (a * k - whole));
    const bool negative = (static_cast<std::int64_t>(whole) + k) % 2 == 0;
    sum += negative ? -size * sine : size * sine;
    largest = std::max(largest, size);
    if (size < accuracy_ * largest) break;
  }
  return sum > 0 ? depth + math::log(sum / kPi) : kNone;
}

double TweedieDensity::rise_at(double u, double from_pi) const {
  const double a = index_;
  const double whole = u > 1 ? math::log(math::sin(from_pi) / u) : log_sinc(u);
  return (a * log_sinc(a * u) + (1 - a) * log_sinc((1 - a) * u) - whole) / (1 - a);
}

const std::vector<TweedieDensity::Node>& TweedieDensity::nodes(std::size_t zoom) {
  std::vector<Node>& made = nodes_[zoom];
  if (!made.empty()) return made;
  const double distance = reach_of(zoom) / kNodes;
  for (int i = 0; i <= kNodes; ++i) {
    const double s = i * distance;
    const double inner = kPi / 2 * math::sinh(s);
    const double cosh = math::cosh(inner);
    // u = pi · tanh(inner), and its distance from pi.
    const double from_pi = 2 * kPi / (1 + math::exp(2 * inner));
    const double weight = distance * kPi * kPi / 2 * math::cosh(s) / (cosh * cosh);
    if (i == 0) {
      made.push_back({0, weight / 2});
    } else {
      made.push_back({rise_at(kPi * math::tanh(inner), from_pi), weight});
    }
  }
  return made;
}

double TweedieDensity::by_integral(double depth) {
  const double a = index_;
  // The rise is at least a u² / 2.
  const double share = std::sqrt(2 * math::log1p(kDeepest / depth) / a) / kPi;
  const double farthest = share < 0.99 ? math::asinh(2 / kPi * math::atanh(share)) : kReach;
  std::size_t zoom = 0;
  while (zoom + 1 < kZooms && reach_of(zoom + 1) > farthest) ++zoom;
  double sum = 0;
  for (const Node& node : nodes(zoom)) {
    sum += node.weight * math::exp(node.rise - depth * math::expm1(node.rise));
  }
  return math::log(a / ((1 - a) * kPi) * depth * sum);
}

}  // namespace neve::algos::glm

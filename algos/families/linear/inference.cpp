#include "algos/families/linear/inference.hpp"

#include <cmath>
#include <limits>

#include <neve/base/math.hpp>

namespace neve::algos::linear {
namespace {

/// The continued fraction of the incomplete beta function, by Lentz's method.
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr int kMostTerms = 500;
  const auto away = [](double v) { return std::fabs(v) < kTiny ? kTiny : v; };
  double c = 1;
  double d = 1 / away(1 - (a + b) * x / (a + 1));
  double value = d;
  for (int m = 1; m <= kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    value *= d * c;
    if (std::fabs(d * c - 1) < 1e-15) break;
  }
  return value;
}

/// I_x(a, b).
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = math::exp(math::lgamma(a + b) - math::lgamma(a) - math::lgamma(b) +
                                 a * math::log(x) + b * math::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

struct Digamma {
  double value;
  double slope;
};

/// The derivative of lgamma and its own, by their asymptotic series (DLMF 5.11.2, 5.15.8) from 10
/// on, and by recurrence below.
Digamma digamma(double x) {
  Digamma made{0, 0};
  constexpr double kSeriesFrom = 10;
  for (; x < kSeriesFrom; ++x) {
    made.value -= 1 / x;
    made.slope += 1 / (x * x);
  }
  const double t = 1 / (x * x);
  made.value += math::log(x) - 0.5 / x -
                t * (1.0 / 12 - t * (1.0 / 120 - t * (1.0 / 252 - t * (1.0 / 240 - t / 132))));
  made.slope += 1 / x + t / 2 +
                t / x * (1.0 / 6 - t * (1.0 / 30 - t * (1.0 / 42 - t * (1.0 / 30 - t * 5 / 66))));
  return made;
}

}  // namespace

double gamma_shape(double mean_deviance, const ShapeSteps& steps) {
  const double half = mean_deviance / 2;
  if (!(half > 0)) return std::numeric_limits<double>::infinity();
  double shape = steps.start;
  for (int step = 0; step < steps.most; ++step) {
    const Digamma at = digamma(shape);
    const double off = math::log(shape) - at.value - half;
    const double newton = shape - off / (1 / shape - at.slope);
    // The function is convex and falls: from its far side a step may lead below 0.
    const double next = newton > 0 ? newton : shape / 2;
    const double moved = std::fabs(next - shape);
    shape = next;
    if (moved < steps.step * shape) break;
  }
  return shape;
}

double two_sided_normal(double z) { return math::erfc(std::fabs(z) / std::sqrt(2.0)); }

double two_sided_t(double t, double degrees_of_freedom) {
  if (std::isnan(t) || !(degrees_of_freedom > 0)) return std::numeric_limits<double>::quiet_NaN();
  if (std::isinf(t)) return 0;
  return incomplete_beta(degrees_of_freedom / 2, 0.5,
                         degrees_of_freedom / (degrees_of_freedom + t * t));
}

linalg::Symmetric raw_covariance(const Design& design, const linalg::Cholesky& information,
                                 double dispersion) {
  linalg::Symmetric covariance = information.inverse();
  const std::size_t n = covariance.size();
  const auto first = static_cast<std::size_t>(design.categorical_size());
  const std::size_t numerics = design.numerics.size();
  // Slopes are those of scaled columns over the scale.
  std::vector<double> by;
  for (std::size_t j = 0; j < n; ++j) by.push_back(1 / design.scale_of(j));
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) covariance.at(i, j) *= dispersion * by[i] * by[j];
  }
  if (!design.intercept) return covariance;
  // The raw intercept is the centred one less the sum of center · slope, over what was kept.
  std::vector<double> mix(n, 0.0);
  mix[n - 1] = 1;
  for (const std::size_t j : information.kept()) {
    if (j >= first && j < first + numerics) mix[j] = -design.numerics[j - first].center;
  }
  std::vector<double> row(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (const std::size_t j : information.kept()) {
      if (mix[j] != 0) row[i] += mix[j] * covariance.get(i, j);
    }
  }
  double variance = 0;
  for (const std::size_t j : information.kept()) variance += mix[j] * row[j];
  for (std::size_t i = 0; i + 1 < n; ++i) covariance.at(n - 1, i) = row[i];
  covariance.at(n - 1, n - 1) = variance;
  return covariance;
}

}  // namespace neve::algos::linear

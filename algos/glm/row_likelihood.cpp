#include "algos/glm/row_likelihood.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/math.hpp>

namespace neve::algos::glm {
namespace {

/// Of a count, with variance mean + theta · mean²: in a form that keeps its digits as theta goes to
/// 0, where it is the poisson one.
double negative_binomial(double theta, double y, double mean) {
  constexpr double kMostFactors = 64;
  const double common = y == 0 ? 0 : y * math::log(mean);
  const double seen = common - (y + 1 / theta) * math::log1p(theta * mean) - math::lgamma(y + 1);
  if (y > kMostFactors || y != std::floor(y)) {
    const double size = 1 / theta;
    return seen + math::lgamma(y + size) - math::lgamma(size) + y * math::log(theta);
  }
  double ways = 0;
  for (double i = 1; i < y; ++i) ways += math::log1p(i * theta);
  return seen + ways;
}

}  // namespace

double inside(const linear::Response& response, double mean) {
  if (response.link != linear::Link::logit) return mean;
  constexpr double kEdge = 1e-15;
  return std::clamp(mean, kEdge, 1 - kEdge);
}

RowLikelihood::RowLikelihood(const Distribution& distribution) : distribution_(distribution) {
  const linear::Response& response = distribution.response;
  if (response.family == linear::Family::tweedie && response.variance_power > 1) {
    tweedie_.emplace(response.variance_power, distribution.accuracy);
  }
}

double RowLikelihood::log_likelihood(const ObservedRow& row) {
  const linear::Response& response = distribution_.response;
  const double w = row.weight;
  const double y = row.y;
  const double mu = row.mean;
  constexpr double kLogTwoPi = 1.8378770664093453;
  if (tweedie_) return tweedie_->log_density(y, mu, distribution_.dispersion / w);
  switch (response.family) {
    case linear::Family::gaussian: {
      const double phi = distribution_.dispersion / w;
      return -0.5 * ((y - mu) * (y - mu) / phi + math::log(phi) + kLogTwoPi);
    }
    case linear::Family::poisson:
      return w * (y * math::log(mu) - math::lgamma(std::round(y) + 1) - mu);
    case linear::Family::gamma: {
      const double shape = w / distribution_.dispersion;
      return shape * math::log(shape * y / mu) - shape * y / mu - math::log(y) -
             math::lgamma(shape);
    }
    case linear::Family::negativebinomial:
      return w * negative_binomial(response.theta, y, mu);
    default:
      return -0.5 * w * response.deviance(y, inside(response, mu));
  }
}

}  // namespace neve::algos::glm

#include "algos/families/linear/response.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/math.hpp>

namespace neve::algos::linear {
namespace {

/// Keeps a mean inside the family's range, away from infinite weights.
constexpr double kSmallestMean = 1e-280;

/// The logistic model, from e = exp(-|eta|), without overflow or cancellation.
void work_logistic(const Working& rows) {
  const std::size_t n = rows.eta.size();
  const auto e = rows.score;
  for (std::size_t i = 0; i < n; ++i) e[i] = -std::fabs(rows.eta[i]);
  math::exp(e);
  for (std::size_t i = 0; i < n; ++i) rows.deviance[i] = 1 + e[i];
  math::log(rows.deviance);
  for (std::size_t i = 0; i < n; ++i) {
    const double eta = rows.eta[i];
    const double tail = e[i] / (1 + e[i]);
    const double mu = eta >= 0 ? 1 - tail : tail;
    const double prior = rows.prior[i];
    const double above = eta >= 0 ? (1 - rows.y[i]) * eta : -rows.y[i] * eta;
    rows.deviance[i] = prior * (2 * (rows.deviance[i] + above));
    rows.mu[i] = mu;
    rows.weight[i] = prior * (tail * (1 - tail));
    // y - mu without loss where both are near 1.
    rows.score[i] = prior * (eta >= 0 ? (rows.y[i] - 1) + tail : rows.y[i] - tail);
  }
}

void work_identity(const Working& rows) {
  for (std::size_t i = 0; i < rows.eta.size(); ++i) {
    const double residual = rows.y[i] - rows.eta[i];
    rows.mu[i] = rows.eta[i];
    rows.weight[i] = rows.prior[i];
    rows.score[i] = rows.prior[i] * residual;
    rows.deviance[i] = rows.score[i] * residual;
  }
}

/// dmu/deta at a mean.
double slope(Link link, double mu) {
  switch (link) {
    case Link::identity:
      return 1;
    case Link::logit:
      return mu * (1 - mu);
    case Link::log:
      return mu;
    case Link::inverse:
      return -mu * mu;
  }
  return 1;
}

}  // namespace

bool Response::canonical() const {
  switch (family) {
    case Family::gaussian:
      return link == Link::identity;
    case Family::binomial:
    case Family::quasibinomial:
      return link == Link::logit;
    case Family::poisson:
      return link == Link::log;
    case Family::gamma:
      return link == Link::inverse;
  }
  return false;
}

double Response::eta_of(double mu) const {
  switch (link) {
    case Link::identity:
      return mu;
    case Link::logit:
      return math::log(mu / (1 - mu));
    case Link::log:
      return math::log(mu);
    case Link::inverse:
      return 1 / mu;
  }
  return mu;
}

double Response::mu_of(double eta) const {
  switch (link) {
    case Link::identity:
      return eta;
    case Link::logit:
      return math::logistic(eta);
    case Link::log:
      return math::exp(eta);
    case Link::inverse:
      return 1 / eta;
  }
  return eta;
}

double Response::variance(double mu) const {
  switch (family) {
    case Family::gaussian:
      return 1;
    case Family::binomial:
    case Family::quasibinomial:
      return mu * (1 - mu);
    case Family::poisson:
      return mu;
    case Family::gamma:
      return mu * mu;
  }
  return 1;
}

double Response::deviance(double y, double mu) const {
  const auto part = [](double of, double against) {
    return of == 0 ? 0.0 : of * math::log(of / against);
  };
  switch (family) {
    case Family::gaussian:
      return (y - mu) * (y - mu);
    case Family::binomial:
    case Family::quasibinomial:
      return 2 * (part(y, mu) + part(1 - y, 1 - mu));
    case Family::poisson:
      return 2 * (part(y, mu) - (y - mu));
    case Family::gamma:
      return 2 * ((y - mu) / mu - math::log(y / mu));
  }
  return 0;
}

void apply_inverse_link(Link link, std::span<double> values) {
  switch (link) {
    case Link::identity:
      return;
    case Link::log:
      math::exp(values);
      return;
    case Link::inverse:
      for (double& value : values) value = 1 / value;
      return;
    case Link::logit:
      for (double& value : values) value = math::logistic(value);
      return;
  }
}

void work(const Response& response, const Working& rows) {
  if (response.link == Link::logit && response.canonical()) return work_logistic(rows);
  if (response.link == Link::identity && response.canonical()) return work_identity(rows);
  std::ranges::copy(rows.eta, rows.mu.begin());
  apply_inverse_link(response.link, rows.mu);
  const bool positive = response.family == Family::poisson || response.family == Family::gamma;
  for (std::size_t i = 0; i < rows.eta.size(); ++i) {
    const double prior = rows.prior[i];
    const double mu = rows.mu[i];
    // Outside the family's range the deviance is infinite, and the step is halved.
    const bool outside = !std::isfinite(mu) || (positive && !(mu > kSmallestMean));
    if (prior == 0 || outside) {
      rows.weight[i] = 0;
      rows.score[i] = 0;
      rows.deviance[i] = prior == 0 ? 0 : std::numeric_limits<double>::infinity();
      continue;
    }
    const double by_eta = slope(response.link, mu);
    const double variance = response.variance(mu);
    rows.weight[i] = prior * (by_eta * by_eta / variance);
    rows.score[i] = prior * ((rows.y[i] - mu) * by_eta / variance);
    rows.deviance[i] = prior * response.deviance(rows.y[i], mu);
  }
}

}  // namespace neve::algos::linear

#include "algos/families/linear/response.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/math.hpp>

#include "algos/families/linear/lanes.hpp"

namespace neve::algos::linear {
namespace {

/// Keeps a mean inside the family's range, away from infinite weights.
constexpr double kSmallestMean = 1e-280;

/// Whether weights only say which rows count.
bool only_mark(std::span<const double> prior) {
  unsigned others = 0;
  for (const double weight : prior) others |= weight != 0 && weight != 1 ? 1U : 0U;
  return others == 0;
}

/// The sum of prior · log(1 + e) for e between 0 and 1; `spare` is overwritten. Where rows count
/// once or not at all it is the logarithm of a product, which is at most 2 to the power of a
/// block's rows by lanes, and as precise.
double sum_of_logs(std::span<const double> prior, std::span<const double> e,
                   std::span<double> spare) {
  if (only_mark(prior)) {
    return detail::log_of_product(e.size(), [&](std::size_t i) { return 1 + prior[i] * e[i]; });
  }
  for (std::size_t i = 0; i < e.size(); ++i) spare[i] = 1 + e[i];
  math::log(spare);
  return dot(prior, spare);
}

/// The logistic model, from e = exp(-|eta|), without overflow or cancellation. What is done for
/// each sign of eta is the same up to constants that depend on it, so that the loops have no
/// branches.
double work_logistic(const Working& rows) {
  const std::size_t n = rows.eta.size();
  const auto e = rows.score;
  for (std::size_t i = 0; i < n; ++i) e[i] = -std::fabs(rows.eta[i]);
  math::exp(e);
  const double logs = sum_of_logs(rows.prior, e, rows.mu);
  const double* __restrict eta = rows.eta.data();
  const double* __restrict y = rows.y.data();
  const double* __restrict prior = rows.prior.data();
  double* __restrict mu = rows.mu.data();
  double* __restrict weight = rows.weight.data();
  double* __restrict score = rows.score.data();
  for (std::size_t i = 0; i < n; ++i) {
    const double likelier = eta[i] >= 0 ? 1.0 : 0.0;
    mu[i] = prior[i] * ((likelier - y[i]) * eta[i]);
  }
  const double above = sum(rows.mu);
  for (std::size_t i = 0; i < n; ++i) {
    const double tail = score[i] / (1 + score[i]);
    const double head = 1 - tail;
    const double less = -tail;
    const double likelier = eta[i] >= 0 ? 1.0 : 0.0;
    mu[i] = eta[i] >= 0 ? head : tail;
    weight[i] = prior[i] * (tail * head);
    // y - mu without loss where both are near 1.
    score[i] = prior[i] * ((y[i] - likelier) + (eta[i] >= 0 ? tail : less));
  }
  return 2 * (logs + above);
}

/// The deviance of a share between 0 and 1 is against a perfect fit, whose likelihood is not 1.
double entropy(const Working& rows) {
  double total = 0;
  for (std::size_t i = 0; i < rows.y.size(); ++i) {
    const double y = rows.y[i];
    if (rows.prior[i] == 0 || !(y > 0 && y < 1)) continue;
    total -= rows.prior[i] * 2 * (y * math::log(y) + (1 - y) * math::log1p(-y));
  }
  return total;
}

double work_identity(const Working& rows) {
  for (std::size_t i = 0; i < rows.eta.size(); ++i) {
    const double residual = rows.y[i] - rows.eta[i];
    rows.mu[i] = rows.eta[i];
    rows.weight[i] = rows.prior[i];
    rows.score[i] = rows.prior[i] * residual;
  }
  return detail::sum_lanes(
      rows.eta.size(), [&](std::size_t i) { return rows.score[i] * (rows.y[i] - rows.eta[i]); });
}

/// dmu/deta at a mean.
double slope(const Response& response, double mu) {
  switch (response.link) {
    case Link::logit:
      return mu * (1 - mu);
    case Link::log:
      return mu;
    case Link::inverse:
      return -mu * mu;
    case Link::tweedie:
      if (response.link_power == 0) return mu;
      return math::pow(mu, 1 - response.link_power) / response.link_power;
    default:
      return 1;
  }
}

/// y · log(y / against), 0 where y is.
double part(double y, double against) { return y == 0 ? 0.0 : y * math::log(y / against); }

double poisson_deviance(double y, double mu) { return 2 * (part(y, mu) - (y - mu)); }

double gamma_deviance(double y, double mu) { return 2 * ((y - mu) / mu - math::log(y / mu)); }

/// Jorgensen 1987, with the limits at powers 1 and 2.
double tweedie_deviance(double power, double y, double mu) {
  if (power == 0) return (y - mu) * (y - mu);
  if (power == 1) return poisson_deviance(y, mu);
  if (power == 2) return gamma_deviance(y, mu);
  const double one = 1 - power;
  const double two = 2 - power;
  const double first = y == 0 ? 0 : y * (math::pow(y, one) - math::pow(mu, one)) / one;
  const double y_part = y == 0 ? 0 : math::pow(y, two);
  return 2 * (first - (y_part - math::pow(mu, two)) / two);
}

double negative_binomial_deviance(double theta, double y, double mu) {
  const double grown = math::log1p(theta * (mu - y) / (1 + theta * y));
  return 2 * (part(y, mu) + (y + 1 / theta) * grown);
}

}  // namespace

bool Response::canonical() const {
  switch (family) {
    case Family::gaussian:
      return link == Link::identity;
    case Family::binomial:
    case Family::quasibinomial:
    case Family::fractionalbinomial:
      return link == Link::logit;
    case Family::poisson:
      return link == Link::log;
    case Family::gamma:
      return link == Link::inverse;
    default:
      return false;
  }
}

bool Response::is_positive() const {
  return family == Family::poisson || family == Family::gamma ||
         family == Family::negativebinomial || (family == Family::tweedie && variance_power > 0);
}

double Response::eta_of(double mu) const {
  switch (link) {
    case Link::logit:
      return math::log(mu / (1 - mu));
    case Link::log:
      return math::log(mu);
    case Link::inverse:
      return 1 / mu;
    case Link::tweedie:
      if (link_power == 1) return mu;
      return link_power == 0 ? math::log(mu) : math::pow(mu, link_power);
    default:
      return mu;
  }
}

double Response::mu_of(double eta) const {
  double value = eta;
  apply_inverse_link(*this, {&value, 1});
  return value;
}

double Response::variance(double mu) const {
  switch (family) {
    case Family::binomial:
    case Family::quasibinomial:
    case Family::fractionalbinomial:
      return mu * (1 - mu);
    case Family::poisson:
      return mu;
    case Family::gamma:
      return mu * mu;
    case Family::negativebinomial:
      return mu + theta * mu * mu;
    case Family::tweedie:
      return variance_power == 0 ? 1 : math::pow(mu, variance_power);
    default:
      return 1;
  }
}

double Response::deviance(double y, double mu) const {
  switch (family) {
    case Family::gaussian:
      return (y - mu) * (y - mu);
    case Family::binomial:
    case Family::quasibinomial:
    case Family::fractionalbinomial:
      return 2 * (part(y, mu) + part(1 - y, 1 - mu));
    case Family::poisson:
      return poisson_deviance(y, mu);
    case Family::gamma:
      return gamma_deviance(y, mu);
    case Family::negativebinomial:
      return negative_binomial_deviance(theta, y, mu);
    case Family::tweedie:
      return tweedie_deviance(variance_power, y, mu);
    default:
      return 0;
  }
}

void apply_inverse_link(const Response& response, std::span<double> values) {
  const double power = response.link == Link::tweedie ? response.link_power : 0;
  switch (response.link) {
    case Link::log:
      math::exp(values);
      return;
    case Link::inverse:
      for (double& value : values) value = 1 / value;
      return;
    case Link::logit:
      for (double& value : values) value = math::logistic(value);
      return;
    case Link::tweedie:
      if (power == 0) return math::exp(values);
      if (power == 1) return;
      for (double& value : values) value = math::pow(value, 1 / power);
      return;
    default:
      return;
  }
}

namespace {

/// Any family and link, a row at a time; returns the row's part of the deviance.
double work_row(const Response& response, const Working& rows, std::size_t i) {
  const double prior = rows.prior[i];
  const double mu = rows.mu[i];
  // Outside the family's range the deviance is infinite, and the step is halved.
  const bool outside = !std::isfinite(mu) || (response.is_positive() && !(mu > kSmallestMean));
  if (prior == 0 || outside) {
    rows.weight[i] = 0;
    rows.score[i] = 0;
    return prior == 0 ? 0 : std::numeric_limits<double>::infinity();
  }
  const double by_eta = slope(response, mu);
  const double variance = response.variance(mu);
  rows.weight[i] = prior * (by_eta * by_eta / variance);
  rows.score[i] = prior * ((rows.y[i] - mu) * by_eta / variance);
  return prior * response.deviance(rows.y[i], mu);
}

}  // namespace

double work(const Response& response, const Working& rows) {
  if (response.link == Link::logit && response.canonical()) {
    const double deviance = work_logistic(rows);
    return response.family == Family::binomial ? deviance : deviance - entropy(rows);
  }
  if (response.link == Link::identity && response.canonical()) return work_identity(rows);
  std::ranges::copy(rows.eta, rows.mu.begin());
  apply_inverse_link(response, rows.mu);
  return detail::sum_lanes(rows.eta.size(),
                           [&](std::size_t i) { return work_row(response, rows, i); });
}

}  // namespace neve::algos::linear

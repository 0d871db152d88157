#include "algos/glrm/losses.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <neve/base/math.hpp>

namespace neve::algos::glrm {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;
/// Nearer to a kink parabolas do not get narrower.
constexpr double kNearKink = 1e-6;
/// exp of more is out of any data's reach.
constexpr double kMostExponent = 500;

double sign_of(double a) { return a > 0 ? 1 : -1; }

/// |t| <= t²/(2c) + c/2 with c = |t0|, and max(t, 0) = (|t| + t)/2.
Parabola hinge_parabola(double u, double s) {
  const double c = std::max(std::fabs(1 - s * u), kNearKink);
  return {.weight = 0.5 / c, .target = s * (1 + c)};
}

/// Jaakkola and Jordan (2000).
Parabola logistic_parabola(double u, double s) {
  const double half = std::fabs(u) / 2;
  const double weight = half < 1e-4 ? 0.25 : math::tanh(half) / (4 * half);
  return {.weight = weight, .target = s / (2 * weight)};
}

/// The cosine is concave in the square of its angle, up to half a turn.
Parabola periodic_parabola(const CellLoss& loss, double u, double a) {
  const double turns = std::nearbyint((u - a) / loss.period);
  const double target = a + turns * loss.period;
  const double by = kTwoPi / loss.period;
  const double angle = by * (u - target);
  const double ratio = std::fabs(angle) < 1e-4 ? 1 : math::sin(angle) / angle;
  return {.weight = by * by * std::max(ratio, kNearKink), .target = target};
}

}  // namespace

double CellLoss::value(double u, double a) const {
  const double off = u - a;
  switch (loss) {
    case Loss::quadratic:
      return off * off;
    case Loss::absolute:
      return std::fabs(off);
    case Loss::huber:
      return std::fabs(off) <= 1 ? 0.5 * off * off : std::fabs(off) - 0.5;
    case Loss::poisson:
      return math::exp(std::min(u, kMostExponent)) + (a > 0 ? a * (math::log(a) - 1 - u) : 0);
    case Loss::logistic: {
      const double t = -sign_of(a) * u;
      return std::max(t, 0.0) + math::log1p(math::exp(-std::fabs(t)));
    }
    case Loss::periodic:
      return 1 - math::cos(kTwoPi / period * off);
    case Loss::hinge:
    case Loss::categorical:
    case Loss::ordinal:
      break;
  }
  return std::max(1 - sign_of(a) * u, 0.0);
}

Parabola parabola_at(const CellLoss& loss, double u, double a) {
  switch (loss.loss) {
    case Loss::quadratic:
      return {.weight = 2, .target = a};
    case Loss::absolute:
      return {.weight = 1 / std::max(std::fabs(u - a), kNearKink), .target = a};
    case Loss::huber:
      return {.weight = 1 / std::max(std::fabs(u - a), 1.0), .target = a};
    case Loss::poisson: {
      const double rate = math::exp(std::clamp(u, -20.0, kMostExponent));
      return {.weight = rate, .target = u - 1 + a / rate};
    }
    case Loss::logistic:
      return logistic_parabola(u, sign_of(a));
    case Loss::periodic:
      return periodic_parabola(loss, u, a);
    case Loss::hinge:
    case Loss::categorical:
    case Loss::ordinal:
      break;
  }
  return hinge_parabola(u, sign_of(a));
}

Parabola first_parabola(const CellLoss& loss, double a) {
  switch (loss.loss) {
    case Loss::absolute:
      return {.weight = 1, .target = a};
    case Loss::poisson:
      return {.weight = a + 0.5, .target = math::log(a + 0.5)};
    case Loss::quadratic:
    case Loss::huber:
    case Loss::periodic:
      return parabola_at(loss, a, a);
    case Loss::hinge:
    case Loss::logistic:
    case Loss::categorical:
    case Loss::ordinal:
      break;
  }
  return parabola_at(loss, 0, a);
}

double imputed(Loss loss, double u) {
  if (loss == Loss::poisson) return math::exp(std::min(u, kMostExponent));
  if (is_binary(loss)) return u > 0 ? 1 : 0;
  return u;
}

}  // namespace neve::algos::glrm

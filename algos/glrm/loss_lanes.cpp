#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <neve/base/math.hpp>

#include "algos/glrm/losses.hpp"

namespace neve::algos::glrm {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;
/// Nearer to a kink parabolas do not get narrower.
constexpr double kNearKink = 1e-6;
/// exp of more is out of any data's reach.
constexpr double kMostExponent = 500;
/// exp(-20): Poisson's parabolas do not get wider.
constexpr double kLeastRate = 2.061153622438558e-9;

double sign_of(double a) { return a > 0 ? 1 : -1; }

struct Cell {
  double value;
  double weight;
  double slope;
};

/// of(u, a, before) gives a Cell; `before` has what the arrays of values and weights held. What is
/// missing is computed, too, and left out.
template <class Of>
void for_each(const CellArrays& cells, const Of& of) {
  const double* __restrict u = cells.u.data();
  const double* __restrict a = cells.a.data();
  double* __restrict value = cells.value.data();
  double* __restrict weight = cells.weight.data();
  double* __restrict slope = cells.slope.data();
  const std::size_t count = cells.u.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Cell cell = of(u[i], a[i], Cell{.value = value[i], .weight = weight[i], .slope = 0});
    const bool there = !std::isnan(a[i]);
    value[i] = there ? cell.value : 0;
    weight[i] = there ? cell.weight : 0;
    slope[i] = there ? cell.slope : 0;
  }
}

void evaluate_quadratic(const CellArrays& cells) {
  for_each(cells, [](double u, double a, const Cell& /*before*/) -> Cell {
    return {.value = (u - a) * (u - a), .weight = 2, .slope = 2 * a};
  });
}

void evaluate_absolute(const CellArrays& cells) {
  for_each(cells, [](double u, double a, const Cell& /*before*/) -> Cell {
    const double off = std::fabs(u - a);
    const double weight = 1 / std::max(off, kNearKink);
    return {.value = off, .weight = weight, .slope = weight * a};
  });
}

void evaluate_huber(const CellArrays& cells) {
  for_each(cells, [](double u, double a, const Cell& /*before*/) -> Cell {
    const double off = std::fabs(u - a);
    const double weight = 1 / std::max(off, 1.0);
    const double near = std::min(off, 1.0);
    return {.value = near * (off - 0.5 * near), .weight = weight, .slope = weight * a};
  });
}

/// Its second-order expansion.
void evaluate_poisson(const CellArrays& cells) {
  for (std::size_t i = 0; i < cells.u.size(); ++i)
    cells.value[i] = std::min(cells.u[i], kMostExponent);
  math::exp(cells.value);
  for_each(cells, [](double u, double a, const Cell& before) -> Cell {
    const double rate = before.value;
    const double weight = std::max(rate, kLeastRate);
    return {.value = rate - a * u, .weight = weight, .slope = weight * (u - 1) + a};
  });
}

/// With c = |t0|: |t| <= t²/(2c) + c/2, and max(t, 0) = (|t| + t)/2.
void evaluate_hinge(const CellArrays& cells) {
  for_each(cells, [](double u, double a, const Cell& /*before*/) -> Cell {
    const double s = sign_of(a);
    const double t = 1 - s * u;
    const double weight = 0.5 / std::max(std::fabs(t), kNearKink);
    return {.value = std::max(t, 0.0), .weight = weight, .slope = s * (weight + 0.5)};
  });
}

/// Jaakkola and Jordan (2000): the weight is tanh(|u|/2) / (2|u|).
void evaluate_logistic(const CellArrays& cells) {
  for (std::size_t i = 0; i < cells.u.size(); ++i) cells.weight[i] = -std::fabs(cells.u[i]);
  math::exp(cells.weight);
  for (std::size_t i = 0; i < cells.u.size(); ++i) cells.value[i] = 1 + cells.weight[i];
  math::log(cells.value);
  for_each(cells, [](double u, double a, const Cell& before) -> Cell {
    const double s = sign_of(a);
    const double e = before.weight;
    const double far = std::fabs(u);
    const double weight = far < 2e-4 ? 0.25 : (1 - e) / ((1 + e) * (2 * far));
    return {.value = std::max(-s * u, 0.0) + before.value, .weight = weight, .slope = 0.5 * s};
  });
}

/// The cosine is concave in the square of its angle, up to half a turn.
void evaluate_periodic(double period, const CellArrays& cells) {
  const double by = kTwoPi / period;
  for_each(cells, [&](double u, double a, const Cell& /*before*/) -> Cell {
    const double target = a + std::nearbyint((u - a) / period) * period;
    const double angle = by * (u - target);
    const double ratio = std::fabs(angle) < 1e-4 ? 1 : math::sin(angle) / angle;
    const double weight = by * by * std::max(ratio, kNearKink);
    return {.value = 1 - math::cos(angle), .weight = weight, .slope = weight * target};
  });
}

Cell evaluate_one(const CellLoss& loss, double u, double a) {
  Cell cell{};
  evaluate(loss, {.u = {&u, 1},
                  .a = {&a, 1},
                  .value = {&cell.value, 1},
                  .weight = {&cell.weight, 1},
                  .slope = {&cell.slope, 1}});
  return cell;
}

}  // namespace

void evaluate(const CellLoss& loss, const CellArrays& cells) {
  switch (loss.loss) {
    case Loss::quadratic:
      return evaluate_quadratic(cells);
    case Loss::absolute:
      return evaluate_absolute(cells);
    case Loss::huber:
      return evaluate_huber(cells);
    case Loss::poisson:
      return evaluate_poisson(cells);
    case Loss::logistic:
      return evaluate_logistic(cells);
    case Loss::periodic:
      return evaluate_periodic(loss.period, cells);
    case Loss::hinge:
    case Loss::categorical:
    case Loss::ordinal:
      return evaluate_hinge(cells);
  }
}

double CellLoss::value(double u, double a) const {
  return evaluate_one(*this, u, a).value + constant(a);
}

double CellLoss::constant(double a) const {
  return loss == Loss::poisson && a > 0 ? a * (math::log(a) - 1) : 0;
}

Parabola parabola_at(const CellLoss& loss, double u, double a) {
  const Cell cell = evaluate_one(loss, u, a);
  return {.weight = cell.weight, .slope = cell.slope};
}

Parabola first_parabola(const CellLoss& loss, double a) {
  const auto around = [](double weight, double target) {
    return Parabola{.weight = weight, .slope = weight * target};
  };
  switch (loss.loss) {
    case Loss::quadratic:
      return around(2, a);
    case Loss::absolute:
    case Loss::huber:
      return around(1, a);
    case Loss::poisson:
      return around(a + 0.5, math::log(a + 0.5));
    case Loss::periodic:
      return around(kTwoPi / loss.period * (kTwoPi / loss.period), a);
    case Loss::logistic:
      return {.weight = 0.25, .slope = 0.5 * sign_of(a)};
    case Loss::hinge:
    case Loss::categorical:
    case Loss::ordinal:
      break;
  }
  return {.weight = 0.5, .slope = sign_of(a)};
}

double imputed(Loss loss, double u) {
  if (loss == Loss::poisson) return math::exp(std::min(u, kMostExponent));
  if (is_binary(loss)) return u > 0 ? 1 : 0;
  return u;
}

}  // namespace neve::algos::glrm

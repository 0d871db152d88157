#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
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

/// Four cells: the compiler leaves loops with a choice in them as they are.
using Doubles = __m256d;
constexpr std::size_t kWidth = 4;

Doubles all(double value) { return _mm256_set1_pd(value); }
Doubles larger(Doubles a, Doubles b) { return a > b ? a : b; }
Doubles smaller(Doubles a, Doubles b) { return a < b ? a : b; }
Doubles absolute(Doubles a) { return larger(a, -a); }
Doubles signs_of(Doubles a) { return a > all(0) ? all(1) : all(-1); }
double sign_of(double a) { return a > 0 ? 1 : -1; }

struct Cells {
  Doubles value;
  Doubles weight;
  Doubles slope;
};

Doubles load(const double* from, std::size_t count) {
  Doubles made = all(0);
  std::memcpy(&made, from, count * sizeof(double));
  return made;
}

void store(Doubles values, std::size_t count, double* to) {
  std::memcpy(to, &values, count * sizeof(double));
}

/// of(u, a, before) gives Cells; `before` has what the arrays of values and weights held. What is
/// missing is computed, too, and left out.
template <class Of>
void for_each(const CellArrays& cells, const Of& of) {
  const auto some = [&](std::size_t i, std::size_t count) {
    const Doubles u = load(cells.u.data() + i, count);
    const Doubles a = load(cells.a.data() + i, count);
    const Cells made = of(u, a,
                          Cells{.value = load(cells.value.data() + i, count),
                                .weight = load(cells.weight.data() + i, count),
                                .slope = all(0)});
    const Doubles there = _mm256_cmp_pd(a, a, _CMP_ORD_Q);
    store(_mm256_and_pd(there, made.value), count, cells.value.data() + i);
    store(_mm256_and_pd(there, made.weight), count, cells.weight.data() + i);
    store(_mm256_and_pd(there, made.slope), count, cells.slope.data() + i);
  };
  const std::size_t count = cells.u.size();
  std::size_t i = 0;
  for (; i + kWidth <= count; i += kWidth) some(i, kWidth);
  if (i < count) some(i, count - i);
}

void evaluate_quadratic(const CellArrays& cells) {
  for_each(cells, [](Doubles u, Doubles a, const Cells& /*before*/) -> Cells {
    return {.value = (u - a) * (u - a), .weight = all(2), .slope = all(2) * a};
  });
}

void evaluate_absolute(const CellArrays& cells) {
  for_each(cells, [](Doubles u, Doubles a, const Cells& /*before*/) -> Cells {
    const Doubles off = absolute(u - a);
    const Doubles weight = all(1) / larger(off, all(kNearKink));
    return {.value = off, .weight = weight, .slope = weight * a};
  });
}

void evaluate_huber(const CellArrays& cells) {
  for_each(cells, [](Doubles u, Doubles a, const Cells& /*before*/) -> Cells {
    const Doubles off = absolute(u - a);
    const Doubles weight = all(1) / larger(off, all(1));
    const Doubles near = smaller(off, all(1));
    return {.value = near * (off - all(0.5) * near), .weight = weight, .slope = weight * a};
  });
}

/// Its second-order expansion.
void evaluate_poisson(const CellArrays& cells) {
  for (std::size_t i = 0; i < cells.u.size(); ++i)
    cells.value[i] = std::min(cells.u[i], kMostExponent);
  math::exp(cells.value);
  for_each(cells, [](Doubles u, Doubles a, const Cells& before) -> Cells {
    const Doubles rate = before.value;
    const Doubles weight = larger(rate, all(kLeastRate));
    return {.value = rate - a * u, .weight = weight, .slope = weight * (u - all(1)) + a};
  });
}

/// With c = |t0|: |t| <= t²/(2c) + c/2, and max(t, 0) = (|t| + t)/2.
void evaluate_hinge(const CellArrays& cells) {
  for_each(cells, [](Doubles u, Doubles a, const Cells& /*before*/) -> Cells {
    const Doubles s = signs_of(a);
    const Doubles t = all(1) - s * u;
    const Doubles weight = all(0.5) / larger(absolute(t), all(kNearKink));
    return {.value = larger(t, all(0)), .weight = weight, .slope = s * (weight + all(0.5))};
  });
}

/// Jaakkola and Jordan (2000): the weight is tanh(|u|/2) / (2|u|).
void evaluate_logistic(const CellArrays& cells) {
  for (std::size_t i = 0; i < cells.u.size(); ++i) cells.weight[i] = -std::fabs(cells.u[i]);
  math::exp(cells.weight);
  for (std::size_t i = 0; i < cells.u.size(); ++i) cells.value[i] = 1 + cells.weight[i];
  math::log(cells.value);
  for_each(cells, [](Doubles u, Doubles a, const Cells& before) -> Cells {
    const Doubles s = signs_of(a);
    const Doubles e = before.weight;
    const Doubles far = absolute(u);
    const Doubles near = all(2e-4);
    const Doubles ratio = (all(1) - e) / ((all(1) + e) * (all(2) * larger(far, near)));
    return {.value = larger(-s * u, all(0)) + before.value,
            .weight = far < near ? all(0.25) : ratio,
            .slope = all(0.5) * s};
  });
}

/// The cosine is concave in the square of its angle, up to half a turn.
void evaluate_periodic(double period, const CellArrays& cells) {
  const double by = kTwoPi / period;
  for (std::size_t i = 0; i < cells.u.size(); ++i) {
    const double u = cells.u[i];
    const double a = cells.a[i];
    const bool missing = std::isnan(a);
    const double target = missing ? 0 : a + std::nearbyint((u - a) / period) * period;
    const double angle = missing ? 0 : by * (u - target);
    const double ratio = std::fabs(angle) < 1e-4 ? 1 : math::sin(angle) / angle;
    const double weight = missing ? 0 : by * by * std::max(ratio, kNearKink);
    cells.value[i] = 1 - math::cos(angle);
    cells.weight[i] = weight;
    cells.slope[i] = weight * target;
  }
}

struct Cell {
  double value;
  double weight;
  double slope;
};

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

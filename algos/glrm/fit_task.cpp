#include "algos/glrm/fit_task.hpp"

#include <cmath>

#include "algos/glrm/row_fit.hpp"

namespace neve::algos::glrm {
namespace {

void add(std::vector<double>& left, const std::vector<double>& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

/// Adds weight · x x' to a lower triangle.
void add_square(std::span<const double> x, double weight, double* to) {
  const std::size_t k = x.size();
  for (std::size_t c = 0; c < k; ++c) {
    const double by = weight * x[c];
    for (std::size_t r = c; r < k; ++r) to[c * k + r] += by * x[r];
  }
}

void add_slope(std::span<const double> x, double by, double* to) {
  for (std::size_t c = 0; c < x.size(); ++c) to[c] += by * x[c];
}

/// Sums of one row that is fitted.
void add_quadratic(std::span<const double> targets, std::span<const double> x, FitSums& sums) {
  const std::size_t k = x.size();
  add_square(x, 2, sums.shared.data());
  for (std::size_t j = 0; j < targets.size(); ++j) {
    if (std::isnan(targets[j])) {
      add_square(x, -2, sums.curvatures.data() + j * k * k);
    } else {
      add_slope(x, 2 * targets[j], sums.slopes.data() + j * k);
    }
  }
}

void add_others(const RowFit& fit, std::span<const double> targets, std::span<const double> x,
                FitSums& sums) {
  const std::size_t k = x.size();
  for (std::size_t j = 0; j < targets.size(); ++j) {
    if (std::isnan(targets[j])) continue;
    const Parabola above = parabola_at(fit.cell(j), fit.product()[j], targets[j]);
    add_square(x, above.weight, sums.curvatures.data() + j * k * k);
    add_slope(x, above.weight * above.target, sums.slopes.data() + j * k);
  }
}

bool has_curvatures(const RowsPlan& rows) {
  return rows.has_gaps || !rows.factors.space.is_quadratic();
}

}  // namespace

void FitSums::merge(const FitSums& right) {
  loss += right.loss;
  penalty_x += right.penalty_x;
  add(shared, right.shared);
  add(curvatures, right.curvatures);
  add(slopes, right.slopes);
}

FitSums FitTask::zero(const State& state) {
  FitSums made;
  const std::size_t k = state.factors.k;
  const std::size_t cells = state.factors.space.cells();
  made.shared.resize(k * k);
  if (has_curvatures(state)) made.curvatures.resize(cells * k * k);
  made.slopes.resize(cells * k);
  return made;
}

std::int64_t FitTask::partial_bytes(const State& state) {
  const std::size_t k = state.factors.k;
  const std::size_t each = has_curvatures(state) ? k * k + k : k;
  return static_cast<std::int64_t>(sizeof(double) * (each * state.factors.space.cells() + k * k));
}

void FitTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const Factors& factors = state.factors;
  const bool quadratic = factors.space.is_quadratic();
  const std::size_t cells = factors.space.cells();
  RowFit fit(factors);
  std::vector<double> x(factors.k);
  for_targets(group, factors.space, state.plan,
              [&](std::size_t /*first*/, std::size_t rows, std::span<const double> targets) {
                for (std::size_t i = 0; i < rows; ++i) {
                  const auto row = targets.subspan(i * cells, cells);
                  fit.fit(row, x);
                  partial.loss += fit.loss();
                  partial.penalty_x += fit.penalty();
                  if (quadratic) {
                    add_quadratic(row, x, partial);
                  } else {
                    add_others(fit, row, x, partial);
                  }
                }
              });
}

std::vector<double> fit_columns(const FitSums& sums, const Factors& at, const Penalty& on_y,
                                double step) {
  const std::size_t k = at.k;
  const double held_back = step < 1 ? 1 / step - 1 : 0;
  QuadraticProgram program(k);
  std::vector<double> made(at.y.size());
  std::vector<double> h(k * k);
  std::vector<double> b(k);
  for (std::size_t j = 0; j < made.size() / k; ++j) {
    h = sums.shared;
    for (std::size_t i = 0; i < k * k && !sums.curvatures.empty(); ++i)
      h[i] += sums.curvatures[j * k * k + i];
    const auto here = at.cell(j);
    for (std::size_t c = 0; c < k; ++c) {
      const double added = held_back * h[c * k + c];
      h[c * k + c] += added;
      b[c] = sums.slopes[j * k + c] + added * here[c];
    }
    program.minimize(h, b, on_y, std::span(made).subspan(j * k, k));
  }
  return made;
}

double penalty_of(const Factors& at, const Penalty& on_y) {
  double sum = 0;
  for (std::size_t j = 0; j < at.space.cells(); ++j) sum += on_y.value(at.cell(j));
  return sum;
}

}  // namespace neve::algos::glrm

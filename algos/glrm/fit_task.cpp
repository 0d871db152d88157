#include "algos/glrm/fit_task.hpp"

#include "algos/glrm/row_fit.hpp"

namespace neve::algos::glrm {
namespace {

bool has_curvatures(const RowsPlan& rows) {
  return rows.has_gaps || !rows.factors.space.is_quadratic();
}

}  // namespace

FitSums FitTask::zero(const State& state) {
  FitSums made;
  const std::size_t k = state.factors.k;
  const std::size_t cells = state.factors.space.cells();
  made.shared.resize(pair_count(k));
  if (has_curvatures(state)) made.curvatures.resize(cells * pair_count(k));
  made.slopes.resize(cells * k);
  return made;
}

std::int64_t FitTask::partial_bytes(const State& state) {
  const std::size_t k = state.factors.k;
  const std::size_t each = has_curvatures(state) ? pair_count(k) + k : k;
  return static_cast<std::int64_t>(sizeof(double) *
                                   (each * state.factors.space.cells() + pair_count(k)));
}

void FitTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const Factors& factors = state.factors;
  const bool quadratic = factors.space.is_quadratic();
  const std::size_t cells = factors.space.cells();
  RowFit fit(factors);
  std::vector<double> squares(pair_count(factors.k));
  for_targets(group, factors.space, state.plan,
              [&](std::size_t /*first*/, std::size_t rows, std::span<const double> targets) {
                fit.fit(targets, rows, [&](std::size_t row, const FittedRow& fitted) {
                  partial.loss += fitted.loss;
                  partial.penalty_x += fitted.penalty;
                  if (quadratic) {
                    partial.add_quadratic(targets.subspan(row * cells, cells), fitted.x, squares);
                  } else {
                    partial.add(fitted.weights, fitted.slopes, fitted.x, squares);
                  }
                });
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
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t r = c; r < k; ++r) {
        const std::size_t pair = pair_of(k, r, c);
        const std::size_t own = j * pair_count(k) + pair;
        h[c * k + r] = sums.shared[pair] + (sums.curvatures.empty() ? 0 : sums.curvatures[own]);
      }
    }
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

#include <cmath>

#include "algos/glrm/fit_task.hpp"
#include "algos/glrm/row_fit.hpp"

namespace neve::algos::glrm {
namespace {

void add(std::vector<double>& left, const std::vector<double>& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

void add_scaled(double by, std::span<const double> from, double* __restrict to) {
  const double* __restrict values = from.data();
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = std::fma(by, values[i], to[i]);
}

/// The pairs of x x'.
void square(std::span<const double> x, std::span<double> squares) {
  std::size_t pair = 0;
  for (std::size_t c = 0; c < x.size(); ++c) {
    for (std::size_t r = c; r < x.size(); ++r) squares[pair++] = x[c] * x[r];
  }
}

}  // namespace

void FitSums::add_quadratic(std::span<const double> targets, std::span<const double> x,
                            std::span<double> squares) {
  square(x, squares);
  add_scaled(2, squares, shared.data());
  for (std::size_t j = 0; j < targets.size(); ++j) {
    if (std::isnan(targets[j])) {
      add_scaled(-2, squares, curvatures.data() + j * squares.size());
    } else {
      add_scaled(2 * targets[j], x, slopes.data() + j * x.size());
    }
  }
}

void FitSums::add(std::span<const double> weights, std::span<const double> slopes_at,
                  std::span<const double> x, std::span<double> squares) {
  square(x, squares);
  for (std::size_t j = 0; j < weights.size(); ++j) {
    if (weights[j] == 0) continue;
    add_scaled(weights[j], squares, curvatures.data() + j * squares.size());
    add_scaled(slopes_at[j], x, slopes.data() + j * x.size());
  }
}

void FitSums::merge(const FitSums& right) {
  loss += right.loss;
  penalty_x += right.penalty_x;
  glrm::add(shared, right.shared);
  glrm::add(curvatures, right.curvatures);
  glrm::add(slopes, right.slopes);
}

}  // namespace neve::algos::glrm

#include "algos/glrm/row_fit.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::glrm {

RowFit::RowFit(const Factors& factors)
    : factors_(factors),
      quadratic_(factors.space.is_quadratic()),
      program_(factors.k),
      shared_(factors.k),
      h_(factors.k * factors.k),
      b_(factors.k),
      next_(factors.k),
      product_(factors.space.cells()) {
  for (const Feature& feature : factors.space.features) {
    cells_.insert(cells_.end(), static_cast<std::size_t>(feature.width), feature.loss);
    has_poisson_ |= feature.loss.loss == Loss::poisson;
  }
  if (!quadratic_) return;
  for (std::size_t j = 0; j < cells_.size(); ++j) add_cell(j, 2);
  shared_h_ = h_;
  const Penalty& penalty = factors.on_x;
  if (penalty.is_linear())
    shared_.factor(shared_h_, penalty.kind() == Regularizer::none ? 0 : 2 * penalty.gamma);
}

/// Adds weight · y y' to H.
void RowFit::add_cell(std::size_t j, double weight) {
  const std::size_t k = factors_.k;
  const double* y = factors_.y.data() + j * k;
  for (std::size_t c = 0; c < k; ++c) {
    const double by = weight * y[c];
    double* column = h_.data() + c * k;
    for (std::size_t r = c; r < k; ++r) column[r] += by * y[r];
  }
}

void RowFit::measure(std::span<const double> targets, std::span<const double> x) {
  const std::size_t k = factors_.k;
  loss_ = 0;
  for (std::size_t j = 0; j < cells_.size(); ++j) {
    const double* y = factors_.y.data() + j * k;
    double u = 0;
    for (std::size_t c = 0; c < k; ++c) u += x[c] * y[c];
    product_[j] = u;
    if (std::isnan(targets[j])) continue;
    const double off = u - targets[j];
    loss_ += quadratic_ ? off * off : cells_[j].value(u, targets[j]);
  }
  penalty_ = factors_.on_x.value(x);
}

void RowFit::fit(std::span<const double> targets, std::span<double> x) {
  if (quadratic_) {
    fit_quadratic(targets, x);
  } else {
    fit_others(targets, x);
  }
}

void RowFit::fit_quadratic(std::span<const double> targets, std::span<double> x) {
  const std::size_t k = factors_.k;
  std::ranges::fill(b_, 0.0);
  std::size_t gaps = 0;
  for (std::size_t j = 0; j < cells_.size(); ++j) {
    if (std::isnan(targets[j])) {
      ++gaps;
      continue;
    }
    const double by = 2 * targets[j];
    const double* y = factors_.y.data() + j * k;
    for (std::size_t c = 0; c < k; ++c) b_[c] += by * y[c];
  }
  if (gaps == 0 && factors_.on_x.is_linear()) {
    shared_.solve(b_, x);
  } else if (gaps == 0) {
    program_.minimize(shared_h_, b_, factors_.on_x, x);
  } else {
    std::ranges::fill(h_, 0.0);
    for (std::size_t j = 0; j < cells_.size(); ++j) {
      if (!std::isnan(targets[j])) add_cell(j, 2);
    }
    program_.minimize(h_, b_, factors_.on_x, x);
  }
  measure(targets, x);
}

/// Majorise and minimise (Hunter and Lange 2004). Poisson's parabolas may fall below the loss: then
/// the step is held back (Levenberg 1944, Marquardt 1963).
void RowFit::fit_others(std::span<const double> targets, std::span<double> x) {
  constexpr int kMostSteps = 60;
  constexpr double kSettled = 1e-9;
  constexpr double kMostDamping = 1e8;
  const std::size_t k = factors_.k;
  double damping = 0;
  double before = 0;
  for (int step = 0; step <= kMostSteps; ++step) {
    std::ranges::fill(h_, 0.0);
    std::ranges::fill(b_, 0.0);
    for (std::size_t j = 0; j < cells_.size(); ++j) {
      if (std::isnan(targets[j])) continue;
      const Parabola above = step == 0 ? first_parabola(cells_[j], targets[j])
                                       : parabola_at(cells_[j], product_[j], targets[j]);
      add_cell(j, above.weight);
      const double by = above.weight * above.target;
      const double* y = factors_.y.data() + j * k;
      for (std::size_t c = 0; c < k; ++c) b_[c] += by * y[c];
    }
    for (std::size_t c = 0; c < k && damping > 0; ++c) {
      const double added = damping * h_[c * k + c];
      h_[c * k + c] += added;
      b_[c] += added * x[c];
    }
    program_.minimize(h_, b_, factors_.on_x, next_);
    measure(targets, next_);
    if (step == 0 || value() < before) {
      std::ranges::copy(next_, x.begin());
      const bool settled = step > 0 && before - value() <= kSettled * std::fabs(before);
      before = value();
      if (settled) return;
      damping = damping > 1e-4 ? damping / 8 : 0;
      continue;
    }
    measure(targets, x);
    if (!has_poisson_ || damping > kMostDamping) return;
    damping = damping > 0 ? 8 * damping : 1e-2;
  }
}

}  // namespace neve::algos::glrm

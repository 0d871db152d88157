#include "algos/glrm/regularizers.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace neve::algos::glrm {
namespace {

double squared_norm(std::span<const double> v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return sum;
}

double soft(double x, double by) { return x > by ? x - by : x < -by ? x + by : 0; }

/// Chen and Ye (2011).
void project_on_simplex(std::span<double> u) {
  std::vector<double> sorted(u.begin(), u.end());
  std::ranges::sort(sorted, std::greater<>());
  double sum = 0;
  double off = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    sum += sorted[i];
    const double candidate = (sum - 1) / static_cast<double>(i + 1);
    if (sorted[i] > candidate) off = candidate;
  }
  for (double& x : u) x = std::max(x - off, 0.0);
}

void keep_largest(std::span<double> u, bool unit) {
  const auto largest = std::ranges::max_element(u);
  const double kept = unit ? 1 : std::max(*largest, 0.0);
  const auto at = largest - u.begin();
  std::ranges::fill(u, 0.0);
  u[static_cast<std::size_t>(at)] = kept;
}

}  // namespace

double Penalty::value(std::span<const double> v) const {
  switch (kind()) {
    case Regularizer::quadratic:
      return gamma * squared_norm(v);
    case Regularizer::l2:
      return gamma * std::sqrt(squared_norm(v));
    case Regularizer::l1:
      return gamma * std::accumulate(v.begin(), v.end(), 0.0,
                                     [](double sum, double x) { return sum + std::fabs(x); });
    default:
      return 0;
  }
}

void proximal_step(const Penalty& penalty, double step, std::span<double> u) {
  const double by = step * penalty.gamma;
  switch (penalty.kind()) {
    case Regularizer::none:
      return;
    case Regularizer::quadratic:
      for (double& x : u) x /= 1 + 2 * by;
      return;
    case Regularizer::l2: {
      const double norm = std::sqrt(squared_norm(u));
      const double factor = norm > by ? 1 - by / norm : 0;
      for (double& x : u) x *= factor;
      return;
    }
    case Regularizer::l1:
      for (double& x : u) x = soft(x, by);
      return;
    case Regularizer::non_negative:
      for (double& x : u) x = std::max(x, 0.0);
      return;
    case Regularizer::one_sparse:
      return keep_largest(u, false);
    case Regularizer::unit_one_sparse:
      return keep_largest(u, true);
    case Regularizer::simplex:
      return project_on_simplex(u);
  }
}

void QuadraticProgram::minimize(std::span<const double> h, std::span<const double> b,
                                const Penalty& penalty, std::span<double> v) {
  switch (penalty.kind()) {
    case Regularizer::none:
      factor(h, 0);
      return solve(b, v);
    case Regularizer::quadratic:
      factor(h, 2 * penalty.gamma);
      return solve(b, v);
    case Regularizer::l2:
      return shrink(h, b, penalty.gamma, v);
    default:
      spread(h);
      if (penalty.kind() == Regularizer::simplex) return balance(b, v);
      if (penalty.kind() == Regularizer::one_sparse) return choose_one(b, false, v);
      if (penalty.kind() == Regularizer::unit_one_sparse) return choose_one(b, true, v);
      return descend(b, penalty, v);
  }
}

void QuadraticProgram::spread(std::span<const double> h) {
  for (std::size_t j = 0; j < size_; ++j) {
    for (std::size_t i = j; i < size_; ++i)
      matrix_[i * size_ + j] = matrix_[j * size_ + i] = h[j * size_ + i];
  }
}

/// Cholesky's factor; a direction of which nothing is left is given 0.
void QuadraticProgram::factor(std::span<const double> h, double added_diagonal) {
  constexpr double kDependent = 1e-13;
  const std::size_t n = size_;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = h[j * n + i] + (i == j ? added_diagonal : 0);
      const double whole = sum;
      for (std::size_t l = 0; l < j; ++l) sum -= factor_[i * n + l] * factor_[j * n + l];
      if (i != j) {
        factor_[i * n + j] = factor_[j * n + j] > 0 ? sum / factor_[j * n + j] : 0;
      } else {
        factor_[i * n + i] = sum > kDependent * whole ? std::sqrt(sum) : 0;
      }
    }
  }
}

void QuadraticProgram::solve(std::span<const double> b, std::span<double> v) const {
  const std::size_t n = size_;
  for (std::size_t i = 0; i < n; ++i) {
    double sum = b[i];
    for (std::size_t j = 0; j < i; ++j) sum -= factor_[i * n + j] * v[j];
    v[i] = factor_[i * n + i] > 0 ? sum / factor_[i * n + i] : 0;
  }
  for (std::size_t i = n; i-- > 0;) {
    double sum = v[i];
    for (std::size_t j = i + 1; j < n; ++j) sum -= factor_[j * n + i] * v[j];
    v[i] = factor_[i * n + i] > 0 ? sum / factor_[i * n + i] : 0;
  }
}

/// The minimum where the same numbers are 0 as in v and the others have the signs that they have
/// there, by linear equations; false, and v as it was, where that is not the minimum of all.
bool QuadraticProgram::finish(std::span<const double> b, double pull, bool positive,
                              std::span<double> v) {
  constexpr double kRounding = 1e-11;
  double largest = pull;
  for (std::size_t j = 0; j < size_; ++j) {
    for (std::size_t i = j; i < size_; ++i)
      free_[j * size_ + i] = v[i] != 0 && v[j] != 0 ? h(i, j) : i == j ? 1 : 0;
    right_[j] = v[j] == 0 ? 0 : v[j] > 0 ? b[j] - pull : b[j] + pull;
    largest = std::max(largest, std::fabs(b[j]));
  }
  factor(free_, 0);
  solve(right_, candidate_);
  const double tolerance = kRounding * largest;
  for (std::size_t i = 0; i < size_; ++i) {
    double gradient = b[i];
    for (std::size_t j = 0; j < size_; ++j) gradient -= h(i, j) * candidate_[j];
    const bool free = v[i] != 0;
    if (free && !(candidate_[i] * v[i] > 0)) return false;
    const double off = free       ? std::fabs(gradient - (v[i] > 0 ? pull : -pull))
                       : positive ? gradient
                                  : std::fabs(gradient) - pull;
    if (off > tolerance) return false;
  }
  std::ranges::copy(candidate_, v.begin());
  return true;
}

/// Coordinate descent, which is exact for penalties that are sums over coordinates (Tseng 2001),
/// and soon finds which of them are 0.
void QuadraticProgram::descend(std::span<const double> b, const Penalty& penalty,
                               std::span<double> v) {
  constexpr int kMostSweeps = 500;
  constexpr double kSettled = 1e-11;
  const bool positive = penalty.kind() == Regularizer::non_negative;
  std::ranges::fill(v, 0.0);
  std::ranges::copy(b, gradient_.begin());  // b - Hv
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double moved = 0;
    double largest = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const double own = h(i, i);
      if (own <= 0) continue;
      const double alone = gradient_[i] + own * v[i];
      const double to = positive ? std::max(alone, 0.0) / own : soft(alone, penalty.gamma) / own;
      const double step = to - v[i];
      v[i] = to;
      moved = std::max(moved, std::fabs(step));
      largest = std::max(largest, std::fabs(to));
      if (step == 0) continue;
      for (std::size_t j = 0; j < size_; ++j) gradient_[j] -= step * h(i, j);
    }
    if (moved <= kSettled * largest) return;
    const bool looks = sweep >= 2 && sweep % 4 == 2;
    if (looks && finish(b, positive ? 0 : penalty.gamma, positive, v)) return;
  }
}

/// v = s (sH + γ)⁻¹ b where s = |v|: the s where |(sH + γ)⁻¹ b| = 1, by bisection, or v = 0 where
/// |b| <= γ.
void QuadraticProgram::shrink(std::span<const double> h, std::span<const double> b, double gamma,
                              std::span<double> v) {
  std::ranges::fill(v, 0.0);
  if (squared_norm(b) <= gamma * gamma) return;
  std::vector<double> scaled(h.size());
  const auto at = [&](double s) {
    for (std::size_t i = 0; i < scaled.size(); ++i) scaled[i] = s * h[i];
    factor(scaled, gamma);
    solve(b, v);
    return squared_norm(v);
  };
  double low = 0;
  double high = 1;
  for (int i = 0; i < 200 && at(high) > 1; ++i) {
    low = high;
    high *= 4;
  }
  for (int i = 0; i < 100 && high - low > 1e-14 * high; ++i) {
    const double middle = low + (high - low) / 2;
    (at(middle) > 1 ? low : high) = middle;
  }
  at(high);
  for (double& x : v) x *= high;
}

void QuadraticProgram::choose_one(std::span<const double> b, bool unit, std::span<double> v) const {
  std::size_t best = 0;
  double best_value = 0;
  double best_length = unit ? 1 : 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const double length = unit ? 1 : h(i, i) > 0 ? std::max(b[i], 0.0) / h(i, i) : 0;
    const double value = length * (0.5 * h(i, i) * length - b[i]);
    if (i > 0 && value >= best_value) continue;
    best = i;
    best_value = value;
    best_length = length;
  }
  std::ranges::fill(v, 0.0);
  v[best] = best_length;
}

/// Moves mass between the two coordinates that gain most by it (Platt 1998), as long as one does.
void QuadraticProgram::balance(std::span<const double> b, std::span<double> v) {
  constexpr double kSettled = 1e-12;
  std::ranges::fill(v, 1 / static_cast<double>(size_));
  double largest = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    gradient_[i] = -b[i];
    for (std::size_t j = 0; j < size_; ++j) gradient_[i] += h(i, j) * v[j];
    largest = std::max({largest, std::fabs(b[i]), std::fabs(h(i, i))});
  }
  for (std::size_t round = 0; round < 200 * size_; ++round) {
    std::size_t to = 0;
    std::size_t from = size_;
    for (std::size_t i = 0; i < size_; ++i) {
      if (gradient_[i] < gradient_[to]) to = i;
      if (v[i] > 0 && (from == size_ || gradient_[i] > gradient_[from])) from = i;
    }
    const double gain = gradient_[from] - gradient_[to];
    if (gain <= kSettled * largest) return;
    const double curve = h(from, from) + h(to, to) - 2 * h(from, to);
    const double moved = curve * v[from] > gain ? gain / curve : v[from];
    v[to] += moved;
    v[from] -= moved;
    for (std::size_t j = 0; j < size_; ++j) gradient_[j] += moved * (h(to, j) - h(from, j));
  }
}

}  // namespace neve::algos::glrm

#include "algos/glrm/components.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace neve::algos::glrm {
namespace {

/// Turns rows and columns p and q so that their common element becomes 0.
void rotate(std::vector<double>& a, std::vector<double>& v, std::size_t k, std::size_t p,
            std::size_t q) {
  const double apart = a[p * k + q];
  if (apart == 0) return;
  const double theta = (a[q * k + q] - a[p * k + p]) / (2 * apart);
  const double t = (theta >= 0 ? 1 : -1) / (std::fabs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1);
  const double s = t * c;
  const auto turn = [&](double& x, double& y) {
    const double before = x;
    x = c * before - s * y;
    y = s * before + c * y;
  };
  for (std::size_t i = 0; i < k; ++i) turn(a[p * k + i], a[q * k + i]);
  for (std::size_t i = 0; i < k; ++i) turn(a[i * k + p], a[i * k + q]);
  for (std::size_t i = 0; i < k; ++i) turn(v[p * k + i], v[q * k + i]);
}

/// out = a b' of a (m x k) and b (n x k), m x n by rows.
std::vector<double> times_transposed(std::span<const double> a, std::span<const double> b,
                                     std::size_t k) {
  const std::size_t m = a.size() / k;
  const std::size_t n = b.size() / k;
  std::vector<double> out(m * n);
  for (std::size_t i = 0; i < m; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t c = 0; c < k; ++c) out[i * n + j] += a[i * k + c] * b[j * k + c];
    }
  }
  return out;
}

}  // namespace

Eigen eigen_of(std::vector<double> matrix, std::size_t k) {
  constexpr int kMostSweeps = 60;
  std::vector<double> vectors(k * k);
  for (std::size_t i = 0; i < k; ++i) vectors[i * k + i] = 1;
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double off = 0;
    double all = 0;
    for (std::size_t i = 0; i < k * k; ++i) {
      all += matrix[i] * matrix[i];
      if (i / k != i % k) off += matrix[i] * matrix[i];
    }
    if (off <= 1e-30 * all) break;
    for (std::size_t p = 0; p < k; ++p) {
      for (std::size_t q = p + 1; q < k; ++q) rotate(matrix, vectors, k, p, q);
    }
  }
  std::vector<std::size_t> order(k);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return matrix[a * k + a] > matrix[b * k + b]; });
  Eigen made;
  for (const std::size_t at : order) {
    made.values.push_back(matrix[at * k + at]);
    const auto first = vectors.begin() + static_cast<std::ptrdiff_t>(at * k);
    made.vectors.insert(made.vectors.end(), first, first + static_cast<std::ptrdiff_t>(k));
  }
  return made;
}

/// X'X = V D V', so that L = V √D; the rows of L'Y hold XY but for an orthonormal factor.
Components components_of(std::span<const double> x_gram, std::span<const double> y, std::size_t k) {
  const Eigen of_x = eigen_of({x_gram.begin(), x_gram.end()}, k);
  const std::vector<double> turned = times_transposed(y, of_x.vectors, k);
  const std::size_t cells = y.size() / k;
  std::vector<double> scaled = turned;  // cells x k: (L'Y)'
  for (std::size_t j = 0; j < cells; ++j) {
    for (std::size_t c = 0; c < k; ++c)
      scaled[j * k + c] *= std::sqrt(std::max(of_x.values[c], 0.0));
  }
  std::vector<double> square(k * k);
  for (std::size_t j = 0; j < cells; ++j) {
    for (std::size_t a = 0; a < k; ++a) {
      for (std::size_t b = 0; b < k; ++b)
        square[a * k + b] += scaled[j * k + a] * scaled[j * k + b];
    }
  }
  const Eigen of_both = eigen_of(std::move(square), k);
  Components made;
  made.vectors = times_transposed(scaled, of_both.vectors, k);
  for (std::size_t c = 0; c < k; ++c) {
    const double value = std::sqrt(std::max(of_both.values[c], 0.0));
    made.singular_values.push_back(value);
    double largest = 0;
    for (std::size_t j = 0; j < cells; ++j) {
      const double entry = made.vectors[j * k + c];
      if (std::fabs(entry) > std::fabs(largest)) largest = entry;
    }
    const double by = value > 0 ? (largest < 0 ? -1 : 1) / value : 0;
    for (std::size_t j = 0; j < cells; ++j) made.vectors[j * k + c] *= by;
  }
  return made;
}

}  // namespace neve::algos::glrm

#include <neve/linalg/symmetric.hpp>

#include <cmath>
#include <limits>

#include <neve/base/error.hpp>

#include "linalg/gram_tiles.hpp"
#include "linalg/openblas.hpp"

namespace neve::linalg {
namespace {

/// Fewer columns than this are added by plain loops: tiles would be cut all the time.
constexpr std::size_t kFewColumns = 16;
/// Matrices up to this size are factored by plain loops, so that small models never open the
/// library.
constexpr std::size_t kSmallFactor = 48;
/// Each costs a factor by the library, which takes a tenth of the time of one by plain loops.
constexpr int kFewDependent = 8;

int as_int(std::size_t n) {
  NEVE_CHECK(n <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "matrix too large");
  return static_cast<int>(n);
}

void add_gram_plain(std::span<const double> row_major, std::size_t rows, Symmetric& sum) {
  const std::size_t n = sum.size();
  for (std::size_t r = 0; r < rows; ++r) {
    const double* row = row_major.data() + r * n;
    for (std::size_t j = 0; j < n; ++j) {
      double* column = sum.values().data() + j * n;
      for (std::size_t i = j; i < n; ++i) column[i] += row[i] * row[j];
    }
  }
}

/// Column j of the factor, from the matrix's column and the factor's earlier columns.
void eliminate(std::size_t n, std::size_t j, double* column, const double* factor) {
  for (std::size_t k = 0; k < j; ++k) {
    const double* earlier = factor + k * n;
    const double by = earlier[j];
    if (by == 0) continue;
    for (std::size_t i = j; i < n; ++i) column[i] -= earlier[i] * by;
  }
}

/// Factors in place, a column at a time; a dependent column becomes zero. Returns the others.
std::vector<std::size_t> factor_by_columns(Symmetric& matrix, double tolerance) {
  const std::size_t n = matrix.size();
  std::vector<std::size_t> kept;
  for (std::size_t j = 0; j < n; ++j) {
    double* column = matrix.values().data() + j * n;
    const double before = column[j];
    eliminate(n, j, column, matrix.values().data());
    const bool dependent = !(column[j] > tolerance * before) || before <= 0;
    if (!dependent) kept.push_back(j);
    const double root = dependent ? 0 : std::sqrt(column[j]);
    for (std::size_t i = j; i < n; ++i) column[i] = dependent ? 0 : column[i] / root;
    if (!dependent) column[j] = root;
  }
  return kept;
}

void solve_plain(const Symmetric& factor, std::span<double> x) {
  const std::size_t n = factor.size();
  for (std::size_t j = 0; j < n; ++j) {
    x[j] /= factor.at(j, j);
    for (std::size_t i = j + 1; i < n; ++i) x[i] -= factor.at(i, j) * x[j];
  }
  for (std::size_t j = n; j-- > 0;) {
    for (std::size_t i = j + 1; i < n; ++i) x[j] -= factor.at(i, j) * x[i];
    x[j] /= factor.at(j, j);
  }
}

Symmetric inverse_plain(const Symmetric& factor) {
  const std::size_t n = factor.size();
  Symmetric inverse(n);
  std::vector<double> unit(n);
  for (std::size_t j = 0; j < n; ++j) {
    unit.assign(n, 0.0);
    unit[j] = 1;
    solve_plain(factor, unit);
    for (std::size_t i = j; i < n; ++i) inverse.at(i, j) = unit[i];
  }
  return inverse;
}

}  // namespace

Symmetric pick(const Symmetric& matrix, std::span<const std::size_t> kept) {
  Symmetric picked(kept.size());
  for (std::size_t j = 0; j < kept.size(); ++j) {
    for (std::size_t i = j; i < kept.size(); ++i) picked.at(i, j) = matrix.at(kept[i], kept[j]);
  }
  return picked;
}

void add_gram(std::span<const double> row_major, std::size_t rows, Symmetric& sum) {
  NEVE_CHECK(row_major.size() >= rows * sum.size());
  if (sum.size() < kFewColumns) return add_gram_plain(row_major, rows, sum);
  add_gram_by_tiles(row_major, rows, sum);
}

std::vector<double> multiply(const Symmetric& a, std::span<const double> x) {
  NEVE_CHECK(x.size() == a.size());
  std::vector<double> product(a.size(), 0.0);
  for (std::size_t j = 0; j < a.size(); ++j) {
    product[j] += a.at(j, j) * x[j];
    for (std::size_t i = j + 1; i < a.size(); ++i) {
      product[i] += a.at(i, j) * x[j];
      product[j] += a.at(i, j) * x[i];
    }
  }
  return product;
}

void Cholesky::start(const Symmetric& matrix) {
  size_ = matrix.size();
  for (std::size_t j = 0; j < size_; ++j) {
    if (!std::isfinite(matrix.at(j, j))) {
      throw InputError::illegal_argument(
          "The sums of squares of the predictors are not finite; a column holds values too large "
          "to be squared, or the model diverged.");
    }
  }
  kept_.resize(size_);
  for (std::size_t i = 0; i < size_; ++i) kept_[i] = i;
}

std::optional<Cholesky> Cholesky::of_independent(const Symmetric& matrix) {
  Cholesky made;
  made.start(matrix);
  if (made.factor(matrix, kTolerance) < matrix.size()) return std::nullopt;
  return made;
}

Cholesky::Cholesky(const Symmetric& matrix, double tolerance) {
  start(matrix);
  if (size_ > kSmallFactor) {
    std::size_t dependent = factor(matrix, tolerance);
    // A few dependent columns are found one after the other, many in one slow go.
    for (int found = 0; found < kFewDependent && dependent < kept_.size(); ++found) {
      kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(dependent));
      dependent = factor(pick(matrix, kept_), tolerance);
    }
    if (dependent == kept_.size()) return;
  }
  Symmetric by_columns = matrix;
  kept_ = factor_by_columns(by_columns, tolerance);
  factor_ = pick(by_columns, kept_);
}

/// Makes the factor; returns the first column that is dependent, or nearly so, or else their
/// number.
std::size_t Cholesky::factor(const Symmetric& matrix, double tolerance) {
  const std::size_t size = matrix.size();
  factor_ = matrix;
  std::size_t end = size;
  if (size <= kSmallFactor) {
    factor_by_columns(factor_, tolerance);
  } else {
    const int n = as_int(size);
    int info = 0;
    openblas()->potrf("L", &n, factor_.values().data(), &n, &info);
    if (info > 0) end = static_cast<std::size_t>(info) - 1;
  }
  for (std::size_t j = 0; j < end; ++j) {
    const double left = factor_.at(j, j) * factor_.at(j, j);
    if (!(left > tolerance * matrix.at(j, j))) return j;
  }
  return end;
}

std::vector<double> Cholesky::solve(std::span<const double> right) const {
  NEVE_CHECK(right.size() == size_);
  std::vector<double> picked(kept_.size());
  for (std::size_t i = 0; i < kept_.size(); ++i) picked[i] = right[kept_[i]];
  if (kept_.size() <= kSmallFactor) {
    solve_plain(factor_, picked);
  } else {
    const int n = as_int(kept_.size());
    const int one = 1;
    int info = 0;
    openblas()->potrs("L", &n, &one, factor_.values().data(), &n, picked.data(), &n, &info);
    NEVE_CHECK(info == 0);
  }
  std::vector<double> solution(size_, 0.0);
  for (std::size_t i = 0; i < kept_.size(); ++i) solution[kept_[i]] = picked[i];
  return solution;
}

Symmetric Cholesky::inverse() const {
  Symmetric picked;
  if (kept_.size() <= kSmallFactor) {
    picked = inverse_plain(factor_);
  } else {
    picked = factor_;
    const int n = as_int(kept_.size());
    int info = 0;
    openblas()->potri("L", &n, picked.values().data(), &n, &info);
    NEVE_CHECK(info == 0);
  }
  Symmetric whole(size_);
  for (double& value : whole.values()) value = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t j = 0; j < kept_.size(); ++j) {
    for (std::size_t i = j; i < kept_.size(); ++i) whole.at(kept_[i], kept_[j]) = picked.at(i, j);
  }
  return whole;
}

}  // namespace neve::linalg

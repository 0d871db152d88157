#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace neve::linalg {

/// A dense symmetric matrix, stored by columns; only the lower triangle (row >= column) counts.
class Symmetric {
 public:
  Symmetric() = default;
  explicit Symmetric(std::size_t size) : size_(size), values_(size * size, 0.0) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Element of the lower triangle, row >= column.
  [[nodiscard]] double at(std::size_t row, std::size_t column) const {
    return values_[column * size_ + row];
  }
  double& at(std::size_t row, std::size_t column) { return values_[column * size_ + row]; }
  /// Either triangle.
  [[nodiscard]] double get(std::size_t i, std::size_t j) const {
    return i >= j ? at(i, j) : at(j, i);
  }
  [[nodiscard]] std::span<double> values() { return values_; }
  [[nodiscard]] std::span<const double> values() const { return values_; }
  template <class Archive>
  void fields(Archive& archive) {
    archive(size_, values_);
  }

 private:
  std::size_t size_ = 0;
  std::vector<double> values_;
};

/// The rows and columns in some places, which ascend.
Symmetric pick(const Symmetric& matrix, std::span<const std::size_t> kept);

/// sum += A'A for A of `rows` rows, each `sum.size()` numbers one after the other: the
/// same bits on every CPU. Any number of threads may add to sums of their own.
void add_gram(std::span<const double> row_major, std::size_t rows, Symmetric& sum);

/// A x for a symmetric A.
std::vector<double> multiply(const Symmetric& a, std::span<const double> x);

/// Eigenvalues, largest first, and their eigenvectors, one after the other and of length 1.
struct Eigen {
  std::vector<double> values;
  std::vector<double> vectors;
};

/// By LAPACK's divide and conquer (dsyevd). Throws InputError where an element is not finite.
Eigen eigen(const Symmetric& matrix);

/// Factor of a symmetric, positive semi-definite matrix. Columns that depend on earlier ones within
/// `tolerance` (what is left of a diagonal element after elimination, relative to itself) are left
/// out: `solve` gives them 0, `inverse` NaN.
class Cholesky {
 public:
  static constexpr double kTolerance = 1e-10;
  /// Throws InputError where an element is not finite.
  explicit Cholesky(const Symmetric& matrix, double tolerance = kTolerance);
  /// The factor where no column depends on others: much cheaper to find out than which ones do.
  static std::optional<Cholesky> of_independent(const Symmetric& matrix);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t rank() const { return kept_.size(); }
  /// Columns that the factor holds, ascending.
  [[nodiscard]] const std::vector<std::size_t>& kept() const { return kept_; }
  [[nodiscard]] std::vector<double> solve(std::span<const double> right) const;
  [[nodiscard]] Symmetric inverse() const;

 private:
  Cholesky() = default;
  void start(const Symmetric& matrix);
  [[nodiscard]] std::size_t factor(const Symmetric& matrix, double tolerance);
  std::size_t size_ = 0;
  std::vector<std::size_t> kept_;
  Symmetric factor_;  ///< lower triangular, over the kept columns
};

}  // namespace neve::linalg

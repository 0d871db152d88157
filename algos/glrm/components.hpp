#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace neve::algos::glrm {

/// The singular value decomposition of a product XY of rank k at most.
struct Components {
  std::vector<double> singular_values;  ///< k, the largest first
  std::vector<double> vectors;          ///< right ones: cells x k; the largest entry is positive
  template <class Archive>
  void fields(Archive& archive) {
    archive(singular_values, vectors);
  }
};

/// From X'X (k x k) and Y (cells x k): with X'X = LL', the eigenvectors of L'YY'L.
Components components_of(std::span<const double> x_gram, std::span<const double> y, std::size_t k);

/// Eigenvalues of a symmetric k x k matrix, descending, and its eigenvectors as columns after each
/// other: Jacobi's rotations (Golub and Van Loan 2013, section 8.5).
struct Eigen {
  std::vector<double> values;
  std::vector<double> vectors;
};
Eigen eigen_of(std::vector<double> matrix, std::size_t k);

}  // namespace neve::algos::glrm

#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <neve/linalg/symmetric.hpp>

namespace neve::algos::components {

enum class Method : std::uint8_t {
  gram_svd,    ///< all eigenvalues, by LAPACK
  power,       ///< one after the other, by power iteration with deflation
  randomized,  ///< a random subspace, somewhat larger than asked for, by iteration (Halko,
               ///< Martinsson and Tropp 2011, algorithm 4.4)
  alternating  ///< a subspace of just that size, by alternating least squares
};

struct DecomposeOrder {
  Method method = Method::gram_svd;
  std::size_t count = 1;  ///< eigenvalues wanted, at most the matrix's size
  std::int32_t max_iterations = 1000;
  std::uint64_t seed = 0;
  std::function<void()> check = [] {};  ///< called between iterations; may throw
};

/// The largest eigenvalues of X'X, none negative, and their vectors: of length 1, the largest
/// element (the first of equals) positive.
struct Decomposition {
  std::vector<double> values;
  std::vector<double> vectors;  ///< one after the other
  double trace = 0;             ///< of the whole matrix
  std::int32_t iterations = 1;
  template <class Archive>
  void fields(Archive& archive) {
    archive(values, vectors, trace, iterations);
  }
};

Decomposition decompose(const linalg::Symmetric& gram, const DecomposeOrder& order);

/// Makes the largest element of each vector, the first of equals, positive.
void fix_signs(std::size_t size, Decomposition& out);

}  // namespace neve::algos::components

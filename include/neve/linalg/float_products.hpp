#pragma once

#include <cstddef>

namespace neve::linalg {

/// c += a b for matrices of floats in memory: element (i, k) of a is a[i · a_row + k · a_step],
/// that of b is b[k · b_row + j], that of c is c[i · c_row + j]. `a` transposed is the same with
/// its two strides changed round.
struct FloatProduct {
  const float* a = nullptr;
  std::ptrdiff_t a_row = 0;
  std::ptrdiff_t a_step = 1;
  const float* b = nullptr;
  std::ptrdiff_t b_row = 0;
  float* c = nullptr;
  std::ptrdiff_t c_row = 0;
  std::size_t rows = 0;     ///< of a and c
  std::size_t steps = 0;    ///< columns of a, rows of b
  std::size_t columns = 0;  ///< of b and c
};

/// Adds the product. Each element of c is one chain of fused multiply-adds over k, ascending: the
/// same bits however rows and columns are cut into calls, on any CPU. Made for products of few rows
/// (batches of a network), where packing b, as OpenBLAS does, would cost as much as multiplying.
void add_product(const FloatProduct& product);

}  // namespace neve::linalg

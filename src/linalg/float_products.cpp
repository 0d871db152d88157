#include <neve/linalg/float_products.hpp>

#include <neve/base/isa.hpp>

#include "linalg/product_kernels.hpp"

namespace neve::linalg {

void add_product(const FloatProduct& product) {
  static const ProductKernels& kernels =
      kernels_at_process_isa(v3::kProductKernels, v4::kProductKernels);
  kernels.add(product);
}

}  // namespace neve::linalg

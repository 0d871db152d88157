#pragma once

#include <neve/linalg/float_products.hpp>

namespace neve::linalg {

struct ProductKernels {
  void (*add)(const FloatProduct& product);
};

namespace v3 {
extern const ProductKernels kProductKernels;
}
namespace v4 {
extern const ProductKernels kProductKernels;
}

}  // namespace neve::linalg

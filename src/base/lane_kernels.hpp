#pragma once

#include <cstddef>

namespace neve::math {

/// exp and log of whole arrays, in place.
struct LaneKernels {
  void (*exp)(double* values, std::size_t count);
  void (*log)(double* values, std::size_t count);
};

namespace v3 {
extern const LaneKernels kLaneKernels;
}
namespace v4 {
extern const LaneKernels kLaneKernels;
}

}  // namespace neve::math

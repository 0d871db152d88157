#pragma once

#include <cstddef>
#include <cstdint>

namespace neve::frame {

/// Moves the numbers whose mark is 1 (0 elsewhere) together; returns how many. Up to 16 more than
/// that are written.
struct PressKernels {
  std::size_t (*narrow)(const std::int32_t* from, const std::uint8_t* marks, std::size_t count,
                        std::int32_t* to);
};

namespace v3 {
extern const PressKernels kPressKernels;
}
namespace v4 {
extern const PressKernels kPressKernels;
}

}  // namespace neve::frame

#pragma once

#include <cstddef>
#include <cstdint>

namespace neve::algos::trees {

/// A node's rows, and the bins that say where each goes.
struct RowSplit {
  const void* bins = nullptr;  ///< of row r at r · stride; one byte each, or two
  std::size_t stride = 1;
  const std::uint8_t* right = nullptr;  ///< per bin, 1 where it goes right
  std::uint16_t* rows = nullptr;
  std::size_t count = 0;
  std::uint16_t* spare = nullptr;  ///< room for count + kSpareSlack rows
};
inline constexpr std::size_t kSpareSlack = 16;

/// Kernels that move rows: those that go left come first, all in the order that they had. They give
/// the number of these.
struct RowKernels {
  std::size_t (*split_by_bytes)(const RowSplit& split);
  std::size_t (*split_by_words)(const RowSplit& split);
};

namespace v3 {
extern const RowKernels kRowKernels;
}
namespace v4 {
extern const RowKernels kRowKernels;
}

}  // namespace neve::algos::trees

#pragma once

#include <cstddef>
#include <cstdint>

#include <neve/base/rng.hpp>

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

struct RowKernels {
  /// Move rows: those that go left come first, all in the order that they had. They give the number
  /// of these.
  std::size_t (*split_by_bytes)(const RowSplit& split);
  std::size_t (*split_by_words)(const RowSplit& split);
  /// Sets all bits where random.uniform(row) is below the rate, none elsewhere.
  void (*draw)(const CounterRng& random, double rate, const std::uint64_t* rows, std::size_t count,
               std::int64_t* drawn);
};

namespace v3 {
extern const RowKernels kRowKernels;
}
namespace v4 {
extern const RowKernels kRowKernels;
}

}  // namespace neve::algos::trees

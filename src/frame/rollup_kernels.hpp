#pragma once

#include <cstddef>
#include <cstdint>

#include <neve/frame/rollup.hpp>

namespace neve::frame {

struct RollupKernels {
  Survey (*survey)(const double* values, std::size_t count);
  /// The sums are taken in a fixed order: eight lanes and one tree, whatever the CPU.
  double (*sum)(const double* values, std::size_t count);
  double (*squares_around)(const double* values, std::size_t count, double mean);
  /// Sum (modulo 2^64) of the hashes of values in rows from `first_row` on; see value_checksum.hpp.
  std::uint64_t (*hash)(std::int64_t first_row, const double* values, std::size_t count);
};

namespace v3 {
extern const RollupKernels kRollupKernels;
}
namespace v4 {
extern const RollupKernels kRollupKernels;
}

}  // namespace neve::frame

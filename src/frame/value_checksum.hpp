#pragma once

#include <cstdint>
#include <span>

namespace neve::frame {

class Chunk;

// How a row is hashed: mix(bits ^ mix((row + 1) * kRowFactor)), where mix is the finalizer of
// MurmurHash3 and the bits are those of the double, or of the canonical NaN where it is missing.
inline constexpr std::uint64_t kRowFactor = 0x9e3779b97f4a7c15;
inline constexpr std::uint64_t kMixFactors[] = {0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53};
inline constexpr std::uint64_t kMissingBits = 0x7ff8000000000000;

/// The part of Chunk::value_checksum() of rows [begin, begin + values.size()) of a chunk of
/// numbers, times or codes, whose doubles are `values`.
std::uint64_t checksum_of_numbers(const Chunk& chunk, std::int64_t first_row, std::int64_t begin,
                                  std::span<const double> values);

}  // namespace neve::frame

#pragma once

#include <cstdint>

namespace neve {

/// Random numbers as a function of (seed, stream, index): the same value for the same place, on any
/// thread or node and in any order. Two rounds of the SplitMix64 finaliser (Steele, Lea, Flood,
/// OOPSLA 2014) over a Weyl-spaced counter.
class CounterRng {
 public:
  explicit constexpr CounterRng(std::uint64_t seed, std::uint64_t stream = 0)
      : key_(mix(seed + 0x9E3779B97F4A7C15ULL * (mix(stream + 0x632BE59BD9B4E019ULL) | 1U))) {}
  [[nodiscard]] constexpr std::uint64_t bits(std::uint64_t index) const {
    return mix(mix(key_ ^ (index * 0x9E3779B97F4A7C15ULL)) + index);
  }
  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] constexpr double uniform(std::uint64_t index) const {
    return static_cast<double>(bits(index) >> 11U) * 0x1.0p-53;
  }
  /// Uniform in [0, bound), bound > 0; the bias is below bound / 2^64.
  [[nodiscard]] constexpr std::uint64_t below(std::uint64_t index, std::uint64_t bound) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(bits(index)) * bound) >> 64U);
  }

 private:
  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  std::uint64_t key_;
};

/// A seed from the operating system, for a user who gave -1; never negative, and small enough that
/// a JSON client reads it back exactly.
std::int64_t draw_seed();

}  // namespace neve

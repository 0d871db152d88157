#pragma once

#include <cstdint>

namespace neve::munge {

/// PCG32 (O'Neill, PCG: a family of better random number generators, 2014), seeded and read as
/// H2O-3 does, so that the frames that it makes up of a seed are made here, too. A cell has a
/// generator of its own, seeded by its place, so that this is random access like CounterRng.
class Pcg {
 public:
  explicit Pcg(std::uint64_t seed) {
    bits32();
    state_ += seed;
    bits32();
  }

  std::uint32_t bits32() {
    const std::uint64_t old = state_;
    state_ = old * 6364136223846793005U + kStream;
    const auto shifted = static_cast<std::uint32_t>((old >> 18U ^ old) >> 27U);
    const auto turn = static_cast<std::uint32_t>(old >> 59U);
    return shifted >> turn | shifted << (-turn & 31U);
  }

  std::uint64_t bits64() {
    const std::uint64_t high = bits32();
    return high << 32U | bits32();
  }

  /// Within [0, 1), of 53 bits.
  double uniform() {
    const std::uint64_t high = bits64() & ((1U << 26U) - 1);
    const std::uint64_t low = bits64() & ((1U << 27U) - 1);
    return static_cast<double>((high << 27U) + low) * 0x1p-53;
  }

  /// The same of 24 bits.
  float coarse_uniform() { return static_cast<float>(bits64() & ((1U << 24U) - 1)) * 0x1p-24F; }

  /// Less than `bound`, about evenly.
  std::uint32_t below(std::uint32_t bound) { return bits32() % bound; }

 private:
  static constexpr std::uint64_t kStream = 3;
  std::uint64_t state_ = 0;
};

}  // namespace neve::munge

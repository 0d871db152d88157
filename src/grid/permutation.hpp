#pragma once

#include <cstdint>

#include <neve/base/rng.hpp>

namespace neve::grid {

/// A random order of the numbers below `size`, any place of which is known without the others: a
/// Feistel network over the next power of 4, walked until it lands below `size` (J. Black and P.
/// Rogaway, Ciphers with Arbitrary Finite Domains, 2002).
class Permutation {
 public:
  /// 1 <= size <= 2^62.
  Permutation(std::uint64_t size, std::uint64_t seed);
  /// The number at a place below size; each comes once.
  [[nodiscard]] std::uint64_t at(std::uint64_t place) const;

 private:
  [[nodiscard]] std::uint64_t round_trip(std::uint64_t number) const;
  std::uint64_t size_;
  std::uint64_t seed_;
  unsigned half_bits_ = 1;
};

}  // namespace neve::grid

#include "grid/permutation.hpp"

#include <bit>

#include <neve/base/error.hpp>

namespace neve::grid {

Permutation::Permutation(std::uint64_t size, std::uint64_t seed) : size_(size), seed_(seed) {
  NEVE_CHECK(size >= 1 && size <= std::uint64_t{1} << 62U);
  const auto bits = static_cast<unsigned>(std::bit_width(size - 1));
  if (bits > 2) half_bits_ = (bits + 1) / 2;
}

std::uint64_t Permutation::round_trip(std::uint64_t number) const {
  constexpr std::uint64_t kRounds = 8;
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = number >> half_bits_;
  std::uint64_t right = number & mask;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    const std::uint64_t next = left ^ (CounterRng(seed_, round).bits(right) & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

std::uint64_t Permutation::at(std::uint64_t place) const {
  NEVE_CHECK(place < size_);
  // Ends, as the way back from `place` below size_ is part of the cycle.
  std::uint64_t number = place;
  do {
    number = round_trip(number);
  } while (number >= size_);
  return number;
}

}  // namespace neve::grid

#pragma once

#include <cstdint>

namespace neve::algos::deeplearning {

/// An order of the numbers below `count`, as a function of (seed, epoch, place): a Feistel network
/// over the next power of two, walked until it meets a number that is there (Black and Rogaway
/// 2002). Nothing is stored, and any place can be asked for.
class Permutation {
 public:
  Permutation(std::uint64_t count, std::uint64_t seed, std::uint64_t epoch);
  [[nodiscard]] std::uint64_t at(std::uint64_t place) const;

 private:
  [[nodiscard]] std::uint64_t shuffled(std::uint64_t value) const;
  std::uint64_t count_;
  std::uint64_t seed_;
  std::uint64_t epoch_;
  unsigned high_bits_;
  unsigned low_bits_;
};

}  // namespace neve::algos::deeplearning

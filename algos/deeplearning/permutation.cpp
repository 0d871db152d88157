#include "algos/deeplearning/permutation.hpp"

#include <bit>

#include <neve/base/rng.hpp>

namespace neve::algos::deeplearning {

Permutation::Permutation(std::uint64_t count, std::uint64_t seed, std::uint64_t epoch)
    : count_(count), seed_(seed), epoch_(epoch) {
  const auto bits = static_cast<unsigned>(std::bit_width(count > 1 ? count - 1 : 1));
  high_bits_ = bits / 2;
  low_bits_ = bits - high_bits_;
}

std::uint64_t Permutation::shuffled(std::uint64_t value) const {
  constexpr int kRounds = 6;
  constexpr std::uint64_t kStream = 1'000'003;
  const CounterRng random(seed_, kStream + epoch_);
  std::uint64_t high = value >> low_bits_;
  std::uint64_t low = value & ((std::uint64_t{1} << low_bits_) - 1);
  for (int round = 0; round < kRounds; ++round) {
    // Each half is changed by the other one in turn, so that they keep their sizes.
    const std::uint64_t from = round % 2 == 0 ? low : high;
    const std::uint64_t bits = random.bits((from << 8U) | static_cast<unsigned>(round));
    if (round % 2 == 0) {
      high ^= bits & ((std::uint64_t{1} << high_bits_) - 1);
    } else {
      low ^= bits & ((std::uint64_t{1} << low_bits_) - 1);
    }
  }
  return (high << low_bits_) | low;
}

std::uint64_t Permutation::at(std::uint64_t place) const {
  if (count_ < 2) return 0;
  std::uint64_t value = shuffled(place);
  while (value >= count_) value = shuffled(value);
  return value;
}

}  // namespace neve::algos::deeplearning

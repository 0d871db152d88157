#pragma once

#include <cstdint>

#include <neve/base/rng.hpp>

namespace neve::cluster::gossip {

/// A sequence of random draws from a seed; equal seeds give equal sequences.
class Draws {
 public:
  explicit Draws(std::uint64_t seed, std::uint64_t stream = 0) : rng_(seed, stream) {}
  std::uint64_t bits() { return rng_.bits(drawn_++); }
  /// Uniform in [0, bound), bound > 0.
  std::uint64_t below(std::uint64_t bound) { return rng_.below(drawn_++, bound); }
  /// Uniform in [0, 1).
  double uniform() { return rng_.uniform(drawn_++); }
  bool chance(double probability) { return probability > 0 && uniform() < probability; }

 private:
  CounterRng rng_;
  std::uint64_t drawn_ = 0;
};

}  // namespace neve::cluster::gossip

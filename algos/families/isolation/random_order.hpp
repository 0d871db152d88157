#pragma once

#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>

namespace neve::algos::isolation {

/// Places 0 to count - 1 in a random order, as many of them as are asked for.
class RandomOrder {
 public:
  RandomOrder(std::size_t count, const CounterRng& random) : places_(count), random_(random) {
    std::iota(places_.begin(), places_.end(), std::size_t{0});
  }
  [[nodiscard]] bool ended() const { return next_ == places_.size(); }
  std::size_t next() {
    const std::size_t other = next_ + random_.below(next_, places_.size() - next_);
    std::swap(places_[next_], places_[other]);
    return places_[next_++];
  }

 private:
  std::vector<std::size_t> places_;
  CounterRng random_;
  std::size_t next_ = 0;
};

}  // namespace neve::algos::isolation

#include "algos/aggregator/radius_search.hpp"

#include <algorithm>

#include <neve/base/math.hpp>

namespace neve::algos::aggregator {

bool RadiusSearch::is_narrow() const {
  constexpr double kNarrow = 1e-3;
  return high - low < kNarrow * (low + high);
}

void RadiusSearch::found(std::int64_t count, double furthest) {
  repeats = count == last_count ? repeats + 1 : 0;
  last_count = count;
  done = takes_any || count >= least || furthest == 0 || repeats >= most_repeats || is_narrow();
  if (done) return;
  high = radius;
  halve();
}

void RadiusSearch::found_too_many() {
  if (radius == high || is_narrow()) {
    takes_any = true;
    return;
  }
  low = radius;
  halve();
}

double first_radius(std::int64_t rows, std::size_t columns, double bound) {
  const double logs = math::log(static_cast<double>(rows));
  return std::min(0.8 / math::pow(logs, 1 / static_cast<double>(columns)), bound);
}

}  // namespace neve::algos::aggregator

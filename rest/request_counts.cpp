#include "rest/request_counts.hpp"

#include <algorithm>

namespace neve::rest {

void RequestCounts::add(int status, std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const auto end = std::ranges::lower_bound(kSeconds, seconds);
  const std::lock_guard lock(mutex_);
  ++counts_.by_status[status];
  ++counts_.by_duration.at(static_cast<std::size_t>(end - kSeconds.begin()));
  counts_.seconds += seconds;
}

RequestCounts::Counts RequestCounts::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace neve::rest

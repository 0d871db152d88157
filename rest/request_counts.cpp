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

void RequestCounts::note_work() {
  const std::lock_guard lock(mutex_);
  last_work_ = std::chrono::steady_clock::now();
}

std::chrono::milliseconds RequestCounts::idle() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               last_work_);
}

}  // namespace neve::rest

#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace neve::mr {

/// What went to other nodes and back for runs that this node drove.
struct TaskTraffic {
  std::uint64_t runs = 0;
  std::uint64_t calls = 0;          ///< one for each other node of a run, or more after a loss
  std::uint64_t request_bytes = 0;  ///< State included, unless it went before
  std::uint64_t reply_bytes = 0;
  std::uint64_t partials = 0;  ///< in the replies
  std::uint64_t partial_bytes = 0;
};

/// Counts by task. Thread-safe.
class RunTraffic {
 public:
  void add(std::string_view task, const TaskTraffic& more);
  /// States that were too large to go with each run count under "mr.state".
  [[nodiscard]] std::map<std::string, TaskTraffic, std::less<>> by_task() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, TaskTraffic, std::less<>> tasks_;
};

}  // namespace neve::mr

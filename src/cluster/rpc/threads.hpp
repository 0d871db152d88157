#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace neve::cluster::rpc {

/// Threads for work that mostly waits: every job starts at once, on an idle thread or a new one, so
/// that jobs which wait for each other cannot starve. Jobs must not throw.
class Threads {
 public:
  Threads() = default;
  /// Waits for all jobs.
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  /// Throws OutOfMemoryError where the system refuses a thread.
  void run(std::function<void()> job);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable ended_;
  std::deque<std::function<void()>> waiting_;
  std::size_t idle_ = 0;
  std::size_t threads_ = 0;
  bool ending_ = false;
};

}  // namespace neve::cluster::rpc

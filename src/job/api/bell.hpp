#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace neve::job {

/// Rings when one of several jobs has ended, for the thread that waits for all of them.
class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    rings_ = true;
    rung_.notify_all();
  }
  /// Returns after a while in any case, as nothing rings when the whole job is cancelled.
  void wait() {
    constexpr auto kWhile = std::chrono::milliseconds(50);
    std::unique_lock lock(mutex_);
    rung_.wait_for(lock, kWhile, [this] { return rings_; });
    rings_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable rung_;
  bool rings_ = false;
};

}  // namespace neve::job

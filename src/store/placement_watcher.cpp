#include "store/api/placement_watcher.hpp"

#include <chrono>
#include <utility>

#include <neve/base/thread_name.hpp>

namespace neve::store {

PlacementWatcher::PlacementWatcher(Store& store, std::string thread_name, Work work)
    : work_(std::move(work)),
      listening_(store.on_placement_change([this] {
        {
          const std::lock_guard lock(mutex_);
          changed_ = true;
        }
        wake_.notify_one();
      })),
      thread_([this, name = std::move(thread_name)](const std::stop_token& stop) {
        run(stop, name);
      }) {}

void PlacementWatcher::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void PlacementWatcher::run(const std::stop_token& stop, const std::string& thread_name) {
  name_this_thread(thread_name);
  constexpr std::chrono::milliseconds kRetry(200);
  bool complete = true;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const auto woken = [this] { return changed_; };
      if (complete) {
        wake_.wait(lock, stop, woken);
      } else {
        wake_.wait_for(lock, stop, kRetry, woken);
      }
      if (stop.stop_requested()) return;
      changed_ = false;
    }
    complete = work_(stop);
  }
}

}  // namespace neve::store

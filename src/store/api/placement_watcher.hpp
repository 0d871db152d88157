#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <neve/store/store.hpp>

namespace neve::store {

/// Does something on a thread of its own whenever members or placements have changed, and again a
/// little later where not all of it could be done.
class PlacementWatcher {
 public:
  /// False where it is to be tried again.
  using Work = std::function<bool(const std::stop_token& stop)>;
  /// The store outlives the watcher, and so does what `work` uses.
  PlacementWatcher(Store& store, std::string thread_name, Work work);
  ~PlacementWatcher() { stop(); }
  PlacementWatcher(const PlacementWatcher&) = delete;
  PlacementWatcher& operator=(const PlacementWatcher&) = delete;
  /// Waits for what is being done.
  void stop();

 private:
  void run(const std::stop_token& stop, const std::string& thread_name);

  Work work_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool changed_ = false;
  std::shared_ptr<const void> listening_;
  std::jthread thread_;  // last, so that it ends before what it uses
};

}  // namespace neve::store

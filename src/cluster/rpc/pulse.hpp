#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace neve::cluster::rpc {

/// Something that wants to look at the time now and then.
class Watched {
 public:
  virtual ~Watched() = default;
  /// Must not block.
  virtual void beat() = 0;
};

/// One thread that lets everything that is open look at the time: whether the far side fell
/// silent, whether a heartbeat is due.
class Pulse {
 public:
  explicit Pulse(std::chrono::milliseconds interval);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;
  void watch(std::shared_ptr<Watched> watched);
  void forget(const std::shared_ptr<Watched>& watched);

 private:
  void work();

  const std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable ending_changed_;
  std::set<std::shared_ptr<Watched>> watched_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace neve::cluster::rpc

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace neve::rest::http {

/// Threads for handlers that compute, wait or read files. Starts threads as work comes, up to a
/// limit, and lets idle ones end, so that a quiet node holds none. Work beyond the limit waits in
/// order.
class WorkerPool {
 public:
  struct Limits {
    std::size_t max_threads = 64;  ///< more blocked requests than clients have in flight
    std::chrono::milliseconds idle{5'000};
  };
  WorkerPool() : WorkerPool(Limits{}) {}
  explicit WorkerPool(Limits limits) : limits_(limits) {}
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  /// Waits for the work that runs; what still waits is dropped.
  ~WorkerPool();
  /// `work` must not throw.
  void submit(std::function<void()> work);
  [[nodiscard]] std::size_t threads() const;

 private:
  void run();
  void join_ended();

  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> running_;
  std::vector<std::thread> ended_;  // left their loop, not joined yet
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace neve::rest::http

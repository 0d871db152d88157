#include "cluster/rpc/threads.hpp"

#include <system_error>
#include <thread>

#include <neve/base/error.hpp>
#include <neve/base/thread_name.hpp>

namespace neve::cluster::rpc {
namespace {

/// As many as are kept when they have nothing to do.
constexpr std::size_t kKept = 16;

}  // namespace

Threads::~Threads() {
  std::unique_lock lock(mutex_);
  ending_ = true;
  work_.notify_all();
  ended_.wait(lock, [this] { return threads_ == 0; });
}

void Threads::run(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(job));
  if (waiting_.size() <= idle_) {
    work_.notify_one();
    return;
  }
  try {
    std::thread([this] { work(); }).detach();
  } catch (const std::system_error&) {
    waiting_.pop_back();
    throw OutOfMemoryError(
        "The system starts no more threads; its limit for processes is reached.");
  }
  ++threads_;
}

void Threads::work() {
  name_this_thread("rpc call");
  std::unique_lock lock(mutex_);
  while (true) {
    if (waiting_.empty()) {
      if (ending_ || idle_ >= kKept) break;
      ++idle_;
      work_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      --idle_;
      continue;
    }
    {
      const std::function<void()> job = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      job();
    }
    lock.lock();
  }
  --threads_;
  ended_.notify_all();
}

}  // namespace neve::cluster::rpc

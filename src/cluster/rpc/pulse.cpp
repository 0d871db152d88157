#include "cluster/rpc/pulse.hpp"

#include <vector>

#include <neve/base/thread_name.hpp>

namespace neve::cluster::rpc {

Pulse::Pulse(std::chrono::milliseconds interval)
    : interval_(interval), thread_([this] { work(); }) {}

Pulse::~Pulse() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ending_changed_.notify_all();
  thread_.join();
}

void Pulse::watch(std::shared_ptr<Watched> watched) {
  const std::lock_guard lock(mutex_);
  watched_.insert(std::move(watched));
}

void Pulse::forget(const std::shared_ptr<Watched>& watched) {
  const std::lock_guard lock(mutex_);
  watched_.erase(watched);
}

void Pulse::work() {
  name_this_thread("rpc pulse");
  std::unique_lock lock(mutex_);
  while (!ending_changed_.wait_for(lock, interval_, [this] { return ending_; })) {
    const std::vector<std::shared_ptr<Watched>> now(watched_.begin(), watched_.end());
    lock.unlock();
    for (const auto& watched : now) watched->beat();
    lock.lock();
  }
}

}  // namespace neve::cluster::rpc

#include "rest/http/worker_pool.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/thread_name.hpp>

namespace neve::rest::http {

WorkerPool::~WorkerPool() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
    threads.swap(running_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads) thread.join();
  join_ended();
}

std::size_t WorkerPool::threads() const {
  const std::lock_guard lock(mutex_);
  return running_.size();
}

void WorkerPool::submit(std::function<void()> work) {
  join_ended();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    waiting_.push_back(std::move(work));
    if (waiting_.size() > idle_ && running_.size() < limits_.max_threads) {
      running_.emplace_back([this] { run(); });
    }
  }
  changed_.notify_one();
}

void WorkerPool::run() {
  name_this_thread("request");
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    const bool woken =
        changed_.wait_for(lock, limits_.idle, [&] { return stopping_ || !waiting_.empty(); });
    --idle_;
    if (stopping_ || !woken) break;
    std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
  // Where the destructor took the list, it joins this thread itself.
  const auto self = std::ranges::find(running_, std::this_thread::get_id(), &std::thread::get_id);
  if (self == running_.end()) return;
  ended_.push_back(std::move(*self));
  running_.erase(self);
}

void WorkerPool::join_ended() {
  std::vector<std::thread> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(ended_);
  }
  for (std::thread& thread : ended) thread.join();
}

}  // namespace neve::rest::http

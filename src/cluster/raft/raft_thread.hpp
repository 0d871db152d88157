#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

#include "cluster/raft/raft_core.hpp"
#include "cluster/raft/replicated_state.hpp"
#include "cluster/raft/voters.hpp"

namespace neve::cluster::raft {

/// What other threads see of a replica.
struct ThreadStatus {
  using Clock = std::chrono::steady_clock;
  CoreStatus core;
  std::vector<NodeId> silent;               ///< silent_servers() for two election timeouts
  Clock::time_point applied_more = {};      ///< when the last command was applied
  Clock::time_point leaderless_since = {};  ///< while no leader is known
};

/// A replica of a real node: one thread that owns it, with the machine's clock and a queue of what
/// others ask of it. The leader's thread looks after the voters too. Thread-safe.
class RaftThread {
 public:
  /// `send` is called on the thread and must not block; `state` outlives this.
  RaftThread(const CoreSettings& settings, ReplicatedState& state, RaftCore::Send send);
  ~RaftThread();
  RaftThread(const RaftThread&) = delete;
  RaftThread& operator=(const RaftThread&) = delete;

  /// Begins a cluster of one or, without `bootstrap`, waits to be added to one.
  void start(bool bootstrap);
  /// Ends this replica; what is under way, and what comes later, is answered with `failed`.
  void stop();
  void receive(NodeId from, wire::Bytes message);
  std::future<Result> propose(wire::Bytes command);
  std::future<Result> read_index();
  [[nodiscard]] ThreadStatus status() const;
  /// Waits until the status changes, at most so long.
  void wait_for_change(const ThreadStatus& seen, std::chrono::milliseconds limit) const;

 private:
  using Task = std::function<void(RaftCore&)>;
  void run(bool bootstrap);
  std::deque<Task> next_tasks(ThreadStatus::Clock::time_point until);
  bool push(Task task, std::size_t most_waiting);
  template <class Request>
  std::future<Result> ask(Request request);
  void publish(const RaftCore& replica);
  [[nodiscard]] std::uint64_t now_ms() const;

  CoreSettings settings_;
  ReplicatedState& state_;
  RaftCore::Send send_;
  ThreadStatus::Clock::time_point began_ = ThreadStatus::Clock::now();

  std::mutex tasks_mutex_;
  std::condition_variable tasks_changed_;
  std::deque<Task> tasks_;
  bool stopping_ = false;

  mutable std::mutex status_mutex_;
  mutable std::condition_variable status_changed_;
  ThreadStatus status_;

  std::mutex stop_mutex_;  ///< a node may be told to end while it finds that it was given up
  std::thread thread_;
};

}  // namespace neve::cluster::raft

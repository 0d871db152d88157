#include "cluster/raft/raft_thread.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <neve/base/thread_name.hpp>

#include "cluster/raft/silence.hpp"

namespace neve::cluster::raft {
namespace {

/// Messages that may wait; Raft says again what was dropped.
constexpr std::size_t kMostMessages = 4096;
constexpr std::size_t kNoLimit = ~std::size_t{0};

bool same(const CoreStatus& left, const CoreStatus& right) {
  return left.term == right.term && left.leader == right.leader && left.ready == right.ready &&
         left.is_leader == right.is_leader && left.failed == right.failed &&
         left.applied == right.applied && left.servers == right.servers;
}

}  // namespace

RaftThread::RaftThread(const CoreSettings& settings, ReplicatedState& state, RaftCore::Send send)
    : settings_(settings), state_(state), send_(std::move(send)) {
  status_.leaderless_since = began_;
}

RaftThread::~RaftThread() { stop(); }

void RaftThread::stop() {
  const std::lock_guard one_at_a_time(stop_mutex_);
  std::deque<Task> unheard;
  {
    const std::lock_guard lock(tasks_mutex_);
    stopping_ = true;
    unheard = std::exchange(tasks_, {});
  }
  tasks_changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  {
    const std::lock_guard lock(status_mutex_);
    status_.core.failed = true;
  }
  status_changed_.notify_all();
}

void RaftThread::start(bool bootstrap) {
  thread_ = std::thread([this, bootstrap] { run(bootstrap); });
}

std::uint64_t RaftThread::now_ms() const {
  const auto passed = ThreadStatus::Clock::now() - began_;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
}

void RaftThread::run(bool bootstrap) {
  name_this_thread("raft");
  RaftCore replica(settings_, state_, send_);
  VoterKeeper keeper(settings_.self);
  if (bootstrap) {
    replica.bootstrap(now_ms());
  } else {
    replica.join(now_ms());
  }
  publish(replica);
  const std::chrono::milliseconds beat(std::max(1U, settings_.heartbeat_ms / 2));
  auto next_tick = ThreadStatus::Clock::now() + beat;
  while (true) {
    const std::deque<Task> tasks = next_tasks(next_tick);
    {
      const std::lock_guard lock(tasks_mutex_);
      if (stopping_) break;
    }
    for (const Task& task : tasks) task(replica);
    if (ThreadStatus::Clock::now() >= next_tick) {
      replica.tick(now_ms());
      keeper.tick(now_ms(), replica, *state_.view());
      next_tick = ThreadStatus::Clock::now() + beat;
    }
    publish(replica);
  }
}

std::deque<RaftThread::Task> RaftThread::next_tasks(ThreadStatus::Clock::time_point until) {
  std::unique_lock lock(tasks_mutex_);
  tasks_changed_.wait_until(lock, until, [this] { return stopping_ || !tasks_.empty(); });
  return std::exchange(tasks_, {});
}

bool RaftThread::push(Task task, std::size_t most_waiting) {
  {
    const std::lock_guard lock(tasks_mutex_);
    if (stopping_ || tasks_.size() >= most_waiting) return false;
    tasks_.push_back(std::move(task));
  }
  tasks_changed_.notify_one();
  return true;
}

void RaftThread::receive(NodeId from, wire::Bytes message) {
  push([this, from, message = std::move(message)](
           RaftCore& replica) { replica.receive(now_ms(), from, message); },
       kMostMessages);
}

/// Passes a request with a promise to the thread. A request that is never run answers too.
template <class Request>
std::future<Result> RaftThread::ask(Request request) {
  struct Promise {
    std::promise<Result> promise;
    bool kept = false;
    ~Promise() {
      if (!kept) promise.set_value({});
    }
  };
  auto promise = std::make_shared<Promise>();
  std::future<Result> future = promise->promise.get_future();
  Callback answer = [promise](Result result) {
    promise->kept = true;
    promise->promise.set_value(std::move(result));
  };
  promise.reset();
  push([request = std::move(request),
        answer = std::move(answer)](RaftCore& replica) { request(replica, answer); },
       kNoLimit);
  return future;
}

std::future<Result> RaftThread::propose(wire::Bytes command) {
  return ask([command = std::move(command)](RaftCore& replica, const Callback& answer) {
    replica.propose(command, answer);
  });
}

std::future<Result> RaftThread::read_index() {
  return ask([](RaftCore& replica, const Callback& answer) { replica.read_index(answer); });
}

ThreadStatus RaftThread::status() const {
  const std::lock_guard lock(status_mutex_);
  return status_;
}

void RaftThread::wait_for_change(const ThreadStatus& seen, std::chrono::milliseconds limit) const {
  std::unique_lock lock(status_mutex_);
  status_changed_.wait_for(lock, limit, [&] { return !same(seen.core, status_.core); });
}

void RaftThread::publish(const RaftCore& replica) {
  ThreadStatus next;
  next.core = replica.status();
  next.silent =
      silent_servers(replica, settings_.self, now_ms(), 2ULL * settings_.election_timeout_ms);
  bool changed = false;
  {
    const std::lock_guard lock(status_mutex_);
    const auto at = ThreadStatus::Clock::now();
    next.applied_more = next.core.applied > status_.core.applied ? at : status_.applied_more;
    const bool lost_now = status_.core.leader.has_value() && !next.core.leader.has_value();
    next.leaderless_since = lost_now ? at : status_.leaderless_since;
    changed = !same(next.core, status_.core);
    status_ = std::move(next);
  }
  if (changed) status_changed_.notify_all();
}

}  // namespace neve::cluster::raft

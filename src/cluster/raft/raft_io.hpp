#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <neve/base/ids.hpp>
#include <neve/base/rng.hpp>

#include "cluster/raft/raft_message.hpp"

struct raft;
struct raft_buffer;
struct raft_configuration;
struct raft_entry;
struct raft_io;
struct raft_io_append;
struct raft_io_send;
struct raft_io_snapshot_get;
struct raft_io_snapshot_put;
struct raft_message;
struct raft_snapshot;

namespace neve::cluster::raft {

/// What libraft's core takes for disk, network, clock and dice. The core keeps the log in memory
/// itself and a process start never comes back under its id, so all that is kept here is the last
/// snapshot and where configurations lie. Whatever the core asks is done at once, but it hears of
/// it only in complete(): its code goes on using a request after handing it in.
///
/// Belongs to one RaftCore and its thread; allocates by libraft's allocator what the core will
/// free.
class MemoryIo {
 public:
  using Send = std::function<void(NodeId to, Message message)>;
  /// `self` and `seed` choose the random election timeouts.
  MemoryIo(NodeId self, std::uint64_t seed, Send send);
  ~MemoryIo();
  MemoryIo(const MemoryIo&) = delete;
  MemoryIo& operator=(const MemoryIo&) = delete;

  [[nodiscard]] raft_io& table() { return *table_; }
  void set_time(std::uint64_t now_ms) { now_ms_ = now_ms; }
  [[nodiscard]] std::uint64_t time() const { return now_ms_; }
  /// Reports what has been done to the core, until there is nothing left to report.
  void complete();
  void tick();
  /// Hands a message to the core; nothing may be left to complete.
  void deliver(NodeId from, const Message& message);

 private:
  struct Callbacks;
  struct Snapshot;
  void roll_back_configuration(const AppendEntries& message);
  void hold_back_demotion(NodeId to, AppendEntries& message) const;
  void deliver_as_voter(raft_message& message);
  void forget_old_configurations();

  std::unique_ptr<raft_io> table_;
  Send send_;
  CounterRng rng_;
  std::uint64_t draws_ = 0;
  std::uint64_t now_ms_ = 0;
  std::optional<Configuration> bootstrap_;
  std::deque<std::function<void()>> completions_;
  std::map<std::uint64_t, Configuration> configurations_;  ///< by index in the log
  std::unique_ptr<Snapshot> snapshot_;
  void (*tick_)(raft_io*) = nullptr;
  void (*receive_)(raft_io*, raft_message*) = nullptr;
};

/// The members of libraft's configuration.
Configuration configuration_of(const raft_configuration& from);

}  // namespace neve::cluster::raft

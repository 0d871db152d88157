#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

#include "cluster/api/state_machine.hpp"
#include "cluster/raft/outcome.hpp"
#include "cluster/raft/raft_message.hpp"

namespace neve::cluster::raft {

struct CoreSettings {
  NodeId self;             ///< not 0
  std::uint64_t seed = 0;  ///< of the random election timeouts
  /// A leader that hears from no majority for this long steps down; a voter waits once to twice
  /// this long for a leader. Five round trips at 200 ms.
  unsigned election_timeout_ms = 1000;
  unsigned heartbeat_ms = 100;
  /// A snapshot that was not acknowledged by then is sent again.
  unsigned snapshot_timeout_ms = 3000;
  /// A snapshot replaces the log each so many entries, but for the last `trailing` ones.
  unsigned snapshot_every = 1024;
  unsigned snapshot_trailing = 256;
};

struct Result {
  Outcome outcome = Outcome::failed;
  std::uint64_t index = 0;  ///< of the command, or that a read must wait to see applied
  wire::Bytes bytes = {};   ///< what the state machine returned
};
using Callback = std::function<void(Result)>;

/// One change of the servers. `replicate` makes a spare a stand-by. The leader's own removal or
/// demotion is refused: leadership is transferred first.
enum class ChangeKind : std::uint8_t { add, replicate, promote, demote, remove, transfer };
struct Change {
  ChangeKind kind = ChangeKind::add;
  NodeId server;
  friend bool operator==(const Change&, const Change&) = default;
};

/// What can be seen from outside.
struct CoreStatus {
  std::uint64_t term = 0;
  std::optional<NodeId> leader;  ///< as far as this replica knows
  bool is_leader = false;
  bool ready = false;   ///< leads, and has committed an entry of its own term
  bool failed = false;  ///< stopped for good: leave and join again with a new id
  bool changing = false;
  std::uint64_t applied = 0;
  std::uint64_t committed = 0;
  std::uint64_t last = 0;  ///< index of the last entry of the log
  Configuration servers;
};

/// One replica: libraft's core with its I/O in memory, as a state machine. Events and time go in,
/// messages come out by `send`; there is no clock, no thread and no I/O inside, and two replicas
/// share nothing. Callbacks and `send` are called before a method returns, never from within the
/// core; a callback may call the replica again, `send` may not.
///
/// What libraft 0.15 leaves to its user is done here: a leader's first entry is one of its own
/// term, and counts are taken only from then on (Raft, 5.4.2); a sole voter that elects itself
/// takes a new term; one batch of proposals is under way at a time, as the core commits only when
/// a majority has its very last entry; foreign bytes are checked, as the core trusts them.
class RaftCore {
 public:
  using Send = std::function<void(NodeId to, wire::Bytes message)>;
  RaftCore(const CoreSettings& settings, StateMachine& machine, Send send);
  /// Answers what is under way with `failed`.
  ~RaftCore();
  RaftCore(const RaftCore&) = delete;
  RaftCore& operator=(const RaftCore&) = delete;

  /// Begins a cluster of one, which this node leads at once.
  void bootstrap(std::uint64_t now_ms);
  /// Begins empty, waiting to be added by a leader.
  void join(std::uint64_t now_ms);

  /// To be called about every half heartbeat.
  void tick(std::uint64_t now_ms);
  /// Bytes that are no message are ignored.
  void receive(std::uint64_t now_ms, NodeId from, std::span<const std::byte> message);

  /// Commits a command; the answer has its index and the state machine's result.
  void propose(wire::Bytes command, Callback callback);
  /// Answers with an index: what is read once that is applied is no older than the request.
  void read_index(Callback callback);
  void change(const Change& change, Callback callback);

  [[nodiscard]] CoreStatus status() const;
  [[nodiscard]] std::uint64_t applied() const;
  /// Time of the last message of a server; nothing where none came.
  [[nodiscard]] std::optional<std::uint64_t> last_heard_ms(NodeId server) const;
  /// The leader's knowledge of how much of its log a server has.
  [[nodiscard]] std::uint64_t match_index(NodeId server) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace neve::cluster::raft

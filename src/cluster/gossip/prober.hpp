#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "cluster/gossip/draws.hpp"
#include "cluster/gossip/local_health.hpp"
#include "cluster/gossip/member_table.hpp"
#include "cluster/gossip/packet.hpp"
#include "cluster/gossip/tuning.hpp"

namespace neve::cluster::gossip {

/// SWIM's failure detector: asks the members in turn, directly and then through others, and reports
/// who answered neither way. Pings for others, too. Several probes are under way at once, each with
/// its own deadlines; LHA-Probe stretches them by the local health.
class Prober {
 public:
  Prober(const Tuning& tuning, std::uint64_t seed, Time now);

  /// Does what is due and appends it to `out`; returns the members that failed their probe.
  std::vector<NodeId> tick(const MemberTable& table, Time now, std::vector<Letter>& out);
  /// When tick has something to do next.
  [[nodiscard]] Time next_wake(const MemberTable& table) const;

  void on_ack(NodeId from, std::uint32_t sequence, std::vector<Letter>& out);
  void on_nack(NodeId from, std::uint32_t sequence);
  /// Pings the target for somebody else.
  void on_ping_request(const Letter& asked_by, Time now, std::vector<Letter>& out);

  /// Gives a new member its place in the turn.
  void insert(NodeId id);
  /// Probes a member next: somebody suspects it.
  void probe_soon(NodeId id) { urgent_.push_back(id); }
  /// Forgets the probes under way without blaming anybody: this node itself was stopped.
  void drop_probes(Time now);
  LocalHealth& health() { return health_; }

 private:
  struct Probe {
    std::uint32_t sequence;
    NodeId target;
    Time direct_deadline;
    Time deadline;
    std::vector<NodeId> relays;
    std::vector<NodeId> nacks;
    bool went_indirect = false;
  };
  struct Errand {  // a ping for somebody else
    NodeId asker;
    Endpoint asker_at;
    std::uint32_t asker_sequence;
    Time nack_at;
    Time expires;
    bool nacked = false;
  };
  void begin(NodeId target, const MemberTable& table, Time now, std::vector<Letter>& out);
  static void ping(const Probe& probe, const Member& target, std::vector<Letter>& out);
  void go_indirect(Probe& probe, const MemberTable& table, std::vector<Letter>& out);
  void blame_self_for_missing_nacks(const Probe& probe);
  void run_errands(Time now, std::vector<Letter>& out);
  NodeId next_target(const MemberTable& table);
  [[nodiscard]] bool can_probe(const MemberTable& table, NodeId id) const;

  Tuning tuning_;
  Draws draws_;
  LocalHealth health_;
  std::vector<Probe> probes_;
  std::map<std::uint32_t, Errand> errands_;
  std::vector<NodeId> turn_;
  std::size_t next_in_turn_ = 0;
  std::deque<NodeId> urgent_;
  Time next_probe_at_;
  std::uint32_t last_sequence_ = 0;
};

}  // namespace neve::cluster::gossip

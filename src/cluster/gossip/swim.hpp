#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <neve/base/wire.hpp>

#include "cluster/gossip/draws.hpp"
#include "cluster/gossip/member_table.hpp"
#include "cluster/gossip/packet.hpp"
#include "cluster/gossip/prober.hpp"
#include "cluster/gossip/rumours.hpp"
#include "cluster/gossip/suspicion.hpp"
#include "cluster/gossip/tuning.hpp"

namespace neve::cluster::gossip {

/// A packet's body to be sealed and sent; `to` is 0 where only the address is known.
struct Outgoing {
  NodeId to;
  Endpoint at;
  wire::Bytes body;
};

/// A packet's body as the seal gave it back.
struct Incoming {
  NodeId from;
  Endpoint at;
  bool was_for_me = true;  ///< sealed for this NodeId, not for whoever lives at this address
  std::span<const std::byte> body;
};

/// One node's part in the gossip: SWIM (Das, Gupta, Motivala 2002) with Lifeguard's local health,
/// suspicion and buddy system (Dadgar, Phillips, Currey 2017). A state machine without I/O: the
/// caller hands in packets and the time, and then takes what is to be sent, what happened, and when
/// to call `tick` at the latest. One thread.
///
/// It proposes only. A death is gossip's verdict until the view commits it and its owner calls
/// `evict`; a member that is dead by gossip alone refutes as soon as it hears of that. A member
/// that carries this cluster's id but is in no view was evicted long ago: evict it again.
class Swim {
 public:
  struct Options {
    NodeId id;  ///< drawn for each process start, never used again
    MemberInfo self;
    std::uint64_t seed = 0;
    Tuning tuning = {};
  };
  Swim(const Options& options, Time now);

  /// False if the body is no packet.
  bool receive(const Incoming& packet, Time now);
  void tick(Time now);
  /// Looks for members at these addresses, until somebody lives at each, and whenever nobody does.
  void seek(std::vector<Endpoint> addresses, Time now);
  /// Says goodbye; after `has_left` the process may end.
  void leave(Time now);
  /// The view has removed this member.
  void evict(NodeId id, Time now);
  /// The view has this node in it: from now on it carries the cluster's id, and no other's is
  /// heard.
  void adopt_cluster(ClusterId cluster, Time now);
  /// Tells the others what changed: flags, REST address, about. Endpoint and cluster stay.
  void describe(const MemberInfo& info, Time now);

  [[nodiscard]] Time next_wake() const;
  std::vector<Outgoing> take_packets() { return std::exchange(packets_, {}); }
  std::vector<Event> take_events() { return std::exchange(events_, {}); }

  /// Everything this node believes, itself included.
  [[nodiscard]] const MemberTable::Members& members() const { return table_.members(); }
  [[nodiscard]] const Member& self() const { return table_.self(); }
  [[nodiscard]] bool is_evicted() const { return phase_ == Phase::evicted; }
  /// Whoever was evicted has nobody to say goodbye to.
  [[nodiscard]] bool has_left() const {
    return phase_ == Phase::left || phase_ == Phase::evicted ||
           (phase_ == Phase::leaving && rumours_.empty());
  }
  /// Lifeguard's local health: 0 is well.
  [[nodiscard]] int health() { return prober_.health().score(); }
  /// The suspicion that this member is under.
  [[nodiscard]] const Suspicion* suspicion_of(NodeId id) const;

  /// Push-pull over any transport: one side's whole state, which the other merges.
  [[nodiscard]] wire::Bytes full_state() const;
  /// False if the bytes are no state; then nothing is merged.
  bool merge_state(std::span<const std::byte> bytes, Time now);

 private:
  enum class Phase : std::uint8_t { member, leaving, left, evicted };

  // swim.cpp: what comes in, what goes out, when.
  void handle(const Packet& packet, const Incoming& from, Time now);
  void handle_stall(Time now);
  void end_suspicions(Time now);
  void forget_old(Time now);
  void gossip(Time now);
  void seek_somebody(Time now);
  void post(Letter letter);
  void answer(const Incoming& to, Packet packet);
  [[nodiscard]] bool accuses_self(const Packet& packet) const;
  void answer_evicted(const Packet& packet, const Incoming& from);
  void flush();
  [[nodiscard]] int retransmit_limit() const;

  // swim_news.cpp: what is believed.
  void hear(const Update& update, Time now);
  void hear_of_self(const Update& update, Time now);
  void meet(const Update& update, Time now);
  void hear_alive(const Member& member, const Update& update, Time now);
  void hear_accusation(const Member& member, const Update& update, Time now);
  void hear_end(const Member& member, const Update& update, Time now);
  void suspect(NodeId id, const Update& update, Time now);
  void accuse(NodeId id, Time now);
  void announce_self(const MemberInfo& info, std::uint32_t above);
  void spread(const Update& update);
  void report(EventKind kind, const Member& member);
  [[nodiscard]] Suspicion::Limits suspicion_limits() const;
  [[nodiscard]] bool is_foreign(const Update& update) const;

  // swim_sync.cpp: whole states.
  void compare_digests(const Packet& packet, const Incoming& from, Time now);
  void answer_sync(const Packet& request, const Incoming& from);
  void request_sync(NodeId id, const Endpoint& at, bool wants_back);
  [[nodiscard]] std::vector<wire::Bytes> state_pages(std::size_t page_bytes) const;

  Tuning tuning_;
  Draws draws_;
  MemberTable table_;
  Prober prober_;
  Rumours rumours_;
  std::map<NodeId, Suspicion> suspicions_;
  std::vector<Endpoint> seeds_;
  Phase phase_ = Phase::member;

  std::vector<Letter> letters_;
  std::vector<Outgoing> packets_;
  std::vector<Event> events_;
  bool has_fresh_news_ = false;  // that have not gone out yet
  Time last_gossip_at_;
  Time next_seek_at_;
  Time next_forget_at_;
  struct Difference {
    Time since;
    std::uint64_t mine;  // this node's digest all the while
  };
  std::optional<Difference> difference_;  // from the digest of some other
  std::optional<Time> promised_wake_;
};

}  // namespace neve::cluster::gossip

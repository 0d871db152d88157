#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <neve/base/wire.hpp>

#include "cluster/api/join_list.hpp"
#include "cluster/gossip/seal.hpp"
#include "cluster/gossip/swim.hpp"

namespace neve::cluster::gossip {

/// Swim and Seal on a UDP socket, with a thread of their own at the system's normal priority, which
/// is above that of compute threads. One for each node. All methods may be called from any thread,
/// the listener's included but for `leave` and the destructor.
class UdpGossip {
 public:
  struct Options {
    Swim::Options member;
    ClusterKey key{};
    Endpoint bind;  ///< port 0 takes a free one
  };
  struct Counters {
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_received = 0;
    std::uint64_t send_errors = 0;
    std::array<std::uint64_t, kDropCauses> drops{};  ///< of packets received, by DropCause
  };
  /// Called on gossip's thread, which waits for it: hand on what takes long.
  using Listener = std::function<void(const Event&)>;

  /// Takes the port and starts; InputError if the port is taken or the address is not this
  /// machine's. An endpoint that `member` leaves at port 0 becomes the bound one; one without
  /// address is learnt from the first node that answers.
  UdpGossip(const Options& options, Listener listener);
  /// Ends without a word; others see a crash unless `leave` came before.
  ~UdpGossip();
  UdpGossip(const UdpGossip&) = delete;
  UdpGossip& operator=(const UdpGossip&) = delete;

  void seek(std::vector<Endpoint> addresses);
  void adopt_cluster(ClusterId cluster);
  void evict(NodeId id);
  void describe(const MemberInfo& info);
  /// Says goodbye and waits until that is said, a second at most.
  void leave();

  /// What this node believes now, itself included.
  [[nodiscard]] MemberTable::Members members() const;
  [[nodiscard]] Endpoint endpoint() const;
  [[nodiscard]] Counters counters() const;
  /// Push-pull over another transport: this side's state, and taking in the other's (false if the
  /// bytes are none).
  [[nodiscard]] wire::Bytes full_state() const;
  bool merge_state(std::span<const std::byte> state);

 private:
  class Driver;
  std::unique_ptr<Driver> driver_;
};

/// Gossip's endpoints of the nodes of a list, as the names resolve now; names that do not are left
/// out. Of a name's addresses those of version 4 count, if there are any, so that a node has one.
std::vector<Endpoint> resolve(const JoinList& list);

}  // namespace neve::cluster::gossip

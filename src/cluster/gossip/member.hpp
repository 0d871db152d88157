#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include <neve/base/ids.hpp>

namespace neve::cluster::gossip {

/// A monotonic clock's time; where it starts does not matter.
using Time = std::chrono::nanoseconds;

/// Names a cluster for ever; 0 while a node belongs to none.
using ClusterId = StrongId<struct ClusterIdTag, std::uint64_t>;

/// An IP address (version 4 as ::ffff:a.b.c.d) and a port. Ordered by address, then port.
struct Endpoint {
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;
  static Endpoint v4(std::array<std::uint8_t, 4> address, std::uint16_t port);
  [[nodiscard]] bool is_v4() const;
  /// Whether the address is 0.0.0.0 or ::, which nobody can be reached at.
  [[nodiscard]] bool is_unspecified() const;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// A NodeId for this process start, from the operating system's randomness; never 0.
NodeId draw_node_id();

/// What a member says of itself; each change comes with a higher incarnation.
struct MemberInfo {
  /// Bits of `flags`.
  static constexpr std::uint8_t kWitness = 1;    ///< votes, but holds no data; founds no cluster
  static constexpr std::uint8_t kReturning = 2;  ///< evicted before: knows that there is a cluster
  static constexpr std::size_t kMostAddressBytes = 128;
  static constexpr std::size_t kMostAboutBytes = 160;

  Endpoint endpoint;         ///< gossip on UDP, calls on TCP
  std::string rest_address;  ///< host:port; at most kMostAddressBytes
  ClusterId cluster;         ///< 0 until the node is part of one
  std::uint8_t flags = 0;
  std::vector<std::byte> about;  ///< for the floors above; at most kMostAboutBytes
  friend bool operator==(const MemberInfo&, const MemberInfo&) = default;
};

/// What is believed of a member. `dead` is gossip's verdict, which the member may still refute; the
/// last two are for ever.
enum class MemberState : std::uint8_t {
  alive,
  suspect,
  dead,
  left,     ///< by its own word
  evicted,  ///< by the view's word; only a new NodeId can come back
};
constexpr bool is_final(MemberState state) { return state >= MemberState::left; }

/// A process start of a node, as gossip knows it.
struct Member {
  NodeId id;
  std::uint32_t incarnation = 0;  ///< only the member itself raises it
  MemberState state = MemberState::alive;
  MemberInfo info;
  std::uint32_t info_incarnation = 0;  ///< what `info` is from; an accusation brings none
  Time since{0};                       ///< when `state` became so
};

/// What changed, for the floors above. Deaths are proposals until the view commits them; so are
/// joins.
enum class EventKind : std::uint8_t {
  joined,         ///< a member that was not known
  updated,        ///< its info changed
  suspected,      ///< it does not answer somebody
  refuted,        ///< it was suspected or declared dead, and is alive
  declared_dead,  ///< nobody could reach it for as long as the suspicion lasts
  left,           ///< it said goodbye
  evicted,        ///< the view removed it. The node itself starts anew: a new NodeId, kReturning
};
struct Event {
  EventKind kind;
  Member member;
};

}  // namespace neve::cluster::gossip

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cluster/gossip/bootstrap.hpp"
#include "cluster/gossip/seal.hpp"
#include "cluster/gossip/swim.hpp"
#include "simulator/world.hpp"

namespace neve::simulator {

namespace gossip = cluster::gossip;

/// Where a host of the world is reached, and the host that is reached there.
gossip::Endpoint endpoint_of(HostIndex host);
HostIndex host_at(const gossip::Endpoint& endpoint);

/// The beginning of an id, for traces.
std::string name_of(NodeId id);

class GossipNode;

/// Sees what happens to the nodes, and stands in for the view that Raft commits.
class GossipObserver {
 public:
  virtual ~GossipObserver() = default;
  virtual void on_event(GossipNode& node, const gossip::Event& event) = 0;
  /// A packet passed the seal.
  virtual void on_accepted(GossipNode& node, NodeId sender, std::uint64_t counter) = 0;
  /// Carries a sealed packet.
  virtual void send(GossipNode& node, HostIndex to, wire::Bytes packet) = 0;
  /// The node would found a cluster: its id, or none if it may not.
  virtual std::optional<gossip::ClusterId> found(GossipNode& node) = 0;
  /// The node would join a cluster: whether the view has taken it in.
  virtual bool admit(GossipNode& node, gossip::ClusterId cluster) = 0;
};

/// What a process of a gossiping node is started with.
struct GossipSetup {
  std::string cluster_name = "simulated";
  std::vector<gossip::Endpoint> join;
  std::size_t expect = 1;
  bool is_returning = false;  ///< after an eviction
};

/// One process that gossips: Swim, Seal and Bootstrap bound to a host of the world.
class GossipNode final : public Actor {
 public:
  GossipNode(Host& host, const GossipSetup& setup, GossipObserver& observer);
  void receive(HostIndex from, Channel channel, std::span<const std::byte> bytes) override;

  [[nodiscard]] Host& host() { return host_; }
  [[nodiscard]] NodeId id() const { return swim_.self().id; }
  [[nodiscard]] gossip::ClusterId cluster() const { return swim_.self().info.cluster; }
  [[nodiscard]] gossip::Swim& swim() { return swim_; }
  void evict(NodeId id);
  [[nodiscard]] std::uint64_t drops(gossip::DropCause cause) const {
    return drops_.at(static_cast<std::size_t>(cause));
  }

 private:
  void settle();
  void decide();
  void schedule();

  Host& host_;
  GossipObserver& observer_;
  gossip::Swim swim_;
  gossip::Seal seal_;
  gossip::Bootstrap bootstrap_;
  std::array<std::uint64_t, gossip::kDropCauses> drops_{};
  Time scheduled_ = Time::max();
};

}  // namespace neve::simulator

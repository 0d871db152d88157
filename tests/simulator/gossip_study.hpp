#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/gossip_node.hpp"
#include "simulator/world.hpp"

namespace neve::simulator {

/// How a cluster of some size gossips: bytes at rest, how soon all nodes see a join, how soon all
/// hold a crashed node dead by their own judgement (no view helps), and whether anybody is declared
/// dead who is not.
class GossipStudy final : public GossipObserver {
 public:
  struct Options {
    std::uint64_t seed = 1;
    int nodes = 5;
    int events = 100;
    double loss = 0;
    Time delay{0};  ///< one way, on every link; 0: up to 0.8 ms
  };
  static constexpr std::string_view kHeading =
      "nodes | bytes/s a node sends at rest (UDP payload) | packets/s | join seen by all p50, p99, "
      "max "
      "(ms) | death agreed p50, p99, max (ms) | suspicions and false deaths at rest, per node-hour";

  explicit GossipStudy(const Options& options);
  /// One line under kHeading.
  std::string run();

  void on_event(GossipNode& node, const gossip::Event& event) override;
  void on_accepted(GossipNode& node, NodeId sender, std::uint64_t counter) override;
  void send(GossipNode& node, HostIndex to, wire::Bytes packet) override;
  std::optional<gossip::ClusterId> found(GossipNode& node) override;
  bool admit(GossipNode& node, gossip::ClusterId cluster) override;

 private:
  struct Rest {
    double bytes_per_second = 0;
    double packets_per_second = 0;
    double suspicions_per_hour = 0;
    double false_deaths_per_hour = 0;
  };
  [[nodiscard]] GossipNode& node_at(int host) const;
  Rest rest();
  /// How long until all others have seen `wanted` of the watched member.
  Time until_all_saw(gossip::EventKind wanted);

  World world_;
  Dice dice_;
  Options options_;
  std::optional<gossip::ClusterId> cluster_;
  NodeId watched_;
  std::map<gossip::EventKind, std::set<NodeId>> saw_;  // who saw what of the watched member
  std::map<gossip::EventKind, std::uint64_t> counts_;
  std::uint64_t bytes_sent_ = 0;
  std::uint64_t packets_sent_ = 0;
};

}  // namespace neve::simulator

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "simulator/faults.hpp"
#include "simulator/gossip_node.hpp"
#include "simulator/world.hpp"

namespace neve::simulator {

/// A world of gossiping nodes under faults, the view that a majority would commit, and what must
/// hold all the while. The first thing that does not is kept as `failure`.
class GossipCluster final : public GossipObserver {
 public:
  struct Options {
    std::uint64_t seed = 0;
    int nodes = 5;
    int faults = 24;
    Time length = std::chrono::seconds(120);
    std::size_t trace_lines = 0;
  };
  explicit GossipCluster(const Options& options);

  /// Runs the whole time, or up to the first failure.
  void run();
  [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }
  [[nodiscard]] const World& world() const { return world_; }
  [[nodiscard]] int faults_struck() const { return faults_->struck(); }
  [[nodiscard]] std::uint64_t deaths() const { return deaths_; }
  [[nodiscard]] std::uint64_t drops(gossip::DropCause cause) const {
    return drops_.at(static_cast<std::size_t>(cause));
  }

  void on_event(GossipNode& node, const gossip::Event& event) override;
  void on_accepted(GossipNode& node, NodeId sender, std::uint64_t counter) override;
  void send(GossipNode& node, HostIndex to, wire::Bytes packet) override;
  std::optional<gossip::ClusterId> found(GossipNode& node) override;
  bool admit(GossipNode& node, gossip::ClusterId cluster) override;

 private:
  /// A committed view: one cluster's members.
  struct View {
    std::map<NodeId, HostIndex> members;
    std::map<NodeId, Time> unknown_since = {};  ///< members of whom nobody knows
  };
  void start_intruder(const Options& options);
  void fail(const std::string& what);
  void check_death(GossipNode& observer, NodeId dead);
  void check_converged();
  void commit_views();
  void commit(View& view);
  bool is_long_unknown(View& view, const std::vector<GossipNode*>& nodes, NodeId id);
  void restart(HostIndex host, NodeId evicted);
  [[nodiscard]] GossipNode* node_at(HostIndex host) const;
  [[nodiscard]] GossipNode* node_of(NodeId id) const;
  [[nodiscard]] std::vector<GossipNode*> working(const View& view) const;
  [[nodiscard]] bool may_strike(std::span<const HostIndex> hosts) const;
  [[nodiscard]] std::string describe(GossipNode& node) const;

  World world_;
  Dice dice_;
  Time length_;
  int nodes_;
  HostIndex intruder_;
  std::unique_ptr<FaultInjector> faults_;
  std::map<gossip::ClusterId, View> views_;
  std::set<HostIndex> returning_;             // whose next start follows an eviction
  std::map<NodeId, HostIndex> hosts_of_ids_;  // of all process starts, ever
  std::map<std::pair<NodeId, NodeId>, Time> suspected_at_;
  std::set<std::tuple<NodeId, NodeId, std::uint64_t>> accepted_;
  std::array<std::uint64_t, gossip::kDropCauses> drops_{};
  std::uint64_t deaths_ = 0;
  std::optional<std::string> failure_;
};

}  // namespace neve::simulator

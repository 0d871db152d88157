#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "cluster/api/agreement.hpp"
#include "cluster/gossip/udp_gossip.hpp"
#include "cluster/steward_removals.hpp"

namespace neve::cluster {

/// Keeps what a node's gossip believes and what the cluster has agreed on together: where this node
/// leads, proposes that those be removed who are dead (Removals); tells the layers below of
/// members that the view has lost; notices when the others have gone on without this node. Only
/// compares states, so that no event can be missed. One thread.
class Steward {
 public:
  /// What it may do. Called on its thread.
  struct Hands {
    std::function<void()> company;     ///< this node is not alone any more
    std::function<void(NodeId)> gone;  ///< the view has lost a member
    std::function<void()> evicted;     ///< this node is none; called once
  };
  /// This node is a member. What is given outlives this.
  Steward(NodeId self, Agreement& agreement, gossip::UdpGossip& gossip, Hands hands);
  ~Steward();
  Steward(const Steward&) = delete;
  Steward& operator=(const Steward&) = delete;
  /// Gossip has news: look at once. From any thread; does not block.
  void notice(const gossip::Event& event);

 private:
  void work(const std::stop_token& stop);
  void open_the_door();
  void keep_vote(const std::stop_token& stop);
  void compare_views();
  void propose_removals();

  NodeId self_;
  Agreement& agreement_;
  gossip::UdpGossip& gossip_;
  Hands hands_;
  std::shared_ptr<const ClusterView> seen_;
  Removals removals_;
  bool evicted_ = false;
  bool complained_ = false;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool news_ = true;
  bool evicted_by_gossip_ = false;
  std::jthread thread_;  // last, so that it ends before what it uses
};

}  // namespace neve::cluster

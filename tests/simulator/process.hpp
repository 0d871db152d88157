#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "cluster/raft/raft_core.hpp"
#include "cluster/raft/replicated_state.hpp"
#include "cluster/raft/voters.hpp"
#include "cluster/steward_removals.hpp"
#include "simulator/agreement_client.hpp"
#include "simulator/copies.hpp"
#include "simulator/data_ledger.hpp"
#include "simulator/gossip_node.hpp"
#include "simulator/jobs.hpp"
#include "simulator/mail.hpp"
#include "simulator/raft_ledger.hpp"
#include "simulator/replica.hpp"
#include "simulator/writer.hpp"

namespace neve::simulator {

/// What is known of a simulated cluster from above: who runs where, what was promised to whom, and
/// the latest view.
struct ClusterTruth {
  RaftLedger raft;
  DataLedger data;
  std::map<NodeId, HostIndex> hosts;  ///< of every process start
  cluster::ClusterView view;          ///< the latest that anybody has applied
  int founded = 0;
  bool clients_rest = false;  ///< they begin nothing new
  Channel channel = Channel::stream;
  cluster::raft::CoreSettings settings;
  std::int32_t copies = 2;
  /// A process was evicted and ends; its host is to start another.
  std::function<void(HostIndex, NodeId)> restart;
  /// Somebody has applied a view that nobody had before.
  std::function<void(const cluster::ClusterView& before)> view_changed;
};

/// A process of a simulated cluster, made of the state machines of a real node: gossip proposes
/// deaths, Raft agrees on the view and on commands, the steward's rules connect the two, and the
/// store applies. What a real node does on threads (cluster::ClusterNode, Agreement, Steward and
/// mr's writers and copier) is done here on ticks.
class Process final : public Actor, public GossipObserver {
 public:
  Process(Host& host, const GossipSetup& setup, ClusterTruth& truth);
  ~Process() override;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  void receive(HostIndex from, Channel channel, std::span<const std::byte> bytes) override;

  [[nodiscard]] NodeId id() const { return gossip_.id(); }
  [[nodiscard]] GossipNode& gossip() { return gossip_; }
  [[nodiscard]] cluster::raft::CoreStatus status() const { return core_->status(); }
  [[nodiscard]] const cluster::ClusterView& view() const { return *seen_; }
  [[nodiscard]] const Replica& replica() const { return replica_; }
  [[nodiscard]] bool is_member() const { return state_.view()->find(id()) != nullptr; }
  [[nodiscard]] bool is_busy() const {
    return client_->waiting() > 0 || writer_->busy() || jobs_->busy();
  }

  void on_event(GossipNode& node, const gossip::Event& event) override;
  void on_accepted(GossipNode& node, NodeId sender, std::uint64_t counter) override;
  void send(GossipNode& node, HostIndex to, wire::Bytes packet) override;
  std::optional<gossip::ClusterId> found(GossipNode& node) override;
  bool admit(GossipNode& node, gossip::ClusterId cluster) override;

 private:
  void make_parts();
  void post(NodeId to, MailKind kind, std::uint64_t number, wire::Bytes bytes);
  void send_raft(NodeId to, wire::Bytes message);
  void take(Mail mail);
  void tick();
  void work();
  void observe();
  void compare_views();
  void propose_removals(const cluster::raft::CoreStatus& status);
  void change_view(cluster::ViewChange::Kind kind, NodeId member);
  void commit(store::Command command, std::function<void(const store::Applied&)> done);
  void read();
  void leave();
  [[nodiscard]] std::uint64_t now_ms() const;

  Host& host_;
  ClusterTruth& truth_;
  GossipNode gossip_;
  Replica replica_;
  cluster::raft::ReplicatedState state_;
  std::unique_ptr<cluster::raft::RaftCore> core_;
  cluster::raft::VoterKeeper keeper_;
  cluster::Removals removals_;
  std::unique_ptr<AgreementClient> client_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Copies> copies_;
  std::unique_ptr<Jobs> jobs_;

  std::shared_ptr<const cluster::ClusterView> seen_;
  std::set<NodeId> changing_;    ///< whose joining or leaving is under way
  std::set<NodeId> confirming_;  ///< who is to be removed, once a majority answers
  bool began_ = false;
  bool evicted_ = false;
  bool ended_ = false;
  std::uint64_t evicted_ms_ = 0;
  std::uint64_t leader_ms_ = 0;  ///< when a leader was known last, once evicted
  std::uint64_t asked_ms_ = 0;
  std::uint64_t next_read_ms_ = 0;
  std::uint64_t next_check_ms_ = 0;
  std::uint64_t next_number_ = 1;
  std::uint64_t ready_term_ = 0;
};

}  // namespace neve::simulator

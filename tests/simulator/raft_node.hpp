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
#include "simulator/raft_ledger.hpp"
#include "simulator/world.hpp"

namespace neve::simulator {

/// What the nodes of one simulated cluster share: who is where, as gossip would tell, and the
/// ledger.
struct RaftCluster {
  RaftLedger ledger;
  std::map<NodeId, HostIndex> hosts;  ///< of every process start
  std::uint64_t next_id = 1;
  bool founded = false;
  bool clients_rest = false;  ///< no new commands
  Channel channel = Channel::datagram;
  cluster::raft::CoreSettings settings;
};

/// The application of a simulated node: the history of all commands.
class Journal final : public cluster::Application {
 public:
  Journal(RaftCluster& shared, NodeId self) : shared_(shared), self_(self) {}
  wire::Bytes apply(std::uint64_t index, std::span<const std::byte> command) override;
  [[nodiscard]] wire::Bytes snapshot() const override;
  void restore(std::span<const std::byte> snapshot) override;
  void view_changed(const cluster::ClusterView& view) override;
  [[nodiscard]] const std::vector<std::uint64_t>& history() const { return history_; }
  [[nodiscard]] bool was_member() const { return was_member_; }

 private:
  RaftCluster& shared_;
  NodeId self_;
  std::vector<std::uint64_t> history_;
  std::uint64_t digest_ = 0;
  bool was_member_ = false;
};

/// A node of a simulated cluster: a replica, its voter keeper, a client that commits and reads
/// through whatever node leads, as Agreement does, and, in place of gossip, a leader that declares
/// dead whom it has not heard of for five seconds.
class RaftNode final : public Actor {
 public:
  RaftNode(Host& host, RaftCluster& shared);
  ~RaftNode() override {
    ++life_;  // what the replica answers at its end comes to nothing
  }
  RaftNode(const RaftNode&) = delete;
  RaftNode& operator=(const RaftNode&) = delete;
  void receive(HostIndex from, Channel channel, std::span<const std::byte> bytes) override;

  [[nodiscard]] NodeId id() const { return id_; }
  [[nodiscard]] cluster::raft::CoreStatus status() const { return core_->status(); }
  [[nodiscard]] const cluster::ClusterView view() const { return *state_->view(); }
  [[nodiscard]] const std::vector<std::uint64_t>& history() const { return journal_->history(); }
  [[nodiscard]] bool is_member() const { return view().find(id_) != nullptr; }
  [[nodiscard]] std::size_t waiting() const { return requests_.size(); }

 private:
  enum class Kind : std::uint8_t { raft, request, answer, admit, who_am_i, evicted };
  struct Packet;
  /// A command or a read on its way.
  struct Request {
    wire::Bytes envelope;  ///< empty: a read
    std::uint64_t command = 0;
    std::uint64_t acknowledged_before = 0;
    std::uint64_t tried_ms = 0;
    std::optional<std::uint64_t> index;  ///< decided; waits to be applied here
    bool is_view_change = false;
    NodeId subject;  ///< of a view change
  };

  void begin();
  void tick();
  void observe();
  void send(NodeId to, Kind kind, std::uint64_t number, wire::Bytes bytes);
  void send_to_all(Kind kind, wire::Bytes bytes);
  void on_request(NodeId from, std::uint64_t number, wire::Bytes bytes);
  void on_answer(std::uint64_t number, const cluster::raft::Result& result);
  void on_admit(const wire::Bytes& bytes);
  void on_who_am_i(NodeId from, std::uint64_t epoch);
  void answer_with(std::uint64_t life, NodeId from, std::uint64_t number,
                   cluster::raft::Result result);
  void make_requests();
  void try_requests();
  void try_request(std::uint64_t number, Request& request);
  void finish_requests();
  void change_view(cluster::ViewChange change);
  std::uint64_t add_command(cluster::raft::Envelope envelope);
  void look_for_dead();
  void seek_membership();
  [[nodiscard]] std::uint64_t now_ms() const;

  Host& host_;
  RaftCluster& shared_;
  NodeId id_;
  std::uint64_t life_ = 0;  ///< callbacks of an earlier replica come to nothing
  bool evicted_ = false;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<cluster::raft::ReplicatedState> state_;
  std::unique_ptr<cluster::raft::RaftCore> core_;
  std::unique_ptr<cluster::raft::VoterKeeper> keeper_;

  std::map<std::uint64_t, Request> requests_;  ///< by sequence
  std::uint64_t next_sequence_ = 1;
  std::uint64_t next_command_ms_ = 0;
  std::uint64_t next_read_ms_ = 0;
  std::uint64_t next_search_ms_ = 0;
  std::uint64_t leader_seen_ms_ = 0;
  std::uint64_t led_since_ms_ = 0;
  std::uint64_t ticked_ms_ = 0;
  std::map<NodeId, std::uint64_t> member_since_ms_;  ///< as the leader knows
  std::uint64_t ready_term_ = 0;
};

}  // namespace neve::simulator

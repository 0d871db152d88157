#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "cluster/raft/raft_core.hpp"
#include "cluster/raft/replicated_state.hpp"
#include "simulator/mail.hpp"

namespace neve::simulator {

class RaftLedger;

/// What cluster::Agreement is for a real node, as a state machine: commits and reads through
/// whatever process leads, again and again until it is done and applied here; answers others while
/// this one leads.
class AgreementClient {
 public:
  using Envelope = cluster::raft::Envelope;
  using Reply = cluster::raft::Reply;
  /// Called once the command is applied here, or once all is applied that a read has to see.
  using Done = std::function<void(const Reply&)>;
  /// The core outlives this; what it answers later comes to nothing.
  AgreementClient(NodeId self, cluster::raft::RaftCore& core, RaftLedger& ledger, Post post);

  void commit(Envelope::Target target, wire::Bytes body, Done done);
  /// As cluster::Agreement::remove: given up, with an empty reply, as soon as this one does not
  /// lead.
  void commit_as_leader(Envelope::Target target, wire::Bytes body, Done done);
  void read(Done done);
  /// Tries again what was not answered. To be called each 50 ms or so.
  void tick(std::uint64_t now_ms);
  /// Calls back for what is decided and applied by now.
  void finish();
  void on_request(NodeId from, std::uint64_t number, wire::Bytes bytes);
  void on_answer(std::uint64_t number, std::span<const std::byte> bytes);
  [[nodiscard]] std::size_t waiting() const { return requests_.size(); }

 private:
  struct Answer;
  struct Request {
    wire::Bytes envelope;  ///< empty: a read
    Done done;
    bool as_leader = false;
    std::uint64_t tried_ms = 0;
    std::optional<std::uint64_t> index;  ///< decided; waits to be applied here
    Reply reply;
  };
  void take(std::uint64_t number, const cluster::raft::Result& result);
  void give_up_as_leader();
  void try_once(std::uint64_t number, std::uint64_t now_ms);

  NodeId self_;
  cluster::raft::RaftCore& core_;
  RaftLedger& ledger_;
  Post post_;
  std::map<std::uint64_t, Request> requests_;  ///< by sequence
  std::uint64_t next_sequence_ = 1;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace neve::simulator

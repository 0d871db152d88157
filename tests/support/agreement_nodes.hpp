#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "cluster/api/agreement.hpp"
#include "cluster/api/transport.hpp"

namespace neve::test {

/// Agreement between nodes of one process: requests over a QueueNetwork, Raft's messages straight
/// into the others' queues. A node can be cut off.
class AgreementNodes {
 public:
  struct Node {
    std::unique_ptr<cluster::QueueTransport> transport;
    cluster::Inbox inbox;
    std::unique_ptr<cluster::Agreement> agreement;
  };

  ~AgreementNodes() {
    // First nobody sends any more, then everybody goes.
    for (const auto& [id, node] : nodes_) cut(id.value());
    for (const auto& [id, node] : nodes_) node->agreement.reset();
  }

  /// Makes a node around an application; the first one founds the cluster, others are admitted by
  /// it.
  Node& add(std::uint64_t number, cluster::Application& application) {
    const NodeId id(number);
    cluster::AgreementSettings settings;
    settings.self = id;
    settings.election_timeout_ms = 200;
    settings.heartbeat_ms = 20;
    settings.snapshot_every = 50;
    settings.snapshot_trailing = 10;
    settings.patience = std::chrono::milliseconds(1500);
    Node& node = make(id);
    node.transport = std::make_unique<cluster::QueueTransport>(network_, id);
    node.agreement = std::make_unique<cluster::Agreement>(
        settings, application, *node.transport,
        [this, id](NodeId to, const std::string& service, const wire::Bytes& message) {
          post(id, to, service, message);
        });
    node.agreement->add_services(node.inbox);
    network_.join(id, node.inbox);
    return node;
  }
  void start(std::uint64_t number) {
    cluster::ClusterMember member;
    member.id = NodeId(number);
    member.rest_address = "node" + std::to_string(number) + ":54321";
    if (number == 1) return at(1).found(member);
    at(number).join();
    at(1).change_view({cluster::ViewChange::Kind::join, member});
  }

  cluster::Agreement& at(std::uint64_t number) { return *nodes_.at(NodeId(number))->agreement; }
  void cut(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    cut_.insert(NodeId(number));
    network_.leave(NodeId(number));
  }
  /// Waits until so many nodes vote, as node 1 knows.
  void await_voters(std::size_t voters) {
    while (at(1).status().voters.size() != voters) at(1).sync();
  }

 private:
  Node& make(NodeId id) {
    const std::lock_guard lock(mutex_);
    return *(nodes_[id] = std::make_unique<Node>());
  }
  void post(NodeId from, NodeId to, const std::string& service, const wire::Bytes& message) {
    const std::lock_guard lock(mutex_);
    const auto node = nodes_.find(to);
    if (node == nodes_.end() || cut_.contains(from) || cut_.contains(to)) return;
    cluster::Call call;
    node->second->inbox.handle(service, message, call);
  }

  cluster::QueueNetwork network_;
  std::mutex mutex_;
  std::set<NodeId> cut_;
  std::map<NodeId, std::unique_ptr<Node>> nodes_;
};

}  // namespace neve::test

#pragma once

#include <memory>
#include <vector>

#include <neve/mr/engine.hpp>

#include "mr/api/compute_node.hpp"
#include "support/rpc_nodes.hpp"

namespace neve::testing {

/// mr::LocalCluster over real connections: each node of this process has a port, and talks to the
/// others as if they were elsewhere.
class RpcCluster {
 public:
  RpcCluster(int nodes, int threads_each, std::int64_t memory_bytes_each,
             const mr::TaskList& tasks);
  ~RpcCluster();
  RpcCluster(const RpcCluster&) = delete;
  RpcCluster& operator=(const RpcCluster&) = delete;
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] mr::ComputeNode& node(std::size_t index) { return *nodes_.at(index)->compute; }
  [[nodiscard]] const cluster::Traffic& traffic(std::size_t index) const {
    return nodes_.at(index)->traffic;
  }

 private:
  struct Node {
    Node(const cluster::RpcSettings& settings, AddressBook& book, std::int64_t memory_bytes);
    Budget budget;
    cluster::Traffic traffic;
    cluster::GrpcTransport transport;
    std::unique_ptr<mr::ComputeNode> compute;
    std::unique_ptr<cluster::RpcServer> server;
  };

  AddressBook book_;
  store::LocalSequencer sequencer_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace neve::testing

#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cluster/api/rpc.hpp"

namespace neve::testing {

/// Who listens where, as nodes under test find each other. Thread-safe; outlives them.
class AddressBook {
 public:
  void set(NodeId node, std::string address);
  void remove(NodeId node);
  [[nodiscard]] std::optional<std::string> find(NodeId node) const;

 private:
  mutable std::mutex mutex_;
  std::map<NodeId, std::string> addresses_;
};

/// One node's transport and server on a port of 127.0.0.1, as two processes would have them. The
/// inbox is filled before start().
class RpcNode {
 public:
  static constexpr std::int64_t kMemory = std::int64_t{1} << 30U;
  RpcNode(AddressBook& book, cluster::RpcSettings settings, std::int64_t memory_bytes = kMemory);
  /// Listens, and enters its address; port 0 takes a free one.
  void start(int port = 0);
  void stop_server();
  [[nodiscard]] NodeId id() const { return settings_.self; }
  [[nodiscard]] int port() const;

  cluster::Inbox inbox;
  Budget budget;
  cluster::Traffic traffic;
  cluster::GrpcTransport transport;
  std::unique_ptr<cluster::RpcServer> server;

 private:
  AddressBook& book_;
  cluster::RpcSettings settings_;
};

}  // namespace neve::testing

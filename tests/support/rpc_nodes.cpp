#include "support/rpc_nodes.hpp"

namespace neve::testing {

void AddressBook::set(NodeId node, std::string address) {
  const std::lock_guard lock(mutex_);
  addresses_[node] = std::move(address);
}

void AddressBook::remove(NodeId node) {
  const std::lock_guard lock(mutex_);
  addresses_.erase(node);
}

std::optional<std::string> AddressBook::find(NodeId node) const {
  const std::lock_guard lock(mutex_);
  const auto at = addresses_.find(node);
  if (at == addresses_.end()) return std::nullopt;
  return at->second;
}

RpcNode::RpcNode(AddressBook& book, cluster::RpcSettings settings, std::int64_t memory_bytes)
    : budget(memory_bytes),
      transport(
          settings, [&book](NodeId node) { return book.find(node); }, budget, traffic),
      book_(book),
      settings_(std::move(settings)) {}

void RpcNode::start(int port) {
  server = std::make_unique<cluster::RpcServer>(settings_, "127.0.0.1:" + std::to_string(port),
                                                inbox, budget, traffic);
  book_.set(settings_.self, server->address());
}

void RpcNode::stop_server() { server.reset(); }

int RpcNode::port() const {
  const std::string& address = server->address();
  return std::stoi(address.substr(address.rfind(':') + 1));
}

}  // namespace neve::testing

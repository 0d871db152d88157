#include "cluster/api/transport.hpp"

#include <neve/base/error.hpp>

namespace neve::cluster {

void Inbox::add(std::string service, Handler handler) {
  const bool added = handlers_.emplace(service, std::move(handler)).second;
  NEVE_CHECK(added, "two handlers for " + service);
}

wire::Bytes Inbox::handle(std::string_view service, std::span<const std::byte> request) const {
  const auto at = handlers_.find(service);
  if (at == handlers_.end()) throw ClusterError("No service '" + std::string(service) + "' here.");
  return at->second(request);
}

void QueueNetwork::join(NodeId node, const Inbox& inbox) {
  const std::unique_lock lock(mutex_);
  inboxes_[node] = &inbox;
}

void QueueNetwork::leave(NodeId node) {
  const std::unique_lock lock(mutex_);
  inboxes_.erase(node);
}

const Inbox& QueueNetwork::connect(NodeId from, NodeId to) {
  const std::shared_lock lock(mutex_);
  const auto at = inboxes_.find(to);
  if (at == inboxes_.end() || !inboxes_.contains(from)) {
    throw ClusterError("The node has left the cluster.");
  }
  return *at->second;
}

std::future<wire::Bytes> QueueNetwork::call(NodeId from, NodeId to, std::string service,
                                            wire::Bytes request) {
  return std::async(std::launch::async,
                    [this, from, to, service = std::move(service), request = std::move(request)] {
                      wire::Bytes answer = connect(from, to).handle(service, request);
                      connect(from, to);  // the answer of a node that died meanwhile never arrives
                      return answer;
                    });
}

}  // namespace neve::cluster

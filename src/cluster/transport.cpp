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

std::future<wire::Bytes> QueueNetwork::call(NodeId to, std::string service, wire::Bytes request) {
  const Inbox* inbox = nullptr;
  {
    const std::shared_lock lock(mutex_);
    const auto at = inboxes_.find(to);
    if (at != inboxes_.end()) inbox = at->second;
  }
  return std::async(std::launch::async,
                    [inbox, service = std::move(service), request = std::move(request)] {
                      if (inbox == nullptr) throw ClusterError("The node has left the cluster.");
                      return inbox->handle(service, request);
                    });
}

std::future<wire::Bytes> NoTransport::call(NodeId /*to*/, std::string /*service*/,
                                           wire::Bytes /*request*/) {
  throw ClusterError("This node is not part of a cluster.");
}

}  // namespace neve::cluster

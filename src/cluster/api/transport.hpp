#pragma once

#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

namespace neve::cluster {

/// What a node answers: service name → handler of request bytes. Filled once by the wiring of the
/// node, before its transport starts; then only read. Handlers run on transport threads, many at
/// once.
class Inbox {
 public:
  using Handler = std::function<wire::Bytes(std::span<const std::byte>)>;
  /// A name that is there already is a bug.
  void add(std::string service, Handler handler);
  /// Throws whatever the handler throws; an unknown service is a ClusterError.
  wire::Bytes handle(std::string_view service, std::span<const std::byte> request) const;

 private:
  std::map<std::string, Handler, std::less<>> handlers_;
};

/// Carries requests to other nodes. Errors of the far side arrive as the typed error they were.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Starts a call; the future holds the answer, or throws.
  virtual std::future<wire::Bytes> call(NodeId to, std::string service, wire::Bytes request) = 0;
};

/// Several nodes in one process. Nothing but bytes passes between them, so that what works here
/// works over a network. Each call runs on a thread of its own; for tests.
class QueueNetwork {
 public:
  void join(NodeId node, const Inbox& inbox);
  /// As if the node had died: it reaches nobody any more, and what it is doing is not answered.
  void leave(NodeId node);
  std::future<wire::Bytes> call(NodeId from, NodeId to, std::string service, wire::Bytes request);

 private:
  /// Throws ClusterError unless both are there.
  const Inbox& connect(NodeId from, NodeId to);
  std::shared_mutex mutex_;
  std::map<NodeId, const Inbox*> inboxes_;
};

/// One node's way into a QueueNetwork.
class QueueTransport final : public Transport {
 public:
  QueueTransport(QueueNetwork& network, NodeId self) : network_(network), self_(self) {}
  std::future<wire::Bytes> call(NodeId to, std::string service, wire::Bytes request) override {
    return network_.call(self_, to, std::move(service), std::move(request));
  }

 private:
  QueueNetwork& network_;
  NodeId self_;
};

}  // namespace neve::cluster

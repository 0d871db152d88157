#include <map>
#include <set>

#include <neve/base/error.hpp>

#include "cluster/api/rpc.hpp"
#include "cluster/rpc/certificates.hpp"
#include "cluster/rpc/outbox.hpp"
#include "cluster/rpc/outgoing_call.hpp"
#include "cluster/rpc/protection.hpp"
#include "cluster/rpc/pulse.hpp"
#include "cluster/rpc/streams.hpp"
#include "cluster/rpc/threads.hpp"

namespace neve::cluster {

using rpc::Connection;
using rpc::Outbox;
using rpc::OutgoingCall;

namespace {

/// A node that this one has talked to.
struct Peer {
  std::string address;
  std::shared_ptr<Connection> connection;
  std::shared_ptr<rpc::Streams> streams;
  std::shared_ptr<Outbox> outbox;  ///< once something was sent one way
  std::set<std::shared_ptr<OutgoingCall>> calls;
};

Answer failed(const std::string& why) {
  std::promise<wire::Bytes> promise;
  promise.set_exception(std::make_exception_ptr(ClusterError(why)));
  return Answer(promise.get_future());
}

}  // namespace

struct GrpcTransport::Parts {
  Parts(const RpcSettings& s, Resolver r, Budget& b, Traffic& t)
      : settings(s),
        resolver(std::move(r)),
        budget(b),
        traffic(t),
        pulse(std::min(s.heartbeat, s.silence / 4)) {}
  /// The node's entry with a connection to where it is now; null where it is no member.
  Peer* find(NodeId node);
  void close(Peer& peer);
  void forget(NodeId node, const std::shared_ptr<OutgoingCall>& call);
  [[nodiscard]] rpc::Head head(NodeId to, std::string service) const {
    return {settings.cluster, settings.self, to, std::move(service), 0};
  }

  const RpcSettings settings;
  const Resolver resolver;
  Budget& budget;
  Traffic& traffic;
  std::mutex mutex;  ///< of the peers
  std::map<NodeId, Peer> peers;
  bool has_left = false;  ///< for good
  rpc::Pulse pulse;
  rpc::Threads threads;  ///< ends first: its jobs use all above
};

Peer* GrpcTransport::Parts::find(NodeId node) {
  const std::optional<std::string> address = has_left ? std::nullopt : resolver(node);
  if (!address) {
    if (const auto left = peers.find(node); left != peers.end()) {
      close(left->second);
      peers.erase(left);
    }
    return nullptr;
  }
  Peer& peer = peers[node];
  if (peer.address == *address) return &peer;
  rpc::require_protection(*address, settings);
  close(peer);
  peer.address = *address;
  peer.connection = rpc::library().connect({.address = *address,
                                            .credentials = settings.credentials,
                                            .peer_name = rpc::certificate_name(node),
                                            .silence_ms = settings.silence.count()});
  peer.streams = std::make_shared<rpc::Streams>(peer.connection);
  return &peer;
}

void GrpcTransport::Parts::close(Peer& peer) {
  for (const auto& call : peer.calls) call->stop(OutgoingCall::Stop::left);
  if (peer.outbox) peer.outbox->close();
  peer.outbox.reset();
}

void GrpcTransport::Parts::forget(NodeId node, const std::shared_ptr<OutgoingCall>& call) {
  pulse.forget(call);
  --traffic.open;
  const std::lock_guard lock(mutex);
  if (const auto at = peers.find(node); at != peers.end()) at->second.calls.erase(call);
}

GrpcTransport::GrpcTransport(const RpcSettings& settings, Resolver resolver, Budget& budget,
                             Traffic& traffic)
    : parts_(std::make_unique<Parts>(settings, std::move(resolver), budget, traffic)) {}

GrpcTransport::~GrpcTransport() {
  const std::lock_guard lock(parts_->mutex);
  for (auto& [node, peer] : parts_->peers) parts_->close(peer);
}

Answer GrpcTransport::call(NodeId to, std::string service, wire::Bytes request) {
  Parts& parts = *parts_;
  std::shared_ptr<OutgoingCall> call;
  {
    const std::lock_guard lock(parts.mutex);
    Peer* peer = parts.find(to);
    if (peer == nullptr) return failed("There is no " + rpc::name_of(to) + " in the cluster.");
    call = std::make_shared<OutgoingCall>(
        OutgoingCall::Target{peer->streams, rpc::name_of(to) + " at " + peer->address,
                             parts.settings.silence},
        parts.budget, parts.traffic);
    peer->calls.insert(call);
  }
  ++parts.traffic.calls;
  ++parts.traffic.open;
  parts.traffic.timeline.note(TimelineEvent::Kind::call, to, service, request.size());
  parts.pulse.watch(call);
  const auto promise = std::make_shared<std::promise<wire::Bytes>>();
  Answer answer(promise->get_future(), [weak = std::weak_ptr(call)] {
    if (const auto open = weak.lock()) open->stop(OutgoingCall::Stop::given_up);
  });
  const auto fail = [&parts, to, call, promise] {
    parts.forget(to, call);
    promise->set_exception(std::current_exception());
  };
  try {
    parts.threads.run([&parts, to, call, promise, fail, head = parts.head(to, std::move(service)),
                       request = std::move(request)] {
      try {
        wire::Bytes bytes = call->run(head, request);
        parts.traffic.timeline.note(TimelineEvent::Kind::answer, to, head.service, 0, bytes.size());
        parts.forget(to, call);
        promise->set_value(std::move(bytes));
      } catch (...) {
        fail();
      }
    });
  } catch (...) {
    fail();
  }
  return answer;
}

void GrpcTransport::send(NodeId to, std::string service, wire::Bytes message) {
  Parts& parts = *parts_;
  const std::lock_guard lock(parts.mutex);
  Peer* peer = parts.find(to);
  if (peer == nullptr) {
    ++parts.traffic.posts_dropped;
    return;
  }
  if (!peer->outbox) {
    const auto outbox = std::make_shared<Outbox>(
        peer->connection, Outbox::Limits{parts.settings.most_posts, parts.settings.most_post_bytes},
        parts.traffic);
    parts.threads.run([outbox] { outbox->run(); });
    peer->outbox = outbox;
  }
  peer->outbox->add(parts.head(to, std::move(service)), std::move(message));
}

std::size_t GrpcTransport::connections() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->peers.size();
}

void GrpcTransport::leave(NodeId node) {
  const std::lock_guard lock(parts_->mutex);
  const auto at = parts_->peers.find(node);
  if (at == parts_->peers.end()) return;
  parts_->close(at->second);
  parts_->peers.erase(at);
}

void GrpcTransport::leave_all() {
  const std::lock_guard lock(parts_->mutex);
  parts_->has_left = true;
  for (auto& [node, peer] : parts_->peers) parts_->close(peer);
  parts_->peers.clear();
}

}  // namespace neve::cluster

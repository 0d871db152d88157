#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <neve/base/budget.hpp>
#include <neve/base/ids.hpp>
#include <neve/cluster/timeline.hpp>

#include "cluster/api/security.hpp"
#include "cluster/api/transport.hpp"

namespace neve::cluster {

/// Why a node did not take what another sent.
enum class Refusal : std::uint8_t {
  no_certificate,       ///< anything but Join from somebody without one
  foreign_certificate,  ///< not signed by this cluster's authority
  expired_certificate,
  claimed_identity,  ///< says it is another node than its certificate names
  wrong_token,       ///< Join without this cluster's token
  other_cluster,
  wrong_node,  ///< meant for another node, which may have been at this address before
  overloaded,
};
inline constexpr std::size_t kRefusals = 8;
/// "no certificate"
std::string_view name_of(Refusal why);

/// What went between this node and others since its start; read by anybody at any time.
struct Traffic {
  using Counter = std::atomic<std::uint64_t>;
  Counter calls{0};       ///< made
  Counter answered{0};    ///< requests of others
  Counter open{0};        ///< calls and requests of others that are under way
  Counter bytes_sent{0};  ///< of messages, without envelopes
  Counter bytes_received{0};
  Counter heartbeats{0};     ///< sent while work went on
  Counter posts_dropped{0};  ///< one-way messages that were too many or that failed
  std::array<Counter, kRefusals> refused{};
  Timeline timeline = {};  ///< of calls, and of what gossip finds out
  [[nodiscard]] std::uint64_t refused_for(Refusal why) const {
    return refused.at(static_cast<std::size_t>(why)).load();
  }
};

/// How one node talks to others.
struct RpcSettings {
  NodeId self;
  std::uint64_t cluster = 0;  ///< the cluster's random id; messages of another one are refused
  Credentials credentials;    ///< empty: plain text, which needs loopback or insecure_cluster
  bool insecure_cluster = false;
  /// A call whose far side gives no sign of life for so long has failed. The whole call may take
  /// any time.
  std::chrono::milliseconds silence{10'000};
  std::chrono::milliseconds heartbeat{250};
  /// Requests in hand at once; more are refused, as a waiting one might be what others wait for.
  std::size_t most_requests = 1024;
  std::size_t most_posts = 512;                          ///< waiting for one node
  std::size_t most_post_bytes = std::size_t{16} << 20U;  ///< likewise
};

/// Calls to other nodes over gRPC: one connection for each, messages of any size in frames.
/// Thread-safe.
class GrpcTransport final : public Transport {
 public:
  /// host:port of a node; nothing where it is no member (any more). Asked often and under a lock:
  /// it must be quick and not call back.
  using Resolver = std::function<std::optional<std::string>(NodeId)>;
  /// The budget pays for large answers while they come in, and outlives the transport, as does
  /// `traffic`.
  GrpcTransport(const RpcSettings& settings, Resolver resolver, Budget& budget, Traffic& traffic);
  /// Gives up all calls.
  ~GrpcTransport() override;
  /// Starts a call. It fails at once where the node is no member.
  Answer call(NodeId to, std::string service, wire::Bytes request) override;
  /// Sends a message that nobody answers and that may get lost; messages to one node that arrive do
  /// so in their order. Where they wait for too long the oldest is dropped, as in Raft, for which
  /// this is, a newer message says all that an older one did.
  void send(NodeId to, std::string service, wire::Bytes message);
  /// The node has left the view: its calls fail now.
  void leave(NodeId node);
  /// The others have gone on without this node: all calls fail, now and from now on.
  void leave_all();
  /// Nodes that there is a connection to.
  [[nodiscard]] std::size_t connections() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Answers the calls of other nodes from an inbox. Every request has a thread while its handler
/// runs, so that handlers may call each other's nodes in any depth.
class RpcServer {
 public:
  /// Listens on host:port (port 0: any). Throws InputError where the port cannot be had, or where
  /// plain text could be read by other machines. All that is given outlives the server.
  RpcServer(const RpcSettings& settings, const std::string& address, const Inbox& inbox,
            Budget& budget, Traffic& traffic);
  /// Abandons the calls in hand and waits for their handlers.
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;
  /// host:port
  [[nodiscard]] const std::string& address() const;
  /// The node has left the view: nobody works for it any more.
  void leave(NodeId node);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace neve::cluster

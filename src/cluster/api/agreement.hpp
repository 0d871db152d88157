#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <neve/base/error.hpp>
#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

#include "cluster/api/application.hpp"
#include "cluster/api/membership.hpp"
#include "cluster/api/transport.hpp"

namespace neve::cluster {

/// No majority of the voters can be reached, so that nothing can be changed.
class NoQuorumError final : public ClusterError {
 public:
  using ClusterError::ClusterError;
};

/// A member was lost since the command was made: what it speaks of may be on nobody any more. Put
/// the data again under the present epoch.
class StaleEpochError final : public ClusterError {
 public:
  explicit StaleEpochError(std::uint64_t epoch)
      : ClusterError("A node was lost while the change was made; it has to be made again."),
        epoch_(epoch) {}
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }

 private:
  std::uint64_t epoch_;
};

struct AgreementSettings {
  NodeId self;
  std::uint64_t seed = 0;  ///< of the random election timeouts
  unsigned election_timeout_ms = 1000;
  unsigned heartbeat_ms = 100;
  unsigned snapshot_every = 1024;
  unsigned snapshot_trailing = 256;
  /// A request fails once there was no leader for so long, or none that got anything done.
  std::chrono::milliseconds patience{6000};
};

struct AgreementStatus {
  std::uint64_t term = 0;
  std::optional<NodeId> leader;
  bool is_leader = false;
  bool failed = false;
  std::uint64_t applied = 0;
  std::vector<NodeId> voters;
  std::uint64_t committed = 0;
  /// Of whom nothing was heard for two election timeouts, voters or not; a follower knows of
  /// nobody.
  std::vector<NodeId> silent;
  /// Whether the cluster can decide, as far as this node can tell: there is a leader that hears a
  /// majority, or the last one has been missed for no longer than an election may take.
  bool has_quorum = false;
};

/// One node's part in what the cluster agrees on: the view and the application's commands, by Raft.
/// Commands that any node commits are applied on all nodes in one order, each exactly once,
/// whatever is tried again on the way. Thread-safe; a request blocks its thread, and the
/// application may not make one.
class Agreement {
 public:
  /// Sends a message that may get lost. Called on the thread of Raft; must not block. Snapshots are
  /// one message, so that it must be able to carry a large one.
  using Post = std::function<void(NodeId to, std::string service, wire::Bytes message)>;
  /// What is given outlives this.
  Agreement(const AgreementSettings& settings, Application& application, Transport& transport,
            Post post);
  ~Agreement();
  Agreement(const Agreement&) = delete;
  Agreement& operator=(const Agreement&) = delete;

  /// Adds what other nodes ask of this one. Before the inbox is served.
  void add_services(Inbox& inbox);

  /// Founds a cluster with this node as its only member; returns once it is.
  void found(const ClusterMember& self);
  /// Waits, in the background, for a leader that was told to admit this node.
  void join();

  /// Returns what the application returned, once the command is applied on this node. With an
  /// epoch: throws StaleEpochError where a member was lost since. Throws NoQuorumError where the
  /// cluster cannot decide; a command of which it said nothing else was not applied.
  wire::Bytes commit(const wire::Bytes& command, std::uint64_t epoch = 0);
  /// Returns once everything that was acknowledged anywhere before the call is applied here.
  void sync();
  /// Proposes a change of the members, for any node; the view then says what has come of it.
  void change_view(const ViewChange& change);
  /// Removes the member, where this node leads and goes on leading until that is decided; else it
  /// does nothing, as who was dead for one leader may be back when another leads.
  void remove(const ClusterMember& member);

  /// Takes part no longer: what is asked for now or later fails at once.
  void stop();

  [[nodiscard]] std::shared_ptr<const ClusterView> view() const;
  [[nodiscard]] AgreementStatus status() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace neve::cluster

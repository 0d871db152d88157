#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/base/ids.hpp>
#include <neve/cluster/cluster_status.hpp>
#include <neve/cluster/timeline.hpp>

#include "cluster/api/agreement.hpp"
#include "cluster/api/application.hpp"
#include "cluster/api/rpc.hpp"
#include "cluster/api/transport.hpp"

namespace neve::cluster {

/// How a node finds its cluster, and what the others are to know of it.
struct ClusterSettings {
  std::string name;  ///< of the cluster; nodes of other names are not heard
  std::string rest_address;
  std::string host = "127.0.0.1";  ///< numeric; where gossip (UDP) and calls (TCP) listen …
  std::uint16_t port = 0;          ///< … both at this port
  std::string join;                ///< as --join has it; empty: found a cluster of one
  std::string flatfile;            ///< text of a flatfile, instead of `join`
  std::optional<std::size_t> expect;
  std::filesystem::path folder;  ///< secrets of the cluster; empty: none
  bool insecure = false;         ///< plain text may leave the machine
  bool witness = false;          ///< votes, but holds no data, and founds no cluster
  bool returning = false;        ///< an earlier start was evicted: founds no cluster
};

/// The others have gone on without this node before it knew that they had let it in. It has to
/// start anew, with another id.
class EvictedError final : public ClusterError {
 public:
  using ClusterError::ClusterError;
};

/// One node's part in a cluster of processes: finds the others by gossip, founds or joins, agrees
/// with them on the view and on the application's commands, and carries calls between them. A node
/// that stands alone listens to gossip only; it is open for others all the same.
///
/// Made, it knows its cluster; started, it is a member. Thread-safe from then on.
class ClusterNode {
 public:
  /// Begins to gossip; waits until it is clear whether to found a cluster or which one to join.
  /// Throws InputError where the settings cannot work. `budget` outlives this.
  ClusterNode(const ClusterSettings& settings, Budget& budget);
  ~ClusterNode();
  ClusterNode(const ClusterNode&) = delete;
  ClusterNode& operator=(const ClusterNode&) = delete;

  /// Drawn for this start of the process, never used again.
  [[nodiscard]] NodeId id() const;
  /// Lives as long as this; calls fail once this node has left.
  [[nodiscard]] Transport& transport();
  /// Lives until this node leaves.
  [[nodiscard]] Agreement& agreement();
  /// Before start(): what is agreed on, which outlives this, and what answers calls.
  void attach(Application& application, Inbox& inbox);
  struct Hooks {
    /// The others have gone on without this node, which is to start anew. Must not block.
    std::function<void()> evicted;
    /// Lets go of the port for calls, which is now needed.
    std::function<void()> free_port;
  };
  /// Founds or joins; returns once this node is a member. Throws EvictedError.
  void start(Hooks hooks);
  /// Whether this node founded its cluster.
  [[nodiscard]] bool is_founder() const;
  /// The members as this node knows them. Alone, it is cheap enough for every request.
  [[nodiscard]] ClusterStatus status() const;
  [[nodiscard]] CallCounts call_counts() const;
  /// Asks gossip's thread.
  [[nodiscard]] GossipCounts gossip_counts() const;
  /// The latest calls and news of this node.
  [[nodiscard]] std::vector<TimelineEvent> timeline() const;
  /// Marks the member as leaving; the floors above move its data. Throws InputError where no other
  /// data node would stay, or where there is no such member.
  void drain(NodeId node);
  /// Says goodbye and ends all but the transport; the others go on without this node. What was
  /// attached is not used any more.
  void leave();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace neve::cluster

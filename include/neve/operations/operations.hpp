#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>
#include <neve/cluster/cluster_status.hpp>
#include <neve/cluster/timeline.hpp>
#include <neve/operations/node_figures.hpp>
#include <neve/store/catalog.hpp>

namespace neve::cluster {
class ClusterNode;
class Inbox;
class Transport;
}  // namespace neve::cluster
namespace neve::store {
class Store;
}

namespace neve::operations {

/// A member and what it last said of itself.
struct MemberReport {
  cluster::MemberStatus status;
  bool healthy = false;              ///< answered when it was last asked
  std::int64_t last_contact_ms = 0;  ///< when it last answered, since 1970; 0: never
  std::int64_t row_groups = 0;       ///< of all frames; copies count
  NodeFigures figures;
};

/// The cluster at one moment.
struct ClusterReport {
  NodeId self;  ///< who reports
  cluster::ClusterStatus cluster;
  std::vector<MemberReport> members;  ///< in the order of their joining, witnesses included
  store::Catalog::Spread spread;      ///< of the copies
  std::size_t missing_votes = 0;      ///< voters that do not answer, or are not there yet
  bool has_quorum = true;             ///< whether more than half of the voters answer

  [[nodiscard]] bool all_healthy() const;
  /// Whether all copies and voters are there, so that the next loss of a node costs nothing that
  /// this size of cluster can bear.
  [[nodiscard]] bool fully_replicated() const;
};

/// Times of messages of some sizes, there and back.
struct NetworkTimes {
  static constexpr std::int64_t kBytes[] = {1, 1 << 10, 1 << 20};
  struct Pair {
    std::size_t from = 0;  ///< positions among the members asked
    std::size_t to = 0;
    std::vector<double> seconds;  ///< by size; empty where it could not be measured
  };
  std::vector<cluster::Member> members;
  std::vector<Pair> pairs;         ///< one after the other
  std::vector<double> all_to_all;  ///< all pairs at once, the slowest node's; empty: alone
};

/// What a node tells of itself and asks of the others: for status, metrics and diagnosis. One for
/// each node. Thread-safe.
class Operations {
 public:
  struct Parts {
    NodeId self;
    std::string disk_folder;  ///< whose disk is told of
    int threads = 1;
    std::int64_t start_time_ms = 0;
    store::Store& store;
    cluster::Inbox& inbox;  ///< gets the services that other nodes ask
    /// Null for nodes of one process, where there is nobody to ask.
    cluster::ClusterNode* cluster = nullptr;
    std::function<int()> running_jobs;
  };
  /// Before the node joins. What is given outlives what is asked through `inbox`, but for
  /// running_jobs, which is not called any more once this is gone.
  explicit Operations(const Parts& parts);
  ~Operations();
  Operations(const Operations&) = delete;
  Operations& operator=(const Operations&) = delete;

  using Receive = std::function<void(const ClusterReport&)>;
  /// Gives a report whose figures of other nodes are at most a second old: at once, where they are
  /// or there are no others, else from a thread of this object as soon as all have answered or a
  /// second is over. With patience, a report in which a node does not answer is held back for so
  /// long, in which a death is agreed on.
  void report(std::chrono::milliseconds patience, Receive receive);
  /// The same, waited for.
  ClusterReport report();

  [[nodiscard]] NodeId self() const;
  [[nodiscard]] NodeFigures own_figures();
  [[nodiscard]] cluster::ClusterStatus cluster_status() const;
  /// Nothing where nodes share a process.
  [[nodiscard]] std::optional<cluster::CallCounts> call_counts() const;
  [[nodiscard]] std::optional<cluster::GossipCounts> gossip_counts() const;

  /// Of the node at this place among those that hold data; throws InputError where there is none.
  CpuTicks cpu_ticks(std::int64_t place);
  IoCounts io_counts(std::int64_t place);
  /// Of all nodes that hold data and answer, together.
  IoCounts io_counts();
  /// Of all members; nothing for one that does not answer.
  struct NodeThreads {
    cluster::Member member;
    std::optional<ThreadReport> threads;
  };
  std::vector<NodeThreads> threads();
  /// Of all members that answer, oldest first.
  std::vector<cluster::TimelineEvent> timeline();
  /// Measures every pair of nodes; takes seconds in a large cluster.
  NetworkTimes test_network();

  /// Has a node's data move away, so that it can leave. Throws InputError, or where nothing can be
  /// decided, ClusterError.
  void drain(NodeId node);
  /// Evens out where rows are, however little is to be gained.
  void rebalance();

 private:
  class Self;
  class Watch;
  struct Question {
    std::string service;
    wire::Bytes request;
    std::chrono::milliseconds limit;
  };
  [[nodiscard]] std::vector<NodeId> data_nodes() const;
  wire::Bytes ask_node(std::int64_t place, const char* service);
  std::vector<std::optional<wire::Bytes>> ask(const std::vector<NodeId>& nodes,
                                              const Question& question);
  std::shared_ptr<Self> self_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace neve::operations

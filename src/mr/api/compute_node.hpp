#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/base/pool.hpp>
#include <neve/cluster/cloud.hpp>
#include <neve/frame/frame.hpp>
#include <neve/mr/engine.hpp>
#include <neve/store/store.hpp>

#include "cluster/api/transport.hpp"
#include "mr/api/traffic.hpp"

namespace neve::mr {

/// New columns whose chunks several nodes have put.
struct PutColumns {
  frame::LayoutPtr layout;
  store::PlacementPtr placement;  ///< by which they were put
  std::vector<ColumnId> ids;
  std::set<NodeId> missed;  ///< homes that could not be sent a chunk
};

/// The part of a node that holds data and computes: everything below REST, as one object, so that
/// several fit into one process.
class ComputeNode {
 public:
  struct Settings {
    NodeId id{1};
    int threads = 1;
    std::int64_t memory_bytes = 0;
    /// The node's budget where its transport needs it first; outlives the node. Null: the node has
    /// its own, of memory_bytes.
    Budget* budget = nullptr;
  };
  /// `tasks` is every task of this binary; sequencer and transport outlive the node.
  ComputeNode(const Settings& settings, const TaskList& tasks, store::Sequencer& sequencer,
              cluster::Transport& transport);
  ~ComputeNode();
  ComputeNode(const ComputeNode&) = delete;
  ComputeNode& operator=(const ComputeNode&) = delete;

  [[nodiscard]] NodeId id() const;
  [[nodiscard]] Budget& budget();
  [[nodiscard]] Pool& pool();
  [[nodiscard]] store::Store& store();
  [[nodiscard]] frame::Frames& frames();
  [[nodiscard]] Engine& engine();
  [[nodiscard]] cluster::Inbox& inbox();
  /// Of the runs that this node drove.
  [[nodiscard]] const RunTraffic& traffic() const;
  [[nodiscard]] cluster::Transport& transport();

  /// What Engine::put_chunk and adopt do, for drivers whose chunks are put by several nodes, by a
  /// placement that the driver has chosen. Returns homes that cannot be reached, as long as one has
  /// the chunk; else throws ClusterError.
  [[nodiscard]] std::vector<NodeId> put_chunk(const store::Placement& placement, ColumnId column,
                                              GroupIndex group, const frame::Chunk& chunk);
  std::vector<frame::Column> adopt(const PutColumns& put, std::span<const OutputColumn> kinds);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Nodes of one process over the queue transport: one view, one sequencer, nothing shared but
/// bytes.
class LocalCluster {
 public:
  struct Settings {
    int nodes = 1;
    int threads_each = 1;
    std::int64_t memory_bytes_each = 0;
    int copies = 1;            ///< of each row group
    std::string address = {};  ///< of the first node's REST service
  };
  LocalCluster(const Settings& settings, const TaskList& tasks);
  LocalCluster(int nodes, int threads_each, std::int64_t memory_bytes_each, const TaskList& tasks)
      : LocalCluster(Settings{nodes, threads_each, memory_bytes_each}, tasks) {}
  ~LocalCluster();
  LocalCluster(const LocalCluster&) = delete;
  LocalCluster& operator=(const LocalCluster&) = delete;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] ComputeNode& node(std::size_t index);
  /// The node dies: it reaches nobody any more, and the others agree that it is gone.
  /// Its object stays, for looking at.
  void kill(std::size_t index);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace neve::mr

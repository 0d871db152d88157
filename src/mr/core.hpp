#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include <neve/cluster/cloud.hpp>
#include <neve/mr/engine.hpp>

#include "cluster/api/transport.hpp"
#include "mr/run.hpp"
#include "mr/tree_reducer.hpp"

namespace neve::mr {

/// Tasks by name; the same on every node, as all run the same binary.
class TaskTable {
 public:
  /// Two tasks of one name are a bug that fails start-up.
  void add(const TaskList& tasks);
  [[nodiscard]] const TaskEntry& find(std::string_view name) const;

 private:
  std::map<std::string_view, const TaskEntry*> entries_;
};

/// Scratch of all jobs on one node, by (job, task's scratch, row group). Thread-safe; one row group
/// is run by one thread at a time.
class ScratchTable {
 public:
  explicit ScratchTable(Budget& budget) : budget_(budget) {}
  /// The scratch of the group, made and rebuilt at first use.
  void* get(const TaskEntry& task, ScratchId id, const RowGroup& group, const void* state);
  void free(ScratchId id);

 private:
  struct Held {
    std::shared_ptr<void> scratch;
    Reservation reservation;
  };
  Budget& budget_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::map<std::int32_t, Held>> jobs_;
};

/// What the engine of one node is made of.
class Engine::Core {
 public:
  struct Parts {
    NodeId self;
    Pool& pool;
    store::Store& store;
    cluster::Transport& transport;
    const TaskTable& tasks;
    std::vector<NodeId> members;  ///< in the order of the view
  };
  explicit Core(Parts parts) : parts_(std::move(parts)), scratch_(parts_.store.budget()) {}

  /// Adds what other nodes may ask of this one.
  void serve(cluster::Inbox& inbox);

  using Result = std::pair<std::shared_ptr<void>, std::vector<frame::Column>>;
  Result run(const TaskEntry& task, const Inputs& inputs, const void* state,
             const RunOptions& options);

  frame::Chunk chunk(const frame::Layout& layout, ColumnId column, GroupIndex group);
  void put(const frame::Layout& layout, ColumnId column, GroupIndex group,
           const frame::Chunk& chunk);
  void discard(std::span<const ColumnId> ids);
  void free_scratch(ScratchId id);
  std::int64_t column_bytes(ColumnId column);

  Parts& parts() { return parts_; }

 private:
  std::vector<Subtree> run_here(const TaskEntry& task, const RunRequest& request, const void* state,
                                const job::Token& token);
  void run_group(const TaskEntry& task, const RunRequest& request, const void* state,
                 GroupIndex group, void* partial);
  std::shared_ptr<void> reduce(const TaskEntry& task, RunRequest& request, const void* state,
                               const job::TokenPtr& token);
  wire::Bytes answer_run(std::span<const std::byte> bytes, cluster::Call& call);
  wire::Bytes wait_for(cluster::Answer& answer, NodeId node, std::uint64_t run_id,
                       const job::Token& token);
  /// Calls the service on every other member and waits for all.
  std::vector<wire::Bytes> ask_others(const std::string& service, const wire::Bytes& request);

  Parts parts_;
  ScratchTable scratch_;
  std::mutex mutex_;
  std::map<std::uint64_t, job::TokenPtr> foreign_runs_;  ///< runs that other nodes drive
};

}  // namespace neve::mr

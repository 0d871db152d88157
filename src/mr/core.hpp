#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <neve/base/recent_ids.hpp>
#include <neve/cluster/cloud.hpp>
#include <neve/mr/engine.hpp>

#include "cluster/api/transport.hpp"
#include "mr/api/compute_node.hpp"
#include "mr/api/exchange.hpp"
#include "mr/api/traffic.hpp"
#include "mr/foreign_runs.hpp"
#include "mr/run.hpp"
#include "mr/scratch.hpp"
#include "mr/states.hpp"
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

class RunPeers;

/// What the engine of one node is made of.
class Engine::Core {
 public:
  struct Parts {
    NodeId self;
    Pool& pool;
    store::Store& store;
    cluster::Transport& transport;
    const TaskTable& tasks;
    RunTraffic& traffic;
  };
  explicit Core(const Parts& parts)
      : parts_(parts),
        scratch_(parts_.store.budget()),
        logs_(parts_.store.budget()),
        fetched_states_(parts_.store.budget()),
        listening_(parts_.store.on_placement_change([this] { free_orphans(); })) {}

  /// Adds what other nodes may ask of this one.
  void serve(cluster::Inbox& inbox);

  using Result = std::pair<std::shared_ptr<void>, std::vector<frame::Column>>;
  Result run(const TaskEntry& task, const Inputs& inputs, const void* state,
             const RunOptions& options);

  /// Cut as told; placed over the members of the current view.
  frame::LayoutPtr new_layout(std::vector<std::int64_t> cuts);
  /// Where the layout's groups live now.
  store::PlacementPtr placement(const frame::Layout& layout);
  frame::Chunk chunk(const frame::Layout& layout, ColumnId column, GroupIndex group);
  void put(const frame::Layout& layout, ColumnId column, GroupIndex group,
           const frame::Chunk& chunk);
  std::vector<frame::Column> adopt(std::span<const ColumnId> ids,
                                   std::span<const OutputColumn> kinds);
  std::vector<NodeId> put(const store::Placement& placement, ColumnId column, GroupIndex group,
                          const frame::Chunk& chunk);
  std::vector<frame::Column> adopt(const PutColumns& put, std::span<const OutputColumn> kinds);
  void discard(std::span<const ColumnId> ids);
  void free_scratch(ScratchId id);
  std::int64_t column_bytes(std::span<const ColumnId> columns);
  /// The scratch of a group as the source's runs have left it, made again if need be.
  std::shared_ptr<void> scratch_of(const Source& source, GroupIndex group, RunPeers& peers);
  Source source(std::string_view task, const frame::LayoutPtr& layout, ScratchId scratch);
  /// Gets one column's chunks of a run that this node is to copy, unless the column is freed
  /// meanwhile.
  void fetch_copy(const store::Catalog::Fetch& wanted, ColumnId column);

  Parts& parts() { return parts_; }

 private:
  /// Nodes that could not be sent a chunk.
  struct Missed {
    std::mutex mutex;
    std::set<NodeId> nodes;
  };
  /// Columns that are being put, and where; until they are adopted or discarded.
  struct Pending {
    frame::LayoutPtr layout;
    store::PlacementPtr placement;
    std::shared_ptr<Missed> missed = std::make_shared<Missed>();
  };
  /// Gets the chunks of these groups that are not here from who has them.
  void fetch(const store::Placement& from, std::span<const ColumnId> columns,
             std::int32_t first_group, std::int32_t end_group);
  /// From one of the homes that the placement names; null where none has it, or those that may
  /// have it are `unreachable`.
  SharedBuffer find_chunk(const store::Placement& placement, ColumnId column, GroupIndex group,
                          const job::Token& token, std::exception_ptr& unreachable);
  SharedBuffer get_chunk(const store::Placement& placement, ColumnId column, GroupIndex group,
                         const job::Token& token = {});
  /// Keeps a chunk here, unless its column was discarded meanwhile.
  void keep(ColumnId column, GroupIndex group, const SharedBuffer& chunk);
  void drop(const std::vector<ColumnId>& columns);
  /// Puts a chunk at all its homes. Those that cannot be reached are noted, as long as somebody
  /// has it.
  void put_at(const store::Placement& placement, ColumnId column, GroupIndex group,
              const SharedBuffer& chunk, Missed& missed);
  /// Columns whose chunks were put, each with the placement that was meant and the homes that could
  /// not be reached.
  struct Written {
    frame::LayoutPtr layout;
    std::vector<ColumnId> ids;
    std::vector<store::PlacementPtr> placed;
    std::set<NodeId> missed;
  };
  /// Commits them; first brings the chunks to where they belong by now.
  void commit_columns(Written written);
  void bring_all(Written& written, const store::PlacementPtr& now);
  /// Has the nodes of `to` fetch what they lack.
  void bring(const store::Placement& from, const store::Placement& to, ColumnId column);
  std::vector<frame::Column> leased(std::span<const ColumnId> ids,
                                    std::span<const OutputColumn> kinds);
  void forget_pending(std::span<const ColumnId> ids);
  void serve_chunks(cluster::Inbox& inbox);
  /// Frees the Scratch of drivers that have left.
  void free_orphans();

  /// What one node gave to a run.
  struct Share {
    std::vector<Subtree> parts;
    Missed missed;
  };
  /// What this node does for a run.
  struct Work {
    const TaskEntry& task;
    const RunRequest& request;
    const void* state;
    const job::Token& token;
  };
  void run_here(const Work& work, Share& share);
  void run_group(const Work& work, GroupIndex group, void* partial, Missed& missed);
  [[nodiscard]] std::vector<frame::Chunk> chunks_of(const Work& work,
                                                    std::span<const ColumnId> columns,
                                                    GroupIndex group);
  /// The group's scratch as the runs before this one have left it: what is here if it has seen just
  /// these, else made again by doing them again.
  ScratchTable::Held& ready_scratch(const Work& work, const RowGroup& group);
  std::vector<ReplayRun> fetch_runs(const Work& work, std::size_t first);
  void encode_state(const TaskEntry& task, RunRequest& request, const void* state);
  std::shared_ptr<void> decode_state(const TaskEntry& task, const RunRequest& request,
                                     const job::Token& token);
  void forget_scratch(ScratchId id);
  /// What rounds of a run have given so far.
  struct Round {
    std::vector<Subtree> parts;
    std::set<NodeId> missed;
    /// Who has failed, and in which run: nobody knows yet that they have ended it.
    std::map<NodeId, std::uint64_t> failed;
    std::exception_ptr lost;                                ///< why blocks are missing
    std::chrono::steady_clock::time_point give_up_at = {};  ///< unless more have been run by then
    std::chrono::steady_clock::time_point ask_at = {};      ///< those that have failed
  };
  std::shared_ptr<void> reduce(const TaskEntry& task, RunRequest& request, const void* state,
                               const job::TokenPtr& token, Round& round);
  /// The home that is to run a block: the first that has not failed; nothing if all have.
  std::optional<NodeId> runner_of(const RunRequest& request, std::int32_t block,
                                  const Round& round);
  void avoid(NodeId node);
  /// Runs blocks at their homes. Returns those that nobody has run.
  std::vector<std::int32_t> run_round(const TaskEntry& task, RunRequest& request, const void* state,
                                      const job::Token& token,
                                      const std::vector<std::int32_t>& blocks, Round& round);
  /// How many runs with this scratch have ended well.
  std::int64_t runs_so_far(const TaskEntry& task, ScratchId id);
  /// Before the first run of a job: decides whether its runs are logged.
  void begin_log(const RunRequest& request);
  void note_run(const TaskEntry& task, RunRequest& request, const void* state);
  /// Waits until the catalogue changes, at most so long.
  void await_command(std::chrono::milliseconds limit);
  /// Asks those who have failed, every now and then, whether they have ended what they did; takes
  /// out those that have. `asked` are the questions that are under way.
  void ask_failed(Round& round, std::map<NodeId, cluster::Answer>& asked);
  /// Waits until some home may run blocks again: one that is new, or one that has failed but
  /// answers that it has ended what it did. Throws what was lost after a time without that.
  void await_runner(RunRequest& request, const job::Token& token, Round& round);
  wire::Bytes answer_run(std::span<const std::byte> bytes, cluster::Call& call);
  wire::Bytes answer_ask(std::span<const std::byte> bytes, cluster::Call& call);
  /// Waits for the answer; throws Cancelled, and gives the call up, once the job is.
  wire::Bytes call(NodeId node, const std::string& service, wire::Bytes request,
                   const job::Token& token);
  /// Waits also after a cancel, of which it tells the node.
  wire::Bytes wait_for(cluster::Answer& answer, NodeId node, std::uint64_t run_id,
                       const job::Token& token);
  /// Calls the service on every other member, waits for all, and leaves out those that are gone.
  std::vector<wire::Bytes> ask_others(const std::string& service, const wire::Bytes& request);

  Parts parts_;
  ScratchTable scratch_;
  ScratchLogs logs_;
  OfferedStates offered_states_;
  FetchedStates fetched_states_;
  ForeignRuns foreign_runs_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::int64_t> scratch_runs_;  ///< of scratches that this node drives
  /// Scratches of jobs that began when all row groups lived here. Nobody else could do their runs
  /// again, as they are not logged, which would cost a node that stands alone; so they stay here,
  /// wherever the groups move. Should this node die, so does the driver.
  std::set<std::uint64_t> unlogged_;
  /// Nodes that did not answer lately: others are asked first.
  std::map<NodeId, std::chrono::steady_clock::time_point> avoided_until_;
  std::mutex pending_mutex_;
  std::unordered_map<ColumnId, Pending> pending_;
  std::mutex discarded_mutex_;
  RecentIds discarded_{16384};             ///< columns; their chunks may still be on their way
  std::shared_ptr<const void> listening_;  // last, so that it ends before what it uses
};

}  // namespace neve::mr

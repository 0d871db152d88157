#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/pool.hpp>
#include <neve/frame/chunk.hpp>
#include <neve/frame/frame.hpp>
#include <neve/job/token.hpp>
#include <neve/mr/task.hpp>

namespace neve::mr {

/// The columns that a run reads, of one layout.
struct Inputs {
  frame::LayoutPtr layout;
  std::vector<ColumnId> columns;
};

/// All columns of a frame, or those at `picked`, in that order.
Inputs inputs_of(const frame::Frame& frame);
Inputs inputs_of(const frame::Frame& frame, std::span<const ColumnIndex> picked);

/// A column that a run writes, aligned with its input.
struct OutputColumn {
  OutputKind kind = OutputKind::doubles;
  frame::ColumnType type = frame::ColumnType::numeric;
  frame::DomainPtr domain = nullptr;
};

/// Names the Scratch that runs of one job share.
struct ScratchId {
  std::uint64_t value = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(value);
  }
};
/// Scratch that other runs can ask, see src/mr/api/exchange.hpp.
struct Source;

/// How to run.
struct RunOptions {
  job::TokenPtr token = nullptr;
  ScratchId scratch = {};  ///< needed by tasks with Scratch
  std::vector<OutputColumn> outputs = {};
};

class ColumnBlobs;

/// Frees the Scratch of a job, on all nodes, when it goes.
class ScratchLease;

/// What a run gives back.
template <class Partial>
struct RunResult {
  Partial value;
  std::vector<frame::Column> columns;  ///< one per output, with leases
};

/// Runs tasks where the data lives. One per node; any node may drive. Thread-safe: runs of many
/// drivers share the node's workers.
class Engine {
 public:
  class Core;
  explicit Engine(std::unique_ptr<Core> core);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Maps the task over all row groups and reduces. Throws Cancelled, or what a map threw. Written
  /// columns of a failed run are freed.
  template <class Task>
  RunResult<typename Task::Partial> run_with_outputs(const Inputs& inputs,
                                                     const typename Task::State& state,
                                                     const RunOptions& options) {
    auto [partial, columns] = run_erased(task_entry<Task>(), inputs, &state, options);
    return {std::move(*static_cast<typename Task::Partial*>(partial.get())), std::move(columns)};
  }

  template <class Task>
  typename Task::Partial run(const Inputs& inputs, const typename Task::State& state,
                             const RunOptions& options = {}) {
    return run_with_outputs<Task>(inputs, state, options).value;
  }

  /// A chunk from wherever it lives.
  frame::Chunk chunk(const frame::Layout& layout, ColumnId column, GroupIndex group);
  /// Stores chunk `group` of a new column at its home. The column must be finished by adopt().
  void put_chunk(const frame::Layout& layout, ColumnId column, GroupIndex group,
                 const frame::Chunk& chunk);
  /// Makes columns whose chunks were put visible to frames, with leases.
  std::vector<frame::Column> adopt(std::span<const ColumnId> ids,
                                   std::span<const OutputColumn> kinds);
  /// Frees chunks of columns that were never adopted.
  void discard(std::span<const ColumnId> ids);
  /// A new placement of `cuts` over the members.
  frame::LayoutPtr new_layout(std::vector<std::int64_t> cuts);
  /// Where the layout's row groups live now.
  store::PlacementPtr placement(const frame::Layout& layout);
  /// Rows of the layout that the node with the most of them holds, copies included.
  [[nodiscard]] std::int64_t most_rows(const frame::Layout& layout);
  ColumnId new_column_id();
  /// Bytes that live like columns, on the homes of layouts of their own.
  [[nodiscard]] store::Blobs& blobs();
  /// The same for bytes that are in pieces already, all but the last of kPieceBytes.
  std::pair<store::Blob, std::shared_ptr<const store::ColumnLease>> keep(
      std::span<const frame::Chunk> pieces);
  /// One piece, from wherever it lives; `index` counts from 0.
  frame::Chunk piece(const store::Blob& blob, std::int32_t index);
  /// Bytes that columns hold on all nodes that answer.
  std::int64_t column_bytes(std::span<const ColumnId> columns);

  [[nodiscard]] ScratchId new_scratch();
  void free_scratch(ScratchId scratch);
  /// The scratch of `task` as the runs so far have left it, for later runs to ask.
  [[nodiscard]] Source source(std::string_view task, const frame::LayoutPtr& layout,
                              ScratchId scratch);

  /// The node that this engine is of.
  [[nodiscard]] NodeId self() const;
  [[nodiscard]] Pool& pool();
  [[nodiscard]] Budget& budget();
  [[nodiscard]] store::Store& store();

 private:
  std::pair<std::shared_ptr<void>, std::vector<frame::Column>> run_erased(
      const TaskEntry& task, const Inputs& inputs, const void* state, const RunOptions& options);
  std::unique_ptr<Core> core_;
  std::unique_ptr<ColumnBlobs> blobs_;
};

/// Holds a job's Scratch; frees it on all nodes when it goes.
class ScratchLease {
 public:
  explicit ScratchLease(Engine& engine) : engine_(engine), id_(engine.new_scratch()) {}
  ~ScratchLease();
  ScratchLease(const ScratchLease&) = delete;
  ScratchLease& operator=(const ScratchLease&) = delete;
  [[nodiscard]] ScratchId id() const { return id_; }

 private:
  Engine& engine_;
  ScratchId id_;
};

}  // namespace neve::mr

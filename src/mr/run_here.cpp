#include <algorithm>

#include <neve/base/error.hpp>

#include "mr/core.hpp"
#include "mr/exchange.hpp"

namespace neve::mr {
namespace {

/// Partials of an exact reduction that no thread is filling right now. A thread takes one for a
/// block and puts it back, so that there are never more than run at once.
class IdlePartials {
 public:
  IdlePartials(const TaskEntry& task, const void* state) : task_(task), state_(state) {}
  std::shared_ptr<void> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto partial = std::move(idle_.back());
        idle_.pop_back();
        return partial;
      }
    }
    return task_.make_partial(state_);
  }
  void put_back(std::shared_ptr<void> partial) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(partial));
  }
  std::vector<Subtree> merged() {
    if (idle_.empty()) return {};
    for (std::size_t i = 1; i < idle_.size(); ++i) task_.merge(idle_[0].get(), idle_[i].get());
    return {{0, 0, std::move(idle_[0])}};
  }

 private:
  const TaskEntry& task_;
  const void* state_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<void>> idle_;
};

}  // namespace

std::vector<frame::Chunk> Engine::Core::chunks_of(const RunRequest& request,
                                                  std::span<const ColumnId> columns,
                                                  GroupIndex group) {
  std::vector<frame::Chunk> chunks;
  chunks.reserve(columns.size());
  for (const ColumnId column : columns) {
    chunks.push_back(frame::Chunk::from_store(get_chunk(*request.placement, column, group)));
  }
  return chunks;
}

std::vector<ReplayRun> Engine::Core::fetch_runs(const RunRequest& request, std::size_t first) {
  std::vector<LoggedRun> logged;
  if (request.driver == parts_.self) {
    logged = logs_.from(request.scratch, first);
  } else {
    const wire::Bytes wanted =
        wire::encode(std::pair<ScratchId, std::uint64_t>(request.scratch, first));
    logged = wire::decode<std::vector<LoggedRun>>(
        parts_.transport.call(request.driver, "mr.log", wanted).get());
  }
  std::vector<ReplayRun> runs;
  for (LoggedRun& run : logged) {
    const TaskEntry& task = parts_.tasks.find(run.task);
    runs.push_back({.task = &task,
                    .state = task.decode_state(run.state),
                    .columns = std::move(run.columns),
                    .output_kinds = std::move(run.output_kinds)});
  }
  return runs;
}

ScratchTable::Held& Engine::Core::ready_scratch(const TaskEntry& task, const RunRequest& request,
                                                const RowGroup& group, const void* state) {
  ScratchTable::Held& held = scratch_.place(request.scratch, group.index);
  if (held.runs == request.scratch_runs) return held;
  if (request.scratch_runs == 0) {
    scratch_.begin(held, task, group, state);
    return held;
  }
  const auto fetch = [&](std::size_t first) { return fetch_runs(request, first); };
  const auto count = static_cast<std::size_t>(request.scratch_runs);
  bool first = true;
  for (const ReplayRun& run : scratch_.history(request.scratch, count, fetch)) {
    const std::vector<frame::Chunk> chunks = chunks_of(request, run.columns, group.index);
    const RowGroup rows{group.index, group.first_row, group.rows, chunks, request.peers};
    if (first) scratch_.begin(held, *run.task, rows, run.state.get());
    first = false;
    // Only what it does to the scratch is wanted.
    const std::shared_ptr<void> partial = run.task->make_partial(run.state.get());
    Outputs outputs(run.output_kinds, group.rows);
    run.task->map(rows, run.state.get(), held.scratch.get(), partial.get(), outputs);
  }
  return held;
}

void Engine::Core::run_group(const TaskEntry& task, const RunRequest& request, const void* state,
                             GroupIndex group, void* partial, Missed& missed) {
  const frame::Layout& layout = *request.layout;
  const std::vector<frame::Chunk> chunks = chunks_of(request, request.columns, group);
  const RowGroup rows{group, layout.first_row(group), layout.rows_of(group), chunks, request.peers};
  Outputs outputs(request.output_kinds, rows.rows);
  if (task.has_scratch) {
    ScratchTable::Held& held = ready_scratch(task, request, rows, state);
    held.runs = -1;  // should the map fail, nobody knows how far it came
    task.map(rows, state, held.scratch.get(), partial, outputs);
    held.runs = request.scratch_runs + 1;
  } else {
    task.map(rows, state, nullptr, partial, outputs);
  }
  const std::vector<frame::Chunk> written = outputs.finish();
  for (std::size_t i = 0; i < written.size(); ++i) {
    NEVE_CHECK(written[i].rows() == rows.rows, "task wrote a column of another length");
    put_at(*request.placement, request.output_ids[i], group, written[i].buffer(), missed);
  }
}

void Engine::Core::run_here(const TaskEntry& task, const RunRequest& request, const void* state,
                            const job::Token& token, Share& share) {
  const bool ordered = task.reduction == Reduction::ordered;
  TreeReducer tree(task, request.block_count);
  IdlePartials idle(task, state);
  parts_.pool.for_each(request.blocks.size(), [&](std::size_t i) {
    const std::int32_t block = request.blocks[i];
    std::shared_ptr<void> partial = ordered ? task.make_partial(state) : idle.take();
    const std::int32_t first = block * request.groups_per_block;
    const std::int32_t last = std::min(first + request.groups_per_block, request.layout->groups());
    for (std::int32_t group = first; group < last; ++group) {
      token.check();
      run_group(task, request, state, GroupIndex(group), partial.get(), share.missed);
    }
    ordered ? tree.add({0, block, std::move(partial)}) : idle.put_back(std::move(partial));
  });
  share.parts = ordered ? tree.take() : idle.merged();
}

wire::Bytes Engine::Core::answer_run(std::span<const std::byte> bytes, cluster::Call& call) {
  auto request = wire::decode<RunRequest>(bytes);
  NEVE_CHECK(request.layout && request.placement);
  const TaskEntry& task = parts_.tasks.find(request.task);
  const std::shared_ptr<void> state = task.decode_state(request.state);
  job::TokenPtr token;
  {
    // A cancel may have come before the run.
    const std::lock_guard lock(mutex_);
    job::TokenPtr& known = foreign_runs_[request.run_id];
    if (!known) known = std::make_shared<job::Token>();
    token = known;
  }
  // A driver that died sends no cancel.
  call.when_abandoned([token] { token->cancel(); });
  RunReply reply;
  const auto forget = [&] {
    const std::lock_guard lock(mutex_);
    foreign_runs_.erase(request.run_id);
  };
  try {
    Share share;
    RunPeers peers(*this, *token);
    request.peers = &peers;
    run_here(task, request, state.get(), *token, share);
    reply.missed.assign(share.missed.nodes.begin(), share.missed.nodes.end());
    for (const Subtree& part : share.parts) {
      reply.parts.push_back({part.height, part.place, task.encode_partial(part.partial.get())});
    }
  } catch (...) {
    forget();
    throw;
  }
  forget();
  return wire::encode(reply);
}

}  // namespace neve::mr

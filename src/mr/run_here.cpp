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

std::vector<frame::Chunk> Engine::Core::chunks_of(const Work& work,
                                                  std::span<const ColumnId> columns,
                                                  GroupIndex group) {
  std::vector<frame::Chunk> chunks;
  chunks.reserve(columns.size());
  for (const ColumnId column : columns) {
    chunks.push_back(
        frame::Chunk::from_store(get_chunk(*work.request.placement, column, group, work.token)));
  }
  return chunks;
}

std::vector<ReplayRun> Engine::Core::fetch_runs(const Work& work, std::size_t first) {
  const RunRequest& request = work.request;
  std::vector<LoggedRun> logged;
  if (request.driver == parts_.self) {
    logged = logs_.from(request.scratch, first);
  } else {
    const std::pair<ScratchId, std::uint64_t> wanted(request.scratch, first);
    logged = wire::decode<std::vector<LoggedRun>>(
        call(request.driver, "mr.log", wire::encode(wanted), work.token));
  }
  std::vector<ReplayRun> runs;
  for (LoggedRun& run : logged) {
    NEVE_CHECK(run.state != nullptr);
    const TaskEntry& task = parts_.tasks.find(run.task);
    runs.push_back({.task = &task,
                    .state = task.decode_state(*run.state),
                    .columns = std::move(run.columns),
                    .output_kinds = std::move(run.output_kinds)});
  }
  return runs;
}

ScratchTable::Held& Engine::Core::ready_scratch(const Work& work, const RowGroup& group) {
  const RunRequest& request = work.request;
  ScratchTable::Held& held = scratch_.place(request.scratch, group.index);
  if (held.runs == request.scratch_runs) return held;
  if (request.scratch_runs == 0) {
    scratch_.begin(held, work.task, group, work.state);
    return held;
  }
  const auto fetch = [&](std::size_t first) { return fetch_runs(work, first); };
  const auto count = static_cast<std::size_t>(request.scratch_runs);
  bool first = true;
  for (const ReplayRun& run : scratch_.history(request.scratch, count, fetch)) {
    work.token.check();
    const std::vector<frame::Chunk> chunks = chunks_of(work, run.columns, group.index);
    const RowGroup rows{group.index, group.first_row, group.rows, chunks, work.request.peers};
    if (first) scratch_.begin(held, *run.task, rows, run.state.get());
    first = false;
    // Only what it does to the scratch is wanted.
    const std::shared_ptr<void> partial = run.task->make_partial(run.state.get());
    Outputs outputs(run.output_kinds, group.rows);
    run.task->map(rows, run.state.get(), held.scratch.get(), partial.get(), outputs);
  }
  return held;
}

void Engine::Core::run_group(const Work& work, GroupIndex group, void* partial, Missed& missed) {
  const RunRequest& request = work.request;
  const frame::Layout& layout = *request.layout;
  const std::vector<frame::Chunk> chunks = chunks_of(work, request.columns, group);
  const RowGroup rows{group, layout.first_row(group), layout.rows_of(group), chunks, request.peers};
  Outputs outputs(request.output_kinds, rows.rows);
  if (work.task.has_scratch) {
    ScratchTable::Held& held = ready_scratch(work, rows);
    held.runs = -1;  // should the map fail, nobody knows how far it came
    work.task.map(rows, work.state, held.scratch.get(), partial, outputs);
    held.runs = request.scratch_runs + 1;
  } else {
    work.task.map(rows, work.state, nullptr, partial, outputs);
  }
  const std::vector<frame::Chunk> written = outputs.finish();
  for (std::size_t i = 0; i < written.size(); ++i) {
    NEVE_CHECK(request.output_kinds[i] == OutputKind::bytes
                   ? written[i].kind() == frame::ChunkKind::bytes
                   : written[i].rows() == rows.rows,
               "task wrote a column of another length");
    put_at(*request.placement, request.output_ids[i], group, written[i].buffer(), missed);
  }
}

void Engine::Core::run_here(const Work& work, Share& share) {
  const TaskEntry& task = work.task;
  const RunRequest& request = work.request;
  const bool ordered = task.reduction == Reduction::ordered;
  TreeReducer tree(task, request.block_count);
  IdlePartials idle(task, work.state);
  const auto scratch = task.has_scratch ? scratch_.hold(request.scratch) : nullptr;
  const auto run_block = [&](std::int32_t block, void* partial) {
    const std::int32_t first = block * request.groups_per_block;
    const std::int32_t last = std::min(first + request.groups_per_block, request.layout->groups());
    for (std::int32_t group = first; group < last; ++group) {
      work.token.check();
      run_group(work, GroupIndex(group), partial, share.missed);
    }
  };
  const std::span<const std::int32_t> blocks = request.blocks;
  const auto at_once = static_cast<std::size_t>(request.blocks_at_once);
  parts_.pool.for_each((blocks.size() + at_once - 1) / at_once, [&](std::size_t i) {
    const auto piece = blocks.subspan(i * at_once, std::min(at_once, blocks.size() - i * at_once));
    std::shared_ptr<void> partial = ordered ? task.make_partial(work.state) : idle.take();
    for (const std::int32_t block : piece) run_block(block, partial.get());
    ordered ? tree.add({0, piece[0], std::move(partial)}) : idle.put_back(std::move(partial));
  });
  share.parts = ordered ? tree.take() : idle.merged();
}

std::shared_ptr<void> Engine::Core::decode_state(const TaskEntry& task, const RunRequest& request,
                                                 const job::Token& token) {
  if (request.state_id.bytes == 0) return task.decode_state(request.state);
  const auto fetch = [&] {
    return call(request.driver, "mr.state", wire::encode(request.state_id), token);
  };
  return task.decode_state(*fetched_states_.get(request.scratch, request.state_id, fetch));
}

wire::Bytes Engine::Core::answer_run(std::span<const std::byte> bytes, cluster::Call& call) {
  auto request = wire::decode<RunRequest>(bytes);
  NEVE_CHECK(request.layout && request.placement && request.blocks_at_once > 0);
  const TaskEntry& task = parts_.tasks.find(request.task);
  const ForeignRuns::Running running = foreign_runs_.begin(request.run_id);
  // A driver that died sends no cancel.
  call.when_abandoned([token = running.token()] { token->cancel(); });
  const std::shared_ptr<void> state = decode_state(task, request, *running.token());
  RunPeers peers(*this, *running.token());
  request.peers = &peers;
  Share share;
  run_here({task, request, state.get(), *running.token()}, share);
  RunReply reply{.parts = std::move(share.parts), .missed = {}, .partial_bytes = 0};
  reply.missed.assign(share.missed.nodes.begin(), share.missed.nodes.end());
  return encode_reply(task, reply);
}

}  // namespace neve::mr

#include <algorithm>

#include <neve/base/error.hpp>

#include "mr/core.hpp"

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

void Engine::Core::run_group(const TaskEntry& task, const RunRequest& request, const void* state,
                             GroupIndex group, void* partial) {
  const frame::Layout& layout = *request.layout;
  std::vector<frame::Chunk> chunks;
  chunks.reserve(request.columns.size());
  for (const ColumnId column : request.columns) chunks.push_back(chunk(layout, column, group));
  const RowGroup rows{group, layout.first_row(group), layout.rows_of(group), chunks};
  void* scratch = task.has_scratch ? scratch_.get(task, request.scratch, rows, state) : nullptr;
  Outputs outputs(request.output_kinds, rows.rows);
  task.map(rows, state, scratch, partial, outputs);
  const std::vector<frame::Chunk> written = outputs.finish();
  for (std::size_t i = 0; i < written.size(); ++i) {
    NEVE_CHECK(written[i].rows() == rows.rows, "task wrote a column of another length");
    put(layout, request.output_ids[i], group, written[i]);
  }
}

std::vector<Subtree> Engine::Core::run_here(const TaskEntry& task, const RunRequest& request,
                                            const void* state, const job::Token& token) {
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
      run_group(task, request, state, GroupIndex(group), partial.get());
    }
    ordered ? tree.add({0, block, std::move(partial)}) : idle.put_back(std::move(partial));
  });
  return ordered ? tree.take() : idle.merged();
}

wire::Bytes Engine::Core::answer_run(std::span<const std::byte> bytes, cluster::Call& call) {
  const auto request = wire::decode<RunRequest>(bytes);
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
    for (const Subtree& part : run_here(task, request, state.get(), *token)) {
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

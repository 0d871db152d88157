#include <algorithm>

#include <neve/base/error.hpp>

#include "mr/core.hpp"

namespace neve::mr {

void TaskTable::add(const TaskList& tasks) {
  for (const TaskEntry* task : tasks) {
    // Algorithms of one family list the family's tasks each: the same entry may come again.
    const auto [at, added] = entries_.emplace(task->name, task);
    NEVE_CHECK(added || at->second == task, "two tasks are named " + std::string(task->name));
  }
}

const TaskEntry& TaskTable::find(std::string_view name) const {
  const auto at = entries_.find(name);
  NEVE_CHECK(at != entries_.end(), "no task is named " + std::string(name));
  return *at->second;
}

void* ScratchTable::get(const TaskEntry& task, ScratchId id, const RowGroup& group,
                        const void* state) {
  NEVE_CHECK(id.value != 0, "task " + std::string(task.name) + " needs a scratch id");
  Held* held = nullptr;
  {
    // References into the map stay good while other groups are added.
    const std::lock_guard lock(mutex_);
    held = &jobs_[id.value][group.index.value()];
  }
  if (!held->scratch) {
    auto made = task.make_scratch();
    task.rebuild(group, state, made.get());
    held->reservation = budget_.reserve(task.scratch_bytes(made.get()), "Working memory of a job");
    held->scratch = std::move(made);
  }
  return held->scratch.get();
}

void ScratchTable::forget(ScratchId id, GroupIndex group) {
  const std::lock_guard lock(mutex_);
  const auto job = jobs_.find(id.value);
  if (job != jobs_.end()) job->second.erase(group.value());
}

void ScratchTable::free(ScratchId id) {
  const std::lock_guard lock(mutex_);
  jobs_.erase(id.value);
}

Blocks blocks_of(const frame::Layout& layout, std::size_t columns, std::int64_t partial_bytes) {
  const std::int64_t groups = layout.groups();
  const std::int64_t rows_per_group = std::max<std::int64_t>(1, layout.rows() / groups);
  const std::int64_t group_bytes =
      rows_per_group *
      static_cast<std::int64_t>(std::max<std::size_t>(1, columns) * sizeof(double));
  constexpr std::int64_t kMapOverMerge = 20;
  const std::int64_t wanted = (partial_bytes * kMapOverMerge + group_bytes - 1) / group_bytes;
  Blocks blocks;
  blocks.groups_per_block = static_cast<std::int32_t>(std::clamp<std::int64_t>(wanted, 1, groups));
  blocks.count =
      static_cast<std::int32_t>((groups + blocks.groups_per_block - 1) / blocks.groups_per_block);
  return blocks;
}

}  // namespace neve::mr

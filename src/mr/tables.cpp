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

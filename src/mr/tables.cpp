#include <algorithm>
#include <bit>

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

Blocks blocks_of(const frame::Layout& layout, std::size_t columns, const TaskEntry& task,
                 const void* state) {
  const std::int64_t groups = layout.groups();
  const std::int64_t rows_per_group = std::max<std::int64_t>(1, layout.rows() / groups);
  const std::int64_t group_bytes =
      rows_per_group *
      static_cast<std::int64_t>(std::max<std::size_t>(1, columns) * sizeof(double));
  constexpr std::int64_t kMapOverMerge = 20;
  const std::int64_t wanted = std::clamp<std::int64_t>(
      (task.partial_bytes(state) * kMapOverMerge + group_bytes - 1) / group_bytes, 1, groups);
  if (task.reduction == Reduction::exact) {
    return {.groups_per_block = 1,
            .count = layout.groups(),
            .at_once = static_cast<std::int32_t>(wanted)};
  }
  const auto each = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(wanted)));
  return {.groups_per_block = static_cast<std::int32_t>(each),
          .count = static_cast<std::int32_t>((groups + each - 1) / each)};
}

}  // namespace neve::mr

#pragma once

#include <span>
#include <vector>

#include <neve/mr/engine.hpp>
#include <neve/munge/order.hpp>
#include <neve/munge/rows.hpp>

#include "munge/order_tasks.hpp"

/// Steps that sorts and joins share.
namespace neve::munge {

mr::Inputs inputs_of(const frame::LayoutPtr& layout, std::span<const SortKey> keys);

/// Keys of one frame's rows, in order within each row group.
struct KeyRun {
  mr::Source source;
  KeyRecords samples;
};
/// Throws InputError where they would take more than the memory budget.
KeyRun run_keys(mr::Engine& engine, const mr::Inputs& inputs, const KeysTask::State& state,
                const mr::RunOptions& options);

/// Writes the row numbers that partitions hold, on cuts for results of so many columns.
std::vector<RowColumn> place(mr::Engine& engine, const PlaceTask::State& state, std::int64_t width,
                             const mr::RunOptions& options);

}  // namespace neve::munge

#include <neve/munge/order.hpp>

#include <algorithm>
#include <numeric>

#include <neve/munge/rows.hpp>

#include "munge/key_runs.hpp"
#include "munge/order_tasks.hpp"

namespace neve::munge {
namespace {

RowColumn order_of(mr::Engine& engine, const frame::LayoutPtr& layout,
                   std::span<const SortKey> keys, std::int64_t width, const job::TokenPtr& token) {
  const mr::Inputs inputs = inputs_of(layout, keys);
  const mr::RunOptions plain{.token = token, .scratch = {}, .outputs = {}};
  KeysTask::State state{plan_of(keys, engine.run<KeyRangeTask>(inputs, {}, plain)),
                        stride_of(layout->rows())};
  const mr::ScratchLease kept_keys(engine);
  const KeyRun run =
      run_keys(engine, inputs, state, {.token = token, .scratch = kept_keys.id(), .outputs = {}});
  const KeyShape& shape = state.plan.shape;
  const Partitions cut{run.source, shape, splitters_of(shape, run.samples, layout->rows())};
  const auto ranges = partition_layout(engine, layout->rows(), cut.splitters);
  const mr::ScratchLease kept_rows(engine);
  const RowCounts counts = engine.run<SortTask>(
      {ranges, {}}, cut, {.token = token, .scratch = kept_rows.id(), .outputs = {}});
  mr::RunOptions options = plain;
  options.outputs.push_back({.kind = mr::OutputKind::int64s});
  return place(engine, {engine.source(SortTask::name, ranges, kept_rows.id()), counts.begins()},
               width, options)[0];
}

}  // namespace

frame::Frame sort(mr::Engine& engine, const frame::Frame& frame, std::span<const SortKey> keys,
                  const job::TokenPtr& token) {
  return gather(engine, frame, order_of(engine, frame.layout, keys, frame.width(), token), token);
}

std::vector<std::int64_t> sorted_rows(mr::Engine& engine, const frame::LayoutPtr& layout,
                                      std::span<const SortKey> keys, const job::TokenPtr& token) {
  const RowColumn order = order_of(engine, layout, keys, 1, token);
  std::vector<std::int64_t> rows(static_cast<std::size_t>(layout->rows()));
  engine.pool().for_each(static_cast<std::size_t>(order.layout->groups()), [&](std::size_t g) {
    const GroupIndex group(static_cast<std::int32_t>(g));
    const auto first = static_cast<std::size_t>(order.layout->first_row(group));
    const auto count = static_cast<std::size_t>(order.layout->rows_of(group));
    engine.chunk(*order.layout, order.column.id, group)
        .decode_int64(0, std::span(rows).subspan(first, count));
  });
  return rows;
}

}  // namespace neve::munge

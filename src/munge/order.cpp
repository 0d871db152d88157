#include <neve/munge/order.hpp>

#include <algorithm>
#include <map>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/munge/rows.hpp>

#include "munge/order_tasks.hpp"

namespace neve::munge {
namespace {

mr::Inputs inputs_of(const frame::LayoutPtr& layout, std::span<const SortKey> keys) {
  mr::Inputs inputs{.layout = layout, .columns = {}};
  for (const SortKey& key : keys) inputs.columns.push_back(key.column.id);
  return inputs;
}

/// Keys of one frame's rows, in order within each row group.
struct KeyRun {
  mr::Source source;
  KeyRecords samples;
};

KeyRun run_keys(mr::Engine& engine, const mr::Inputs& inputs, KeysTask::State state,
                const mr::RunOptions& options) {
  const auto bytes =
      static_cast<std::int64_t>(8 + 8 * state.plan.shape.words() + 16 * state.plan.shape.texts());
  engine.budget().check(engine.most_rows(*inputs.layout) * bytes, "The keys of a sort");
  auto samples = engine.run<KeysTask>(inputs, state, options).samples;
  return {engine.source(KeysTask::name, inputs.layout, options.scratch), std::move(samples)};
}

/// Writes the row numbers that partitions hold, on cuts for results of so many columns.
std::vector<RowColumn> place(mr::Engine& engine, PlaceTask::State state, std::int64_t width,
                             mr::RunOptions options) {
  const auto layout = engine.new_layout(frame::row_cuts(state.begins.back(), width));
  auto made = engine.run_with_outputs<PlaceTask>({layout, {}}, state, options);
  std::vector<RowColumn> columns;
  for (frame::Column& column : made.columns) columns.push_back({layout, std::move(column)});
  return columns;
}

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

namespace {

/// What codes of the right side are in terms of the left side's levels; new levels behind them.
/// Returns the number of levels of both.
std::size_t align_codes(const frame::Column& left, const frame::Column& right,
                        std::vector<std::int32_t>& map) {
  std::map<std::string, std::int32_t> known;
  for (const std::string& level : *left.domain) {
    known.emplace(level, static_cast<std::int32_t>(known.size()));
  }
  for (const std::string& level : *right.domain) {
    map.push_back(known.emplace(level, static_cast<std::int32_t>(known.size())).first->second);
  }
  return known.size();
}

void check_joinable(const frame::Frame& left, const frame::Frame& right, const JoinRule& rule) {
  for (std::size_t k = 0; k < rule.left.size(); ++k) {
    const frame::Column& a = left.columns[rule.left[k]];
    const frame::Column& b = right.columns[rule.right[k]];
    if (a.type != b.type) {
      throw InputError::bad_request("Merging columns must be the same type; columns " +
                                    left.names[rule.left[k]] + " and " +
                                    right.names[rule.right[k]] + " differ.");
    }
    if (a.type == frame::ColumnType::string || a.type == frame::ColumnType::uuid) {
      throw InputError::bad_request("Cannot merge on strings; use as.factor on column " +
                                    left.names[rule.left[k]] + " first.");
    }
  }
}

std::vector<SortKey> keys_of(const frame::Frame& frame, const std::vector<std::size_t>& columns) {
  std::vector<SortKey> keys;
  for (const std::size_t c : columns) keys.push_back({frame.columns[c]});
  return keys;
}

/// One plan each, with the same places for equal values.
std::pair<KeyPlan, KeyPlan> joint_plans(std::span<const SortKey> left,
                                        std::span<const SortKey> right,
                                        KeyRangeTask::Partial ranges) {
  std::vector<std::vector<std::int32_t>> maps(left.size());
  for (std::size_t k = 0; k < left.size(); ++k) {
    if (!left[k].column.is_categorical()) continue;
    const std::size_t levels = align_codes(left[k].column, right[k].column, maps[k]);
    ranges.columns[k].as_integers = {.least = 1, .most = std::max<std::size_t>(1, levels)};
  }
  const KeyPlan of_left = plan_of(left, ranges);
  KeyPlan of_right = of_left;
  for (std::size_t k = 0; k < left.size(); ++k) of_right.columns[k].codes = std::move(maps[k]);
  return {of_left, of_right};
}

}  // namespace

Joined join(mr::Engine& engine, const frame::Frame& left, const frame::Frame& right,
            const JoinRule& rule, const job::TokenPtr& token) {
  check_joinable(left, right, rule);
  const std::vector<SortKey> left_keys = keys_of(left, rule.left);
  const std::vector<SortKey> right_keys = keys_of(right, rule.right);
  const mr::Inputs left_inputs = inputs_of(left.layout, left_keys);
  const mr::Inputs right_inputs = inputs_of(right.layout, right_keys);
  mr::RunOptions options{.token = token, .scratch = {}, .outputs = {}};
  auto ranges = engine.run<KeyRangeTask>(left_inputs, {}, options);
  KeyRangeTask::merge(ranges, engine.run<KeyRangeTask>(right_inputs, {}, options));
  const auto [left_plan, right_plan] = joint_plans(left_keys, right_keys, std::move(ranges));
  const KeyShape& shape = left_plan.shape;
  const std::int64_t records = left.rows() + right.rows();
  const std::uint64_t stride = stride_of(records);

  const mr::ScratchLease left_kept(engine);
  const mr::ScratchLease right_kept(engine);
  options.scratch = left_kept.id();
  KeyRun left_run = run_keys(engine, left_inputs, {left_plan, stride}, options);
  options.scratch = right_kept.id();
  KeyRun right_run = run_keys(engine, right_inputs, {right_plan, stride}, options);
  // Before all left rows of the key.
  std::ranges::fill(right_run.samples.rows, -1);
  KeysTask::Partial samples{std::move(left_run.samples)};
  KeysTask::merge(samples, {std::move(right_run.samples)});

  const Partitions cut{left_run.source, shape, splitters_of(shape, samples.samples, records)};
  const auto parts = partition_layout(engine, records, cut.splitters);
  const mr::ScratchLease pairs(engine);
  options.scratch = pairs.id();
  const RowCounts counts = engine.run<JoinTask>(
      {parts, {}}, {cut, right_run.source, rule.all_left, rule.all_right}, options);
  options.scratch = {};
  options.outputs.assign(2, {.kind = mr::OutputKind::int64s});
  const std::vector<RowColumn> rows =
      place(engine, {engine.source(JoinTask::name, parts, pairs.id()), counts.begins()},
            left.width() + right.width(), options);
  return {gather(engine, left, rows[0], token), gather(engine, right, rows[1], token)};
}

}  // namespace neve::munge

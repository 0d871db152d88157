#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include <neve/base/error.hpp>
#include <neve/munge/expression.hpp>
#include <neve/munge/order.hpp>
#include <neve/munge/rows.hpp>

#include "munge/key_runs.hpp"
#include "munge/look_up_task.hpp"
#include "munge/order_tasks.hpp"

namespace neve::munge {
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
  keys.reserve(columns.size());
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

/// The two sides of a join and how their keys compare.
struct Sides {
  Sides(mr::Engine& engine, const frame::Frame& a, const frame::Frame& b, const JoinRule& how,
        const mr::RunOptions& options)
      : left(a), right(b), rule(how) {
    const std::vector<SortKey> left_keys = keys_of(left, rule.left);
    const std::vector<SortKey> right_keys = keys_of(right, rule.right);
    left_inputs = inputs_of(left.layout, left_keys);
    right_inputs = inputs_of(right.layout, right_keys);
    auto ranges = engine.run<KeyRangeTask>(left_inputs, {}, options);
    KeyRangeTask::merge(ranges, engine.run<KeyRangeTask>(right_inputs, {}, options));
    std::tie(left_plan, right_plan) = joint_plans(left_keys, right_keys, std::move(ranges));
  }
  const frame::Frame& left;
  const frame::Frame& right;
  const JoinRule& rule;
  mr::Inputs left_inputs;
  mr::Inputs right_inputs;
  KeyPlan left_plan;
  KeyPlan right_plan;
};

/// Row numbers of both sides, by ascending keys.
std::vector<RowColumn> rows_by_keys(mr::Engine& engine, const Sides& sides,
                                    mr::RunOptions options) {
  const KeyShape& shape = sides.left_plan.shape;
  const std::int64_t records = sides.left.rows() + sides.right.rows();
  const std::uint64_t stride = stride_of(records);

  const mr::ScratchLease left_kept(engine);
  const mr::ScratchLease right_kept(engine);
  options.scratch = left_kept.id();
  KeyRun left_run = run_keys(engine, sides.left_inputs, {sides.left_plan, stride}, options);
  options.scratch = right_kept.id();
  KeyRun right_run = run_keys(engine, sides.right_inputs, {sides.right_plan, stride}, options);
  // Before all left rows of the key.
  std::ranges::fill(right_run.samples.rows, -1);
  KeysTask::Partial samples{std::move(left_run.samples)};
  KeysTask::merge(samples, {std::move(right_run.samples)});

  const Partitions cut{left_run.source, shape, splitters_of(shape, samples.samples, records)};
  const auto parts = partition_layout(engine, records, cut.splitters);
  const mr::ScratchLease pairs(engine);
  options.scratch = pairs.id();
  const RowCounts counts = engine.run<JoinTask>(
      {parts, {}}, {cut, right_run.source, sides.rule.all_left, sides.rule.all_right}, options);
  options.scratch = {};
  options.outputs.assign(2, {.kind = mr::OutputKind::int64s});
  return place(engine, {engine.source(JoinTask::name, parts, pairs.id()), counts.begins()},
               sides.left.width() + sides.right.width(), options);
}

/// Pairs of rows in the order of their numbers.
std::vector<RowColumn> rows_by_rows(mr::Engine& engine, const std::vector<RowColumn>& pairs,
                                    const job::TokenPtr& token) {
  frame::Frame numbers;
  numbers.layout = pairs[0].layout;
  for (const RowColumn& rows : pairs) numbers.add("", rows.column);
  const std::vector<SortKey> keys = {{numbers.columns[0]}, {numbers.columns[1]}};
  const frame::Frame sorted = sort(engine, numbers, keys, token);
  return {{sorted.layout, sorted.columns[0]}, {sorted.layout, sorted.columns[1]}};
}

/// All right keys with their rows, sorted, if they are few and all different.
std::optional<KeyRecords> few_right_keys(mr::Engine& engine, const Sides& sides,
                                         const mr::RunOptions& options) {
  constexpr std::int64_t kFew = std::int64_t{1} << 17U;
  const KeyShape& shape = sides.right_plan.shape;
  if (sides.right.rows() > kFew || shape.words() == 0) return std::nullopt;
  KeysTask::State state{sides.right_plan, 1};
  const mr::ScratchLease kept(engine);
  mr::RunOptions own = options;
  own.scratch = kept.id();
  const KeyRecords keys =
      sorted_samples(shape, run_keys(engine, sides.right_inputs, state, own).samples);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (compare_keys(shape, keys, i - 1, keys, i) == 0) return std::nullopt;
  }
  return keys;
}

/// The columns of the right side that the result has.
frame::Frame wanted_of_right(const Sides& sides) {
  if (sides.rule.right_keys) return sides.right;
  frame::Frame wanted;
  wanted.layout = sides.right.layout;
  for (std::size_t c = 0; c < sides.right.columns.size(); ++c) {
    if (std::ranges::find(sides.rule.right, c) != sides.rule.right.end()) continue;
    wanted.add(sides.right.names[c], sides.right.columns[c]);
  }
  return wanted;
}

/// The join in the order of left rows, each of which has at most one partner.
Joined look_up(mr::Engine& engine, const Sides& sides, KeyRecords right, mr::RunOptions options) {
  options.outputs = {{.kind = mr::OutputKind::int64s}};
  auto found = engine.run_with_outputs<LookUpTask>(sides.left_inputs,
                                                   {sides.left_plan, std::move(right)}, options);
  frame::Frame left = sides.left;
  RowColumn rows{left.layout, std::move(found.columns[0])};
  if (!sides.rule.all_left && found.value.alone > 0) {
    frame::Frame both = left;
    both.add("", rows.column);
    const auto mask = binary(Op::greater_equal, column_of(rows.column), constant_of(0));
    left = filter(engine, {mask, both}, options.token);
    rows = {left.layout, left.columns.back()};
    left.columns.pop_back();
    left.names.pop_back();
  }
  frame::Frame partners = gather(engine, wanted_of_right(sides), rows, options.token);
  return {std::move(left), std::move(partners)};
}

}  // namespace

Joined join(mr::Engine& engine, const frame::Frame& left, const frame::Frame& right,
            const JoinRule& rule, const job::TokenPtr& token) {
  check_joinable(left, right, rule);
  const bool by_rows = rule.order == JoinOrder::rows;
  if (by_rows && rule.all_right) {
    if (rule.all_left) {
      throw InputError::bad_request(
          "A merge that keeps all rows of both frames has no order of rows; use method 'auto'.");
    }
    Joined turned = join(
        engine, right, left,
        {.left = rule.right, .right = rule.left, .all_left = true, .order = rule.order}, token);
    return {std::move(turned.right), std::move(turned.left)};
  }
  const mr::RunOptions options{.token = token, .scratch = {}, .outputs = {}};
  const Sides sides(engine, left, right, rule, options);
  if (by_rows) {
    if (auto keys = few_right_keys(engine, sides, options)) {
      return look_up(engine, sides, *std::move(keys), options);
    }
  }
  std::vector<RowColumn> rows = rows_by_keys(engine, sides, options);
  if (by_rows) rows = rows_by_rows(engine, rows, token);
  frame::Frame of_left = gather(engine, left, rows[0], token);
  return {std::move(of_left), gather(engine, wanted_of_right(sides), rows[1], token)};
}

}  // namespace neve::munge

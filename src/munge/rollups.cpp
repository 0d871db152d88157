#include <neve/munge/rollups.hpp>

#include <cmath>

#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>

#include "munge/rollup_task.hpp"

namespace neve::munge {

void RollupTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  partial.columns.resize(group.columns.size());
  for (std::size_t c = 0; c < group.columns.size(); ++c) {
    partial.columns[c].merge(frame::summarize(group.columns[c], group.first_row));
  }
}

void RollupTask::merge(Partial& left, const Partial& right) {
  if (left.columns.empty()) left.columns.resize(right.columns.size());
  for (std::size_t c = 0; c < right.columns.size(); ++c) left.columns[c].merge(right.columns[c]);
}

void Counts::merge(const Counts& right) {
  counts.resize(std::max(counts.size(), right.counts.size()));
  for (std::size_t i = 0; i < right.counts.size(); ++i) counts[i] += right.counts[i];
}

void LevelCountTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  partial.counts.resize(static_cast<std::size_t>(state.levels));
  frame::count_codes(group.columns[0], partial.counts);
}

void HistogramTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  partial.counts.resize(static_cast<std::size_t>(state.bins));
  const double scale = state.bins / (state.high - state.low);
  ProgramRunner runner(state.program, group);
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    runner.run(begin, std::min(kBlockRows, group.rows - begin));
    for (const double x : runner.output(0)) {
      if (!(x >= state.low && x <= state.high)) continue;
      const auto bin = static_cast<std::int32_t>((x - state.low) * scale);
      ++partial.counts[static_cast<std::size_t>(std::clamp(bin, 0, state.bins - 1))];
    }
  }
}

std::vector<frame::Rollup> roll_up(mr::Engine& engine, const frame::LayoutPtr& layout,
                                   std::span<const frame::Column> columns,
                                   const job::TokenPtr& token) {
  mr::Inputs inputs{layout, {}};
  for (const frame::Column& column : columns) inputs.columns.push_back(column.id);
  auto partial = engine.run<RollupTask>(inputs, {}, {.token = token});
  partial.columns.resize(columns.size());
  std::vector<frame::Rollup> rollups;
  for (const frame::ChunkSummary& summary : partial.columns) {
    rollups.push_back(frame::finish_rollup(summary));
  }
  return rollups;
}

std::vector<frame::Rollup> Rollups::of(const frame::Frame& frame, const job::TokenPtr& token) {
  std::vector<frame::Rollup> all(frame.columns.size());
  std::vector<frame::Column> unknown;
  std::unordered_map<ColumnId, std::size_t> among_unknown;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t c = 0; c < all.size(); ++c) {
      const frame::Column& column = frame.columns[c];
      const auto at = known_.find(column.id);
      if (at != known_.end()) {
        all[c] = at->second;
      } else if (among_unknown.emplace(column.id, unknown.size()).second) {
        unknown.push_back(column);
      }
    }
  }
  if (unknown.empty()) return all;
  const auto fresh = roll_up(engine_, frame.layout, unknown, token);
  for (std::size_t c = 0; c < all.size(); ++c) {
    const auto at = among_unknown.find(frame.columns[c].id);
    if (at != among_unknown.end()) all[c] = fresh[at->second];
  }
  const std::lock_guard lock(mutex_);
  if (known_.size() + fresh.size() > kMostKept) known_.clear();
  for (std::size_t i = 0; i < fresh.size(); ++i) known_[unknown[i].id] = fresh[i];
  return all;
}

frame::Rollup Rollups::of(const frame::LayoutPtr& layout, const frame::Column& column) {
  frame::Frame frame;
  frame.layout = layout;
  frame.add("", column);
  return of(frame)[0];
}

std::int64_t Rollups::checksum(const frame::Frame& frame) {
  const std::vector<frame::Rollup> rollups = of(frame);
  std::string text = std::to_string(frame.rows());
  const auto add = [&text](const std::string& part) {
    text += std::to_string(part.size()) + ':' + part;
  };
  for (std::size_t c = 0; c < frame.columns.size(); ++c) {
    const frame::Column& column = frame.columns[c];
    add(frame.names[c]);
    text += static_cast<char>('0' + static_cast<int>(column.type));
    add(std::to_string(rollups[c].checksum));
    if (!column.domain) continue;
    for (const std::string& level : *column.domain) add(level);
  }
  return static_cast<std::int64_t>(hash_bytes(std::as_bytes(std::span(text))));
}

std::vector<std::int64_t> level_counts(mr::Engine& engine, const frame::LayoutPtr& layout,
                                       const frame::Column& column, const job::TokenPtr& token) {
  NEVE_CHECK(column.is_categorical());
  mr::RunOptions options;
  options.token = token;
  auto counts =
      engine.run<LevelCountTask>({layout, {column.id}}, {column.cardinality()}, options).counts;
  counts.resize(static_cast<std::size_t>(column.cardinality()));
  return counts;
}

std::vector<std::int64_t> histogram(mr::Engine& engine, const frame::LayoutPtr& layout,
                                    const ExpressionPtr& values, const BinGrid& grid) {
  NEVE_CHECK(grid.bins > 0 && grid.high > grid.low);
  Compiled compiled = compile({&values, 1});
  const HistogramTask::State state{std::move(compiled.program), grid.low, grid.high, grid.bins};
  auto counts = engine.run<HistogramTask>({layout, compiled.columns}, state).counts;
  counts.resize(static_cast<std::size_t>(grid.bins));
  return counts;
}

}  // namespace neve::munge

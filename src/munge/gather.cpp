#include <algorithm>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/rows.hpp>

#include "munge/gather_tasks.hpp"

namespace neve::munge {

void PickTask::rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
  scratch.chunks.assign(group.columns.begin(), group.columns.end());
  if (!state.dense) return;
  std::vector<PlainValues> columns;
  for (const frame::Chunk& chunk : scratch.chunks) {
    columns.emplace_back(form_of(chunk)).append(chunk, 0, group.rows);
  }
  scratch.decoded.emplace(std::move(columns));
}

PickTask::Answer PickTask::answer(const Scratch& scratch, const Question& question) {
  if (scratch.decoded) return {.decoded = &*scratch.decoded, .question = &question, .picked = {}};
  const std::span<const std::uint32_t> rows = question.rows();
  std::vector<PlainValues> columns;
  for (const frame::Chunk& chunk : scratch.chunks) {
    PlainValues& values = columns.emplace_back(form_of(chunk));
    values.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size();) {
      std::size_t end = i + 1;
      while (end < rows.size() && rows[end] == rows[end - 1] + 1) ++end;
      values.append(chunk, rows[i], static_cast<std::int64_t>(end - i));
      i = end;
    }
  }
  return {.decoded = nullptr, .question = nullptr, .picked = RowRecords(std::move(columns))};
}

void GatherTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                     mr::Outputs& outputs) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(group.rows));
  group.columns[0].decode_int64(0, rows);
  const RowsByGroup wanted(*state.from.layout, rows);
  std::vector<PickTask::Question> questions;
  for (std::size_t i = 0; i < wanted.groups().size(); ++i) questions.push_back({&wanted, i, {}});
  const auto found = group.peers->ask<PickTask::Question, PickTask::Answer>(
      state.from, wanted.groups(), questions);
  std::vector<const RowRecords*> parts;
  std::vector<bool> is_whole;
  for (const auto& part : found.of) {
    parts.push_back(&part->records());
    is_whole.push_back(part->is_whole());
  }
  group.peers->check();
  const std::vector<PlainValues> columns = RowRecords::collected(parts, wanted.places(is_whole));
  for (std::size_t c = 0; c < outputs.count(); ++c) {
    group.peers->check();
    outputs.set_chunk(c, columns[c].encode());
  }
}

namespace {

/// Of one value, decoded.
constexpr std::int64_t kMostBytesEach = 17;

/// Columns that travel together: as many as make a reply of some megabytes, and little memory.
std::size_t columns_at_once(mr::Engine& engine, const frame::Layout& from,
                            const frame::Layout& to) {
  constexpr std::int64_t kCellsOfGroup = std::int64_t{1} << 20U;
  constexpr std::int64_t kCells = std::int64_t{1} << 24U;
  constexpr std::int64_t kFewest = 4;
  const std::int64_t by_group = kCellsOfGroup / std::max<std::int64_t>(1, to.cuts[1]);
  const std::int64_t by_rows = kCells / std::max<std::int64_t>(1, from.rows());
  const std::int64_t bytes_each =
      std::max<std::int64_t>(1, kMostBytesEach * engine.most_rows(from));
  const std::int64_t by_memory = std::max<std::int64_t>(1, engine.budget().free() / 2 / bytes_each);
  const std::int64_t wanted = std::max(kFewest, std::min(by_group, by_rows));
  return static_cast<std::size_t>(std::min(wanted, by_memory));
}

void gather_some(mr::Engine& engine, std::span<const frame::Column> columns,
                 const frame::LayoutPtr& layout, const RowColumn& rows, frame::Frame& to,
                 const job::TokenPtr& token) {
  const PickTask::State state{.dense = rows.layout->rows() * 4 >= layout->rows()};
  if (state.dense) {
    engine.budget().check(
        engine.most_rows(*layout) * kMostBytesEach * static_cast<std::int64_t>(columns.size()),
        "Columns on their way into another order");
  }
  const mr::ScratchLease scratch(engine);
  mr::Inputs inputs{.layout = layout, .columns = {}};
  mr::RunOptions options{.token = token, .scratch = {}, .outputs = {}};
  for (const frame::Column& column : columns) {
    inputs.columns.push_back(column.id);
    options.outputs.push_back({.type = column.type, .domain = column.domain});
  }
  engine.run<PickTask>(inputs, state, {.token = token, .scratch = scratch.id(), .outputs = {}});
  const GatherTask::State from{engine.source(PickTask::name, layout, scratch.id())};
  auto made = engine.run_with_outputs<GatherTask>({rows.layout, {rows.column.id}}, from, options);
  std::ranges::move(made.columns, std::back_inserter(to.columns));
}

}  // namespace

frame::Frame gather(mr::Engine& engine, const frame::Frame& frame, const RowColumn& rows,
                    const job::TokenPtr& token) {
  frame::Frame made;
  made.layout = rows.layout;
  made.names = frame.names;
  const std::span<const frame::Column> columns = frame.columns;
  const std::size_t at_once = columns_at_once(engine, *frame.layout, *rows.layout);
  for (std::size_t first = 0; first < columns.size(); first += at_once) {
    const std::size_t count = std::min(at_once, columns.size() - first);
    gather_some(engine, columns.subspan(first, count), frame.layout, rows, made, token);
  }
  return made;
}

frame::Frame gather(mr::Engine& engine, const frame::Frame& frame,
                    std::span<const std::int64_t> rows, const job::TokenPtr& token) {
  const auto layout =
      engine.new_layout(frame::row_cuts(static_cast<std::int64_t>(rows.size()), frame.width()));
  const ColumnId id = engine.new_column_id();
  const mr::OutputColumn kind{.kind = mr::OutputKind::int64s};
  try {
    engine.pool().for_each(static_cast<std::size_t>(layout->groups()), [&](std::size_t g) {
      const GroupIndex group(static_cast<std::int32_t>(g));
      const auto part = rows.subspan(static_cast<std::size_t>(layout->first_row(group)),
                                     static_cast<std::size_t>(layout->rows_of(group)));
      engine.put_chunk(*layout, id, group, frame::encode_int64(part));
    });
  } catch (...) {
    engine.discard({&id, 1});
    throw;
  }
  return gather(engine, frame, {layout, engine.adopt({&id, 1}, {&kind, 1})[0]}, token);
}

}  // namespace neve::munge

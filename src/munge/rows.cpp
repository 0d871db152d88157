#include <neve/munge/rows.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/evaluate.hpp>

#include "munge/filter_task.hpp"
#include "munge/plain_values.hpp"

namespace neve::munge {
namespace {

/// Makes the columns of a new layout, chunk by chunk in parallel; frees them if a step fails.
class FrameWriter {
 public:
  FrameWriter(mr::Engine& engine, const frame::Frame& like, frame::LayoutPtr layout)
      : engine_(engine), layout_(std::move(layout)), names_(like.names) {
    for (const frame::Column& column : like.columns) {
      ids_.push_back(engine.new_column_id());
      kinds_.push_back({.type = column.type, .domain = column.domain});
    }
  }
  using MakeChunk = std::function<frame::Chunk(std::size_t column, GroupIndex group)>;
  frame::Frame write(const MakeChunk& make, const job::TokenPtr& token = nullptr) {
    const auto groups = static_cast<std::size_t>(layout_->groups());
    try {
      engine_.pool().for_each(groups * ids_.size(), [&](std::size_t i) {
        if (token) token->check();
        const GroupIndex group(static_cast<std::int32_t>(i % groups));
        engine_.put_chunk(*layout_, ids_[i / groups], group, make(i / groups, group));
      });
    } catch (...) {
      engine_.discard(ids_);
      throw;
    }
    frame::Frame made;
    made.layout = layout_;
    made.names = names_;
    made.columns = engine_.adopt(ids_, kinds_);
    return made;
  }
  void set_domain(std::size_t column, frame::DomainPtr domain) {
    kinds_[column].domain = std::move(domain);
  }

 private:
  mr::Engine& engine_;
  frame::LayoutPtr layout_;
  std::vector<std::string> names_;
  std::vector<ColumnId> ids_;
  std::vector<mr::OutputColumn> kinds_;
};

/// Below a quarter of its rows a group is no longer worth its overhead.
bool needs_recut(std::int64_t rows, std::int64_t before) { return rows * 4 < before; }

/// Numbers as a chunk of the kind that a column of this type holds.
frame::Chunk encode_as(frame::ColumnType type, std::span<const double> values) {
  if (type == frame::ColumnType::categorical) {
    PlainValues codes(PlainValues::Form::codes);
    for (const double v : values) {
      codes.codes.push_back(v >= 0 ? static_cast<std::int32_t>(v) : frame::kMissingCode);
    }
    return codes.encode();
  }
  if (type != frame::ColumnType::time) return frame::encode_doubles(values);
  PlainValues times(PlainValues::Form::times);
  for (const double v : values) {
    times.int64s.push_back(v == v ? static_cast<std::int64_t>(v) : frame::kMissingInt64);
  }
  return times.encode();
}

}  // namespace

frame::Frame recut(mr::Engine& engine, const frame::Frame& frame, frame::LayoutPtr layout) {
  NEVE_CHECK(layout->rows() == frame.rows());
  FrameWriter writer(engine, frame, layout);
  return writer.write([&](std::size_t column, GroupIndex group) {
    const ColumnReader reader(engine, frame.layout, frame.columns[column].id);
    const std::int64_t first = layout->first_row(group);
    PlainValues values(reader.form(first, layout->rows_of(group)));
    reader.read(first, layout->rows_of(group), values);
    return values.encode();
  });
}

frame::Frame slice(mr::Engine& engine, const frame::Frame& frame, std::int64_t first,
                   std::int64_t rows) {
  NEVE_CHECK(first >= 0 && rows >= 0 && first + rows <= frame.rows());
  const auto layout = engine.new_layout(frame::row_cuts(rows, frame.width()));
  FrameWriter writer(engine, frame, layout);
  return writer.write([&](std::size_t column, GroupIndex group) {
    const ColumnReader reader(engine, frame.layout, frame.columns[column].id);
    const std::int64_t from = first + layout->first_row(group);
    PlainValues values(reader.form(from, layout->rows_of(group)));
    reader.read(from, layout->rows_of(group), values);
    return values.encode();
  });
}

std::vector<double> collect(mr::Engine& engine, const frame::LayoutPtr& layout,
                            const ExpressionPtr& values) {
  const frame::Column column = evaluate(engine, layout, {&values, 1})[0];
  std::vector<double> all(static_cast<std::size_t>(layout->rows()));
  engine.pool().for_each(static_cast<std::size_t>(layout->groups()), [&](std::size_t g) {
    const GroupIndex group(static_cast<std::int32_t>(g));
    const auto first = static_cast<std::size_t>(layout->first_row(group));
    const auto rows = static_cast<std::size_t>(layout->rows_of(group));
    engine.chunk(*layout, column.id, group).decode(0, std::span(all).subspan(first, rows));
  });
  return all;
}

frame::Column sequential(mr::Engine& engine, const frame::LayoutPtr& layout,
                         const ExpressionPtr& values,
                         const std::function<void(std::vector<double>&)>& change) {
  const Reservation memory = engine.budget().reserve(layout->rows() * 8, "a column in order");
  std::vector<double> all = collect(engine, layout, values);
  change(all);
  NEVE_CHECK(static_cast<std::int64_t>(all.size()) == layout->rows());
  frame::Frame like;
  like.add("", {.id = {}, .type = values->type, .domain = values->domain});
  FrameWriter writer(engine, like, layout);
  const auto made = writer.write([&](std::size_t /*column*/, GroupIndex group) {
    const auto first = static_cast<std::size_t>(layout->first_row(group));
    const auto rows = static_cast<std::size_t>(layout->rows_of(group));
    return encode_as(values->type, std::span(all).subspan(first, rows));
  });
  return made.columns[0];
}

namespace {

/// A mask that compares a column with a number.
struct Comparison {
  std::int32_t column = 0;
  frame::Range range;
};

std::optional<Comparison> comparison_in(const Program& mask) {
  using Side = frame::Range::Side;
  if (mask.instructions.size() != 3) return std::nullopt;
  const Program::Instruction& left = mask.instructions[0];
  const Program::Instruction& right = mask.instructions[1];
  const Program::Instruction& last = mask.instructions[2];
  const bool column_first = left.op == Op::column && right.op == Op::constant;
  if (!column_first || last.a != left.to || last.b != right.to) return std::nullopt;
  const auto found = [&](Side side) {
    return Comparison{left.column, {.side = side, .bound = right.constant}};
  };
  if (last.op == Op::greater) return found(Side::above);
  if (last.op == Op::greater_equal) return found(Side::not_below);
  if (last.op == Op::less) return found(Side::below);
  if (last.op == Op::less_equal) return found(Side::not_above);
  return std::nullopt;
}

/// 1 where the mask holds.
std::vector<std::uint8_t> rows_to_keep(const mr::RowGroup& group, const Program& mask) {
  std::vector<std::uint8_t> keep(static_cast<std::size_t>(group.rows));
  if (const auto one = comparison_in(mask)) {
    const frame::Chunk& chunk = group.columns[static_cast<std::size_t>(one->column)];
    if (frame::mark_range(chunk, one->range, keep)) return keep;
  }
  ProgramRunner runner(mask, group);
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlockRows) {
    runner.run(begin, std::min(kBlockRows, group.rows - begin));
    const std::span<const double> values = runner.output(0);
    std::uint8_t* const to = keep.data() + begin;
    for (std::size_t i = 0; i < values.size(); ++i) {
      to[i] = static_cast<std::uint8_t>(values[i] != 0 && values[i] == values[i]);
    }
  }
  return keep;
}

std::vector<std::int64_t> numbers_of(std::span<const std::uint8_t> keep) {
  std::vector<std::int64_t> rows(keep.size() + 1);
  std::size_t count = 0;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    rows[count] = static_cast<std::int64_t>(i);
    count += keep[i];
  }
  rows.resize(count);
  return rows;
}

}  // namespace

void FilterTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const std::vector<std::uint8_t> keep = rows_to_keep(group, state.mask);
  Kept& kept = partial.groups[group.index.value()];
  kept.rows = std::ranges::count(keep, std::uint8_t{1});
  const bool all = kept.rows == group.rows;
  std::vector<std::int64_t> picked;
  for (const std::int32_t column : state.columns) {
    const frame::Chunk& chunk = group.columns[static_cast<std::size_t>(column)];
    if (all) {
      kept.chunks.push_back({chunk.buffer()});
      continue;
    }
    if (const auto pressed = frame::keep_rows(chunk, keep, kept.rows)) {
      kept.chunks.push_back({pressed->buffer()});
      continue;
    }
    if (picked.empty()) picked = numbers_of(keep);
    PlainValues values(form_of(chunk));
    values.append(chunk, 0, group.rows);
    kept.chunks.push_back({values.picked(picked).encode().buffer()});
  }
}

frame::Frame filter(mr::Engine& engine, const Filter& what, const job::TokenPtr& token) {
  const frame::Frame& frame = what.frame;
  Compiled compiled = compile({&what.mask, 1});
  FilterTask::State state{std::move(compiled.program), {}};
  for (const frame::Column& column : frame.columns) {
    const auto at = std::ranges::find(compiled.columns, column.id);
    state.columns.push_back(static_cast<std::int32_t>(at - compiled.columns.begin()));
    if (at == compiled.columns.end()) compiled.columns.push_back(column.id);
  }
  mr::RunOptions options{.token = token};
  const auto kept = engine.run<FilterTask>({frame.layout, compiled.columns}, state, options);
  std::vector<std::int64_t> cuts = {0};
  for (const auto& [group, part] : kept.groups) cuts.push_back(cuts.back() + part.rows);
  const std::int64_t rows = cuts.back();
  const auto layout = engine.new_layout(std::move(cuts));
  FrameWriter writer(engine, frame, layout);
  frame::Frame shrunk = writer.write([&](std::size_t column, GroupIndex group) {
    return frame::Chunk::from_bytes(kept.groups.at(group.value()).chunks[column].buffer,
                                    frame::Chunk::Checksum::trust);
  });
  if (!needs_recut(rows, frame.rows())) return shrunk;
  return recut(engine, shrunk, engine.new_layout(frame::row_cuts(rows, frame.width())));
}

namespace {

/// The joint domain of one column of all frames, and each frame's codes in it.
struct JointDomain {
  frame::DomainPtr domain;
  std::vector<std::vector<std::int32_t>> maps;
};

JointDomain join_domains(std::span<const frame::Frame> frames, std::size_t column) {
  auto joint = std::make_shared<frame::Domain>();
  std::map<std::string, std::int32_t, std::less<>> codes;
  JointDomain result;
  for (const frame::Frame& frame : frames) {
    auto& map = result.maps.emplace_back();
    if (!frame.columns[column].domain) continue;
    for (const std::string& level : *frame.columns[column].domain) {
      const auto next = static_cast<std::int32_t>(joint->size());
      const auto [at, fresh] = codes.try_emplace(level, next);
      if (fresh) joint->push_back(level);
      map.push_back(at->second);
    }
  }
  result.domain = std::move(joint);
  return result;
}

bool all_missing(const frame::Column& column) { return column.type == frame::ColumnType::bad; }

void check_bindable(std::span<const frame::Frame> frames) {
  const frame::Frame& first = frames[0];
  for (const frame::Frame& frame : frames) {
    if (frame.width() != first.width()) {
      throw InputError::bad_request("rbind frames must have all the same columns, found " +
                                    std::to_string(first.width()) + " and " +
                                    std::to_string(frame.width()) + " columns.");
    }
    for (std::size_t c = 0; c < frame.columns.size(); ++c) {
      if (frame.columns[c].type == first.columns[c].type || all_missing(frame.columns[c])) continue;
      throw InputError::bad_request("rbind frames must have all the same types; column " +
                                    first.names[c] + " differs.");
    }
  }
}

/// Neighbouring groups of too few rows become one.
std::vector<std::int64_t> merged_cuts(std::span<const frame::Frame> frames) {
  constexpr std::int64_t kFewRows = 4096;
  std::vector<std::int64_t> cuts = {0};
  std::int64_t offset = 0;
  for (const frame::Frame& frame : frames) {
    for (std::size_t g = 1; g < frame.layout->cuts.size(); ++g) {
      const std::int64_t end = offset + frame.layout->cuts[g];
      if (end - cuts.back() >= kFewRows) cuts.push_back(end);
    }
    offset += frame.rows();
  }
  if (cuts.size() > 1 && cuts.back() != offset) cuts.pop_back();
  cuts.push_back(offset);
  return cuts;
}

/// Rows [first, first + rows) of all frames counted through, as values of one column.
PlainValues read_across(mr::Engine& engine, std::span<const frame::Frame> frames,
                        std::size_t column, std::pair<std::int64_t, std::int64_t> range,
                        const JointDomain& joint) {
  auto [first, rows] = range;
  std::vector<PlainValues> parts;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const std::int64_t here = std::clamp<std::int64_t>(frames[f].rows() - first, 0, rows);
    if (here > 0) {
      const ColumnReader reader(engine, frames[f].layout, frames[f].columns[column].id);
      const bool empty =
          all_missing(frames[f].columns[column]) && !all_missing(frames[0].columns[column]);
      if (empty) {
        const ColumnReader model(engine, frames[0].layout, frames[0].columns[column].id);
        parts.emplace_back(model.form()).append_missing(here);
      } else {
        reader.read(first, here, parts.emplace_back(reader.form(first, here)));
        parts.back().map_codes(joint.maps[f]);
      }
      rows -= here;
      first = 0;
    } else {
      first = std::max<std::int64_t>(0, first - frames[f].rows());
    }
  }
  return PlainValues::joined(parts);
}

}  // namespace

frame::Frame bind_rows(mr::Engine& engine, std::span<const frame::Frame> frames) {
  NEVE_CHECK(!frames.empty());
  check_bindable(frames);
  const auto layout = engine.new_layout(merged_cuts(frames));
  FrameWriter writer(engine, frames[0], layout);
  std::vector<JointDomain> joint;
  for (std::size_t c = 0; c < frames[0].columns.size(); ++c) {
    joint.push_back(join_domains(frames, c));
    if (frames[0].columns[c].is_categorical()) writer.set_domain(c, joint.back().domain);
  }
  return writer.write([&](std::size_t column, GroupIndex group) {
    const std::pair range(layout->first_row(group), layout->rows_of(group));
    return read_across(engine, frames, column, range, joint[column]).encode();
  });
}

}  // namespace neve::munge

#include <neve/munge/frame_verbs.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/schema/values.hpp>

#include "munge/program.hpp"
#include "munge/verb_tasks.hpp"

namespace neve::munge {
namespace {

using Sought = FindTask::Sought;

std::optional<double> number_of(const std::string& text) {
  double number = 0;
  if (schema::read_double(number, text)) return std::nullopt;
  return number;
}

Sought sought_in(const frame::Column& column, const std::optional<std::string>& text) {
  if (!text) return {.kind = Sought::Kind::missing};
  if (column.is_categorical()) {
    const auto level = std::ranges::find(*column.domain, *text);
    if (level == column.domain->end()) return {};
    return {.kind = Sought::Kind::number,
            .number = static_cast<double>(level - column.domain->begin())};
  }
  if (column.type == frame::ColumnType::string) return {.kind = Sought::Kind::text, .text = *text};
  if (column.type == frame::ColumnType::uuid) return {};
  const auto number = number_of(*text);
  if (!number) return {};
  // "NaN" is how a missing number is written.
  if (std::isnan(*number)) return {.kind = Sought::Kind::missing};
  return {.kind = Sought::Kind::number, .number = *number};
}

/// Tells visit(row in the group) of the rows that hold what is sought.
template <class Visit>
void visit_hits(const frame::Chunk& chunk, const Sought& sought, const Visit& visit) {
  const bool is_text = chunk.kind() == frame::ChunkKind::text;
  if (is_text || chunk.kind() == frame::ChunkKind::uuids) {
    for (std::int64_t row = 0; row < chunk.rows(); ++row) {
      const bool missing = is_text ? !chunk.text(row) : !chunk.uuid(row);
      const bool hit = sought.kind == Sought::Kind::missing
                           ? missing
                           : is_text && !missing && *chunk.text(row) == sought.text;
      if (hit) visit(row);
    }
    return;
  }
  std::vector<double> block(kBlockRows);
  for (std::int64_t begin = 0; begin < chunk.rows(); begin += kBlockRows) {
    const auto rows = static_cast<std::size_t>(std::min(kBlockRows, chunk.rows() - begin));
    chunk.decode(begin, std::span(block).first(rows));
    for (std::size_t i = 0; i < rows; ++i) {
      const bool hit =
          sought.kind == Sought::Kind::missing ? std::isnan(block[i]) : block[i] == sought.number;
      if (hit) visit(begin + static_cast<std::int64_t>(i));
    }
  }
}

}  // namespace

void FindTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  for (std::size_t c = 0; c < group.columns.size(); ++c) {
    if (state.columns[c].kind == Sought::Kind::nothing) continue;
    visit_hits(group.columns[c], state.columns[c], [&](std::int64_t row) {
      const std::int64_t at = group.first_row + row;
      if (at < state.row) partial.before = std::max(partial.before, at);
      if (at > state.row) partial.behind = std::min(partial.behind, at);
    });
  }
}

void FindTask::merge(Partial& left, const Partial& right) {
  left.before = std::max(left.before, right.before);
  left.behind = std::min(left.behind, right.behind);
}

NearRows find_rows(mr::Engine& engine, const frame::Frame& frame,
                   const std::optional<std::string>& text, std::int64_t row,
                   const job::TokenPtr& token) {
  FindTask::State state{.row = row, .columns = {}};
  for (const frame::Column& column : frame.columns) {
    state.columns.push_back(sought_in(column, text));
  }
  if (frame.width() == 1 && state.columns[0].kind == Sought::Kind::nothing) {
    throw InputError::illegal_argument(
        "Column " + frame.names[0] + " of frame " + frame.key + " holds no '" + *text + "'.",
        {{"match", *text}, {"column", frame.names[0]}});
  }
  const auto found = engine.run<FindTask>(mr::inputs_of(frame), state, {.token = token});
  const bool none = found.behind == std::numeric_limits<std::int64_t>::max();
  return {.before = found.before, .behind = none ? -1 : found.behind};
}

}  // namespace neve::munge

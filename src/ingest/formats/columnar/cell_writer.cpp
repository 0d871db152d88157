#include "ingest/formats/columnar/cell_writer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <neve/base/utf8.hpp>

#include "ingest/formats/time_text.hpp"

namespace neve::ingest::columnar {

namespace {

using frame::ColumnType;

constexpr std::string_view kFalse = "False";
constexpr std::string_view kTrue = "True";

frame::Uuid uuid_of_bytes(std::string_view bytes) {
  frame::Uuid uuid;
  std::memcpy(&uuid.high, bytes.data(), 8);
  std::memcpy(&uuid.low, bytes.data() + 8, 8);
  // The text's first digits are the first byte.
  return {.high = __builtin_bswap64(uuid.high), .low = __builtin_bswap64(uuid.low)};
}

/// Towards zero; what is too large for an int64 has no fraction.
void put_whole(NumberCells& cells, std::size_t row, double value) {
  constexpr double kInt64 = 0x1p63;
  if (std::isnan(value)) return cells.put_missing(row);
  if (value > -kInt64 && value < kInt64) return cells.put(row, static_cast<std::int64_t>(value), 0);
  cells.put(row, {.kind = NumberText::Kind::floating, .value = value});
}

}  // namespace

ColumnType type_of(const Field& field, ColumnType wanted, ColumnType guessed) {
  switch (field.sort) {
    case Sort::integer:
    case Sort::real:
    case Sort::decimal:
    case Sort::span:
    case Sort::nothing:
      return ColumnType::numeric;
    case Sort::instant:
      return ColumnType::time;
    case Sort::boolean: {
      const bool sensible = wanted == ColumnType::numeric || wanted == ColumnType::string;
      return sensible ? wanted : ColumnType::categorical;
    }
    case Sort::uuid:
      return ColumnType::uuid;
    case Sort::unsupported:
      return ColumnType::bad;
    case Sort::text:
    case Sort::levels:
      break;
  }
  const ColumnType type = wanted == ColumnType::bad ? guessed : wanted;
  return type == ColumnType::numeric || type == ColumnType::bad ? ColumnType::string : type;
}

CellColumn CellWriter::make(const Field& field, const ColumnPlan& plan) {
  CellColumn column = make_cells(plan.type);
  const bool real = plan.type == ColumnType::numeric && field.sort == Sort::real && !plan.whole;
  if (real) column.cells.emplace<RealCells>();
  return column;
}

CellWriter::CellWriter(const Field& field, const ColumnPlan& plan, const ParsePlan& table,
                       CellColumn& column, std::int64_t first_row)
    : field_(field), plan_(plan), table_(table), column_(column), first_row_(first_row) {}

bool CellWriter::is_missing(std::string_view text) const {
  if (text.data() == nullptr) return true;
  const auto& texts = plan_.missing_texts;
  return !texts.empty() && std::find(texts.begin(), texts.end(), text) != texts.end();
}

void CellWriter::unreadable(std::size_t row) {
  column_.put_missing(row);
  if (column_.odd.unreadable++ != 0) return;
  column_.odd.first_unreadable_at = first_row_ + static_cast<std::int64_t>(row);
}

void CellWriter::note_bad_utf8(std::size_t row) {
  if (column_.odd.first_bad_utf8_at >= 0) return;
  column_.odd.first_bad_utf8_at = first_row_ + static_cast<std::int64_t>(row);
}

std::int64_t CellWriter::moment(std::int64_t utc) const {
  if (!table_.adjust_to_local || field_.date || utc == frame::kMissingInt64) return utc;
  return utc + table_.zone.offset_ms(utc);
}

void CellWriter::write(const Values& values, std::size_t row) {
  switch (plan_.type) {
    case ColumnType::numeric:
      return write_numbers(values, row);
    case ColumnType::categorical:
      return write_codes(values, row);
    case ColumnType::string:
      return write_texts(values, row);
    case ColumnType::time:
      return write_times(values, row);
    case ColumnType::uuid:
      return write_uuids(values, row);
    case ColumnType::bad:
      return;
  }
}

void CellWriter::write_numbers(const Values& values, std::size_t row) {
  if (auto* reals = std::get_if<RealCells>(&column_.cells)) {
    std::copy(values.reals.begin(), values.reals.end(), &reals->values[0] + row);
    return;
  }
  auto& cells = *std::get_if<NumberCells>(&column_.cells);
  for (const double value : values.reals) put_whole(cells, row++, value);
  const std::int64_t power = plan_.whole ? power_of_ten(values.decimals) : 1;
  const int decimals = plan_.whole ? 0 : values.decimals;
  for (const std::int64_t value : values.integers) {
    if (value == frame::kMissingInt64) {
      cells.put_missing(row++);
    } else {
      cells.put(row++, power == 1 ? value : value / power, decimals);
    }
  }
  for (const std::string_view text : values.texts) {
    if (text.data() == nullptr) {
      cells.put_missing(row++);
    } else {
      cells.put(row++, parse_number(text));
    }
  }
}

std::int32_t CellWriter::code_of(std::string_view text, std::size_t row) {
  if (is_missing(text)) return frame::kMissingCode;
  auto& cells = *std::get_if<CodeCells>(&column_.cells);
  const std::size_t known = cells.levels.size();
  const std::int32_t code = cells.levels.code_of(text);
  if (cells.levels.size() != known && find_bad_utf8(text) != text.size()) note_bad_utf8(row);
  return code;
}

/// Levels are numbered as rows come to them, so that those which no row has stay out.
void CellWriter::map_levels(const Values& values) {
  if (levels_of_ == values.levels_of && level_codes_.size() == values.levels.size()) return;
  constexpr std::int32_t kNotSeen = -2;
  levels_of_ = values.levels_of;
  level_codes_.assign(values.levels.size(), kNotSeen);
}

void CellWriter::write_codes(const Values& values, std::size_t row) {
  auto& codes = std::get_if<CodeCells>(&column_.cells)->codes;
  if (values.form == Values::Form::integers) {
    for (const std::int64_t value : values.integers) {
      const bool missing = value == frame::kMissingInt64;
      codes[row] = missing ? frame::kMissingCode : code_of(value != 0 ? kTrue : kFalse, row);
      ++row;
    }
    return;
  }
  if (values.form != Values::Form::codes) {
    for (const std::string_view text : values.texts) {
      codes[row] = code_of(text, row);
      ++row;
    }
    return;
  }
  map_levels(values);
  for (const std::int32_t place : values.codes) {
    std::int32_t code = frame::kMissingCode;
    if (place >= 0) {
      std::int32_t& known = level_codes_[static_cast<std::size_t>(place)];
      if (known < frame::kMissingCode) {
        known = code_of(values.levels[static_cast<std::size_t>(place)], row);
      }
      code = known;
    }
    codes[row++] = code;
  }
}

/// Calls `use` with each row and its text, of no address where missing.
template <class Use>
void CellWriter::each_text(const Values& values, std::size_t row, const Use& use) {
  switch (values.form) {
    case Values::Form::codes:
      for (const std::int32_t place : values.codes) {
        use(row++, place < 0 ? std::string_view() : values.levels[static_cast<std::size_t>(place)]);
      }
      return;
    case Values::Form::integers:  // of booleans
      for (const std::int64_t value : values.integers) {
        const std::string_view word = value != 0 ? kTrue : kFalse;
        use(row++, value == frame::kMissingInt64 ? std::string_view() : word);
      }
      return;
    default:
      for (const std::string_view text : values.texts) use(row++, text);
  }
}

void CellWriter::write_texts(const Values& values, std::size_t row) {
  auto& cells = *std::get_if<TextCells>(&column_.cells);
  each_text(values, row, [&](std::size_t at, std::string_view text) {
    if (is_missing(text)) return cells.put_missing(at);
    if (find_bad_utf8(text) == text.size()) return cells.put(at, text);
    note_bad_utf8(at);
    cells.put(at, readable_utf8(text));
  });
}

void CellWriter::write_times(const Values& values, std::size_t row) {
  auto& times = std::get_if<TimeCells>(&column_.cells)->times;
  if (field_.sort == Sort::instant) {
    for (const std::int64_t value : values.integers) times[row++] = moment(value);
    return;
  }
  each_text(values, row, [&](std::size_t at, std::string_view text) {
    if (is_missing(text)) return column_.put_missing(at);
    const auto time = parse_time(text, table_.zone);
    if (!time) return unreadable(at);
    times[at] = *time;
  });
}

void CellWriter::write_uuids(const Values& values, std::size_t row) {
  auto& cells = *std::get_if<UuidCells>(&column_.cells);
  each_text(values, row, [&](std::size_t at, std::string_view text) {
    if (is_missing(text)) return column_.put_missing(at);
    const auto uuid = field_.sort == Sort::uuid ? uuid_of_bytes(text) : parse_uuid(text);
    if (!uuid) return unreadable(at);
    cells.uuids[at] = *uuid;
    cells.missing[at] = 0;
  });
}

}  // namespace neve::ingest::columnar

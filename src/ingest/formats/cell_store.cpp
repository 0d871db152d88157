// How RangeParser turns a cell's text into a value of its column's type.
#include <algorithm>

#include <neve/base/utf8.hpp>

#include "ingest/formats/range_parser.hpp"
#include "ingest/formats/time_text.hpp"

namespace neve::ingest {

namespace {

/// Towards zero. What is too large for an int64 has no fraction.
NumberText without_fraction(NumberText number) {
  constexpr double kInt64 = 0x1p63;
  if (number.kind == NumberText::Kind::floating && number.value > -kInt64 &&
      number.value < kInt64) {
    return {.kind = NumberText::Kind::decimal, .mantissa = static_cast<std::int64_t>(number.value)};
  }
  for (; number.decimals > 0; --number.decimals) number.mantissa /= 10;
  return number;
}

/// How people write "no value"; such a cell in a column of numbers is worth no warning.
bool says_missing(std::string_view text) {
  constexpr std::string_view kTexts[] = {"NA",  "N/A",  "na",   "n/a",  "Na", "nan", "NaN",
                                         "NAN", "null", "NULL", "None", "?",  ".",   "-"};
  return std::find(std::begin(kTexts), std::end(kTexts), text) != std::end(kTexts);
}

}  // namespace

std::int64_t RangeParser::offset_of(const Cell& /*cell*/) const {
  return base_ + static_cast<std::int64_t>(cell_at_);
}

void RangeParser::store(std::size_t index, const Cell& cell, ParsedRange& into) {
  const ColumnPlan& plan = plan_.columns[index];
  CellColumn& column = into.columns[index];
  const std::size_t row = into.rows;
  if (cell.text.empty() && !cell.quoted()) return column.put_missing(row);
  if (!plan.missing_texts.empty() && std::find(plan.missing_texts.begin(), plan.missing_texts.end(),
                                               cell.text) != plan.missing_texts.end()) {
    return column.put_missing(row);
  }
  switch (plan.type) {
    case frame::ColumnType::numeric:
      return store_number(plan.whole, cell, column, row);
    case frame::ColumnType::categorical:
      return store_code(cell, column, row);
    case frame::ColumnType::string:
      return store_text(cell, column, row);
    case frame::ColumnType::time:
      return store_time(cell, column, row);
    case frame::ColumnType::uuid:
      return store_uuid(cell, column, row);
    case frame::ColumnType::bad:
      return;
  }
}

void RangeParser::store_number(bool whole, const Cell& cell, CellColumn& column, std::size_t row) {
  auto& numbers = *std::get_if<NumberCells>(&column.cells);
  std::int64_t mantissa = 0;
  int decimals = 0;
  const bool plain = parse_plain_number(cell.text.data(), cell.text.size(), mantissa, decimals);
  if (plain && !whole) [[likely]]
    return numbers.put(row, mantissa, decimals);
  const NumberText number = parse_number(cell.text);
  if (number.kind == NumberText::Kind::none) return unreadable(cell, column, row);
  numbers.put(row, whole ? without_fraction(number) : number);
}

void RangeParser::store_code(const Cell& cell, CellColumn& column, std::size_t row) {
  auto& codes = *std::get_if<CodeCells>(&column.cells);
  const std::size_t known = codes.levels.size();
  codes.codes[row] = codes.levels.code_of_padded(cell.text);
  if (codes.levels.size() == known) [[likely]]
    return;
  if (find_bad_utf8(cell.text) != cell.text.size() && column.odd.first_bad_utf8_at < 0) {
    column.odd.first_bad_utf8_at = offset_of(cell);
  }
}

void RangeParser::store_text(const Cell& cell, CellColumn& column, std::size_t row) {
  auto& texts = *std::get_if<TextCells>(&column.cells);
  if (find_bad_utf8(cell.text) == cell.text.size()) return texts.put(row, cell.text);
  if (column.odd.first_bad_utf8_at < 0) column.odd.first_bad_utf8_at = offset_of(cell);
  texts.put(row, readable_utf8(cell.text));
}

void RangeParser::store_time(const Cell& cell, CellColumn& column, std::size_t row) {
  auto& times = *std::get_if<TimeCells>(&column.cells);
  // A plain number is milliseconds already.
  const NumberText number = parse_number(cell.text);
  if (number.kind == NumberText::Kind::decimal && number.decimals == 0) {
    times.times[row] = number.mantissa;
    return;
  }
  const auto time = parse_time(cell.text, plan_.zone);
  if (!time) return unreadable(cell, column, row);
  times.times[row] = *time;
}

void RangeParser::store_uuid(const Cell& cell, CellColumn& column, std::size_t row) {
  const auto uuid = parse_uuid(cell.text);
  if (!uuid) return unreadable(cell, column, row);
  auto& uuids = *std::get_if<UuidCells>(&column.cells);
  uuids.uuids[row] = *uuid;
  uuids.missing[row] = 0;
}

void RangeParser::unreadable(const Cell& cell, CellColumn& column, std::size_t row) {
  column.put_missing(row);
  if (cell.text.empty() || says_missing(cell.text)) return;
  if (column.odd.unreadable++ == 0) column.odd.first_unreadable_at = offset_of(cell);
}

}  // namespace neve::ingest

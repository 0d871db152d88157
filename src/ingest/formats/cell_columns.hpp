#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <neve/frame/chunk.hpp>
#include <neve/frame/column_type.hpp>

#include "ingest/formats/level_table.hpp"
#include "ingest/formats/number_cells.hpp"
#include "ingest/formats/raw_array.hpp"

namespace neve::ingest {

/// The levels of one column in one byte range, numbered as they came.
struct CodeCells {
  LevelTable levels;
  RawArray<std::int32_t> codes;
};

/// Numbers that were doubles already; NaN is missing.
struct RealCells {
  RawArray<double> values;
};

/// Milliseconds since 1970.
struct TimeCells {
  RawArray<std::int64_t> times;
};

/// Texts one behind the other; row i ends at ends[i].
struct TextCells {
  std::string bytes;
  RawArray<std::uint64_t> ends;
  RawArray<std::uint8_t> missing;

  void put(std::size_t row, std::string_view text) {
    // A row may be put again, after its range's text was extended.
    bytes.resize(row == 0 ? 0 : ends[row - 1]);
    bytes.append(text);
    ends[row] = bytes.size();
    missing[row] = 0;
  }
  void put_missing(std::size_t row) {
    put(row, {});
    missing[row] = 1;
  }
  [[nodiscard]] std::string_view at(std::size_t row) const {
    const std::size_t begin = row == 0 ? 0 : ends[row - 1];
    return std::string_view(bytes).substr(begin, ends[row] - begin);
  }
};

struct UuidCells {
  RawArray<frame::Uuid> uuids;
  RawArray<std::uint8_t> missing;
};

/// A column that is not wanted.
struct NoCells {};

/// What one byte range holds of one column.
struct CellColumn {
  std::variant<NoCells, NumberCells, RealCells, CodeCells, TimeCells, TextCells, UuidCells> cells;
  /// Cells whose text is no value of the column's type, and which became missing.
  std::int64_t unreadable = 0;
  std::int64_t first_unreadable_at = -1;  // its offset in the file
  std::int64_t first_bad_utf8_at = -1;

  void reserve(std::size_t rows, std::size_t used);
  void put_missing(std::size_t row);
};

/// The empty column of a type.
CellColumn make_cells(frame::ColumnType type);
/// A categorical column that has one level in all of its rows.
CellColumn same_level(std::string_view level, std::size_t rows);

/// `text` with every byte that is no UTF-8 written as "<0xE9>", runs in one pair of brackets.
std::string readable_utf8(std::string_view text);

}  // namespace neve::ingest

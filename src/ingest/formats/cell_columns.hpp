#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/frame/chunk.hpp>
#include <neve/frame/column_type.hpp>

#include "ingest/formats/level_table.hpp"
#include "ingest/formats/number_cells.hpp"
#include "ingest/formats/raw_array.hpp"

namespace neve::ingest {

/// The levels of one column in one byte range, numbered as they came; kMissingCode is missing.
struct CodeCells {
  static constexpr std::uint8_t kMissingByte = 0xFF;
  static constexpr std::uint16_t kMissingHalf = 0xFFFF;
  LevelTable levels;
  RawArray<std::int32_t> codes;    ///< of columns of many levels, and while rows are added
  RawArray<std::uint8_t> bytes;    ///< in place of `codes` once sealed, where they fit
  RawArray<std::uint16_t> halves;  ///< likewise

  /// All rows are there: from now on they take as few bytes as they can.
  void seal(std::size_t rows);
  [[nodiscard]] std::int32_t at(std::size_t row) const;
  /// Writes codes of rows [begin, begin + count), each by `remap`; kMissingCode where missing.
  void remap(std::size_t begin, std::size_t count, const std::vector<std::int32_t>& by,
             std::int32_t* to) const;
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
/// A column that will be read when it is needed (see LateCells).
struct LateColumn {};

/// What is odd about a column's cells.
struct OddCells {
  /// Cells whose text is no value of the column's type, and which became missing.
  std::int64_t unreadable = 0;
  std::int64_t first_unreadable_at = -1;  ///< its offset in the file
  std::int64_t first_bad_utf8_at = -1;
};

/// What one byte range holds of one column.
struct CellColumn {
  std::variant<NoCells, LateColumn, NumberCells, RealCells, CodeCells, TimeCells, TextCells,
               UuidCells>
      cells;
  OddCells odd;

  [[nodiscard]] bool is_late() const { return std::holds_alternative<LateColumn>(cells); }
  void reserve(std::size_t rows, std::size_t used);
  void put_missing(std::size_t row);
  /// All rows are there.
  void seal(std::size_t rows);
};

/// Cells, and the memory that is accounted for them.
struct LoadedCells {
  CellColumn column;
  std::vector<Reservation> memory;
};

/// The empty column of a type.
CellColumn make_cells(frame::ColumnType type);
/// A categorical column that has one level in all of its rows.
CellColumn same_level(std::string_view level, std::size_t rows);

/// `text` with every byte that is no UTF-8 written as "<0xE9>", runs in one pair of brackets.
std::string readable_utf8(std::string_view text);

}  // namespace neve::ingest

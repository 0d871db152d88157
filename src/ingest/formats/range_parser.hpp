#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/time_zone.hpp>
#include <neve/frame/column_type.hpp>

#include "ingest/formats/cell_columns.hpp"
#include "ingest/formats/dialect.hpp"
#include "ingest/formats/pair_cells.hpp"
#include "ingest/formats/structural_scan.hpp"
#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// How one column's cells are read. Of type `bad`: not at all.
struct ColumnPlan {
  frame::ColumnType type = frame::ColumnType::numeric;
  std::vector<std::string> missing_texts = {};
  bool whole = false;  // numbers lose their fractions
  /// Of a column that the rows do not hold, as each file has one value: the values, by file. Such
  /// columns are categorical and come last.
  std::vector<std::string> of_files = {};
  template <class Archive>
  void fields(Archive& archive) {
    archive(type, missing_texts, whole, of_files);
  }
};

/// How a file's rows are read.
struct ParsePlan {
  Dialect dialect;
  std::vector<ColumnPlan> columns;
  TimeZone zone;
  bool columnar = false;         ///< Parquet and its like instead of text
  bool adjust_to_local = false;  ///< their times are moved by the zone's offset

  /// How many of the columns have cells in the rows.
  [[nodiscard]] std::size_t cells() const {
    const auto is_cell = [](const ColumnPlan& column) { return column.of_files.empty(); };
    return static_cast<std::size_t>(std::ranges::count_if(columns, is_cell));
  }
};

/// What the rows that begin in one byte range hold.
struct ParsedRange {
  std::int64_t start = 0;  ///< where its first row begins, if it has one
  std::int64_t end = 0;    ///< where the row after its last begins
  std::size_t rows = 0;
  std::vector<CellColumn> columns;  ///< none where rows are pairs
  /// Reads a column that is late.
  std::function<LoadedCells(std::size_t column)> load;
  PairCells pairs;
  std::int64_t long_rows = 0;  ///< rows with more cells than there are columns
  std::int64_t first_long_row_at = -1;
  std::int64_t text_after_quote_at = -1;  ///< the first cell that goes on behind its closing quote
  bool abandoned = false;                 ///< a guessed start turned out to make no sense
};

/// One cell of a row that is looked at, not kept.
struct LooseCell {
  std::string text;
  bool quoted = false;
};

/// Reads the rows of byte ranges of one file. Keeps its buffers from range to range; for one
/// thread.
class RangeParser {
 public:
  explicit RangeParser(const ParsePlan& plan);
  /// The rows that begin in [start, end), where `start` is the beginning of a row. Throws
  /// InputError at a quote that is never closed.
  ParsedRange parse(const ByteSource& source, std::int64_t start, std::int64_t end);
  /// The same where only `begin` <= start is known, so that where a row begins is a guess.
  ParsedRange parse_guessed(const ByteSource& source, std::int64_t begin, std::int64_t end);
  /// Calls `look` with the cells of each row from `start` on, until it says false or the file ends;
  /// returns where the row after the last begins.
  std::int64_t look_at_rows(const ByteSource& source, std::int64_t start,
                            const std::function<bool(std::span<const LooseCell>)>& look);

 private:
  enum class Step { row, nothing, cut, wrong };
  struct Cell {
    std::string_view text;
    std::size_t end = 0;  // of the structural byte behind it
    char quote = '\0';    // that it stands in
    [[nodiscard]] bool quoted() const { return quote != '\0'; }
  };

  void open(const ByteSource& source, std::int64_t from, std::int64_t wanted_end);
  void extend();
  void load(std::size_t size);
  ParsedRange parse_rows(std::size_t at, std::int64_t end);
  Step step(std::size_t& at, ParsedRange& into);
  Step skip_line(std::size_t& at);
  Step read_pairs(std::size_t& at, ParsedRange& into);
  std::size_t line_end(std::size_t at);
  bool behind_line_end(std::size_t at, std::size_t& next) const;
  Step read_cells(std::size_t at, std::size_t& next, ParsedRange& into);
  void keep_loose(const Cell& cell);
  bool read_cell(std::size_t at, Cell& cell, ParsedRange& into);
  bool read_quoted(std::size_t at, Cell& cell, ParsedRange& into);
  bool read_plain(std::size_t at, Cell& cell);
  std::string_view without_escapes(std::string_view text, char quote);
  Step wrong(std::size_t at, const std::string& what) const;
  void store(std::size_t column, const Cell& cell, ParsedRange& into);
  void store_number(bool whole, const Cell& cell, CellColumn& column, std::size_t row);
  void store_code(const Cell& cell, CellColumn& column, std::size_t row);
  void store_text(const Cell& cell, CellColumn& column, std::size_t row);
  void store_time(const Cell& cell, CellColumn& column, std::size_t row);
  void store_uuid(const Cell& cell, CellColumn& column, std::size_t row);
  void unreadable(const Cell& cell, CellColumn& column, std::size_t row);
  void ensure_row(ParsedRange& into);
  [[nodiscard]] std::size_t guess_start(std::size_t from);
  [[nodiscard]] bool looks_like_row(std::size_t at);
  [[nodiscard]] std::int64_t offset_of(const Cell& cell) const;

  const ParsePlan& plan_;
  std::size_t cells_;  // of a row
  StructuralScan scan_;
  const ByteSource* source_ = nullptr;
  RawArray<char> buffer_;
  const char* text_ = nullptr;  // buffer_, size_ bytes of the file from base_ on, then padding
  std::size_t size_ = 0;
  std::int64_t base_ = 0;
  bool at_file_end_ = false;
  bool guessed_ = false;
  std::size_t cell_at_ = 0;   // of the cell being read, within the text
  std::size_t capacity_ = 0;  // rows that the columns have room for
  std::string scratch_;
  bool looking_ = false;  // cells go to loose_ instead of into columns
  std::vector<LooseCell> loose_;
  std::size_t loose_count_ = 0;
};

}  // namespace neve::ingest

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/formats/records/record_text.hpp"

namespace neve::ingest {

/// The rows of a sheet on their way to text, of whatever kind of workbook: the first row that is
/// not blank comes first, later ones that are missing are blank.
class SheetRows {
 public:
  explicit SheetRows(RecordText& text) : text_(text) {}
  /// Of the row at hand, from the left to the right; gaps are blank. Columns count from 0.
  void put_number(std::size_t column, double value);
  /// A date is written as text, so that it is one in any zone.
  void put_date(std::size_t column, double days, bool from_1904);
  void put_text(std::size_t column, std::string_view value);
  void put_word(std::size_t column, std::string_view value);
  /// Row numbers count from 0 and rise.
  void end_row(std::int64_t row);

 private:
  enum class Kind : std::uint8_t { blank, number, text, word };
  struct Cell {
    Kind kind = Kind::blank;
    double number = 0;
    std::string text;
  };
  Cell& cell(std::size_t column);
  void write(const Cell& cell);

  RecordText& text_;
  std::vector<Cell> cells_;  // kept from row to row
  std::size_t used_ = 0;     // of them, in the row at hand
  std::size_t width_ = 0;    // of the first row
  std::int64_t next_row_ = -1;
};

/// Whether a format of numbers, as spreadsheets write them, shows a date or a time of day.
bool is_date_format(std::string_view format);
/// Whether the built-in format of this number does.
bool is_date_format(int number);

}  // namespace neve::ingest

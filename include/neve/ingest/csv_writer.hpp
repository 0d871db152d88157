#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/mr/engine.hpp>

namespace neve::ingest {

/// How a frame is written as delimited text.
struct CsvForm {
  char separator = ',';
  bool header = true;
  bool quote_header = true;
  bool hex_doubles = false;   ///< "0x1.8p0" instead of "1.5"
  bool escape_quotes = true;  ///< a quote within quotes is doubled
  template <class Archive>
  void fields(Archive& archive) {
    archive(separator, header, quote_header, hex_doubles, escape_quotes);
  }
};

/// A frame as text, a block of rows at a time. Levels, texts and names are quoted, missing values
/// empty, times milliseconds since 1970; whole-number columns without a point, others as Java
/// writes doubles. For one thread; the frame's leases keep its data.
class CsvWriter {
 public:
  CsvWriter(mr::Engine& engine, frame::Frame frame, const CsvForm& form);
  /// Appends the next rows to `block`; false where there are none left.
  bool next(std::string& block);
  /// Share of the rows that were written, 0 to 1.
  [[nodiscard]] double progress() const;

 private:
  void write_header(std::string& block) const;
  void open_group();
  void write_row(std::int64_t row, std::string& block) const;
  void write_cell(std::size_t column, std::int64_t row, std::string& block) const;
  void write_quoted(std::string_view text, std::string& block) const;
  [[nodiscard]] bool holds_integers(std::size_t column) const;

  mr::Engine& engine_;
  frame::Frame frame_;
  CsvForm form_;
  std::vector<std::uint8_t> integers_;  // of each column: written without a point
  std::vector<frame::Chunk> chunks_;
  bool header_written_ = false;
  std::int32_t group_ = -1;
  std::int64_t row_ = 0;  // within the group
  std::int64_t group_rows_ = 0;
  std::int64_t done_ = 0;
};

}  // namespace neve::ingest

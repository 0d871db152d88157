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

/// Which columns hold nothing but whole numbers, as 1 or 0; looks at all rows where they live.
std::vector<std::uint8_t> whole_columns_of(mr::Engine& engine, const frame::Frame& frame);

/// Consecutive row groups of a frame.
struct GroupRange {
  std::int32_t first = 0;
  std::int32_t end = 0;
};

/// A frame as text, some blocks of rows at a time, which the node's workers write at once: in
/// memory are the chunks of one row group and the text of a few blocks. Levels, texts and names are
/// quoted, missing values empty, times milliseconds since 1970; whole-number columns without a
/// point, others as Java writes doubles. For one thread; the frame's leases keep its data.
class CsvWriter {
 public:
  /// All of the frame.
  CsvWriter(mr::Engine& engine, frame::Frame frame, const CsvForm& form);
  /// Some of its row groups; `whole_columns` as whole_columns_of() tells.
  CsvWriter(mr::Engine& engine, frame::Frame frame, const CsvForm& form,
            std::vector<std::uint8_t> whole_columns, GroupRange range);
  /// Appends the next rows to `block`; false where there are none left.
  bool next(std::string& block);
  /// Share of the rows that were written, 0 to 1.
  [[nodiscard]] double progress() const;

 private:
  void write_header(std::string& block) const;
  void open_group();
  void write_rows(std::int64_t begin, std::int64_t rows, std::string& block) const;

  mr::Engine& engine_;
  frame::Frame frame_;
  CsvForm form_;
  std::vector<std::uint8_t> whole_columns_;  // written without a point
  GroupRange range_;
  std::vector<frame::Chunk> chunks_;
  bool header_written_ = false;
  std::int32_t next_group_ = 0;
  std::int64_t row_ = 0;  // within the group
  std::int64_t group_rows_ = 0;
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
};

}  // namespace neve::ingest

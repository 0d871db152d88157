#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/frame/column_type.hpp>

#include "ingest/formats/text_format.hpp"
#include "ingest/sources/owned_bytes.hpp"

namespace neve::ingest {

/// The table of a file that is no text (Avro, XLS, XLSX) as delimited text, behind a first line
/// that no file of text has, which tells where it is from: so such files are guessed, shared out
/// and parsed as all others. Numbers are written so that they are read back exactly, texts in
/// quotes, missing values as nothing. At most `most` bytes, in memory that the budget bounds.
class RecordText {
 public:
  RecordText(Budget& budget, std::string what, std::size_t most)
      : bytes_(std::make_shared<OwnedBytes>(budget, std::move(what))), most_(most) {}

  /// First of all: a table whose columns are declared.
  void begin_records(const std::vector<std::string>& names,
                     const std::vector<frame::ColumnType>& types);
  /// Or one that is like CSV, with or without a row of names.
  void begin_sheet(bool has_header);

  void missing() { separate(); }
  void integer(std::int64_t value);
  void number(double value);
  void text(std::string_view value);
  /// As it is: a date, TRUE, a number that is text already.
  void word(std::string_view value);
  void end_row();
  /// Whether there are `most` bytes: what follows is not wanted.
  [[nodiscard]] bool full() const { return bytes_->size() >= most_; }
  [[nodiscard]] const std::shared_ptr<OwnedBytes>& bytes() const { return bytes_; }

 private:
  void separate();
  std::shared_ptr<OwnedBytes> bytes_;
  std::size_t most_;
  std::string row_;
  std::size_t cells_ = 0;  // of the row
};

/// Of text that a RecordText has made.
struct SheetMark {
  std::size_t size = 0;     ///< bytes of the first line
  bool has_header = false;  ///< the row behind it holds names
};
/// Nothing for other text.
std::optional<SheetMark> sheet_mark(std::string_view first_bytes);
/// The columns of Avro's records; nothing for other text.
std::optional<Declarations> read_record_columns(const ByteSource& source);
/// Whatever the user says of separators and quotes: those of RecordText.
void adapt_to_records(const FileSetup& setup, Dialect& dialect);

}  // namespace neve::ingest

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/column_type.hpp>
#include <neve/ingest/setup.hpp>

#include "ingest/formats/dialect.hpp"
#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// The columns that a file declares before its rows; none for a format of pairs, whose rows alone
/// tell.
struct Declarations {
  std::vector<std::string> names;
  std::vector<frame::ColumnType> types;
  std::int64_t data_start = 0;  ///< where the rows begin
};

/// A kind of text with rows in it. Whatever differs from one to the other is named here or is part
/// of its dialect; how ranges of rows are read is the same for all.
struct TextFormat {
  std::string_view parse_type;  ///< as clients call it
  std::string_view missing;     ///< a cell of this text has no value; empty: there is no such text
  /// Reads what stands before the rows; nothing where the file does not begin as this format does.
  /// Null for a format without declarations. Throws InputError where they cannot be understood.
  std::optional<Declarations> (*declarations)(const ByteSource& source);
  /// Makes of a set-up's dialect that of the format.
  void (*adapt)(const FileSetup& setup, Dialect& dialect);

  [[nodiscard]] bool declares() const { return declarations != nullptr; }
};

/// The format that clients call `parse_type`; delimited text for "GUESS". Throws InputError.
const TextFormat& text_format(std::string_view parse_type);

/// What a file turned out to be.
struct RecognisedText {
  const TextFormat& format;
  std::optional<Declarations> declared;
};
/// By the beginning of the file; delimited text where it is nothing else. What declares no columns
/// may be delimited text by chance, and is if the user `said` so.
RecognisedText recognise_text(const ByteSource& source, std::string_view said);

/// The dialect that a set-up describes; `,` where it does not know the separator.
Dialect dialect_of(const FileSetup& setup, const TextFormat& format);

}  // namespace neve::ingest

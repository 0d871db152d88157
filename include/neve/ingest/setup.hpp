#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/column_type.hpp>

namespace neve::ingest {

/// How a file is to be read: what the user says of it, and with what guess_setup adds, all of
/// it.
struct FileSetup {
  static constexpr int kNoHeader = -1;
  static constexpr int kGuessHeader = 0;
  static constexpr int kHasHeader = 1;
  static constexpr std::int32_t kChunkSize = 4
                                             << 20;  // clients send it back; nothing depends on it

  static constexpr std::size_t kPreviewRows = 10;  ///< at most; a header is one of them

  std::string parse_type = "GUESS";  ///< "CSV", "PARQUET" … once guessed
  int separator = 0;                 ///< the character's code; 0: not known, -1: there is none
  bool single_quotes = false;        ///< ' instead of " around cells
  int escape = 0;                    ///< the character's code; 0: none
  std::optional<std::string> comment_markers = std::nullopt;  ///< none given: "#"
  int check_header = kGuessHeader;
  int columns = 0;
  std::vector<std::string> names = {};        ///< of all columns, or empty
  std::vector<frame::ColumnType> types = {};  ///< of all columns, or empty; `bad`: to be guessed
  std::vector<std::vector<std::string>> missing_texts = {};  ///< per column, or empty
  std::vector<int> skipped_columns = {};
  /// Times of files of columns are moved by the zone's offset, so that they show its clocks in UTC.
  bool adjust_to_local = false;
  /// Columns whose numbers lose their fractions, as `int` and `long` with force_col_types ask.
  std::vector<int> whole_columns = {};
  /// Columns to make of folders "column=value" on the files' paths, as further ones.
  std::vector<std::string> partition_by = {};

  // Filled by guess_setup only:
  std::vector<std::vector<std::string>> preview =
      {};  ///< first rows, cell by cell, without the header
  std::vector<std::string> warnings = {};
  template <class Archive>
  void fields(Archive& archive) {
    archive(parse_type, separator, single_quotes, escape, comment_markers, check_header, columns,
            names, types, missing_texts, skipped_columns, adjust_to_local, whole_columns,
            partition_by, preview, warnings);
  }
};

/// The beginning of one file, uncompressed, at most kSampleBytes.
struct Sample {
  static constexpr std::size_t kBytes = std::size_t{4} << 20;
  std::string name;
  std::string bytes;
  bool whole = false;  ///< the file ends here
};

/// Completes what the user said from the first bytes of all files. Throws InputError where the
/// files do not go together, hold no data, or are of a format or encoding that Neve does not read.
FileSetup guess_setup(std::span<const Sample> samples, const FileSetup& said);

/// The columns whose whole names match the regular expression. Throws InputError where
/// it is none.
std::vector<std::size_t> columns_named(const FileSetup& setup, const std::string& pattern);

/// "Numeric", "Enum", "Time", "String", "UUID", "Bad".
std::string_view type_word(frame::ColumnType type);
/// The types that clients name: those words and "real", "int", "factor" …, in any case. Throws
/// InputError at an unknown one.
std::vector<frame::ColumnType> types_of_words(std::span<const std::string> words);

/// The name of the frame that is made of a file: "toy.csv" gives "toy.hex", or "toy1.hex" … where
/// `is_taken` says so.
std::string frame_name_for(std::string_view source_key,
                           const std::function<bool(const std::string&)>& is_taken);

}  // namespace neve::ingest

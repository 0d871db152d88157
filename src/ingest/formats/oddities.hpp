#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ingest/formats/parsed_table.hpp"

namespace neve::ingest {

/// How often something was met, and where first.
struct Finding {
  std::int64_t count = 0;
  std::size_t file = 0;
  std::int64_t offset = 0;  ///< in the file

  /// What was found further on.
  void add(const Finding& later) {
    if (count == 0)
      *this = later;
    else
      count += later.count;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(count, file, offset);
  }
};

/// What was odd about the rows of a table, of which the user is warned.
struct Oddities {
  struct OfColumn {
    Finding unreadable;
    Finding bad_utf8;  ///< ranges with such a cell
    template <class Archive>
    void fields(Archive& archive) {
      archive(unreadable, bad_utf8);
    }
  };
  Finding long_rows;
  Finding text_after_quote;  ///< ranges with such a cell
  std::vector<OfColumn> columns;

  /// Adds those of rows further on.
  void add(const Oddities& later);
  template <class Archive>
  void fields(Archive& archive) {
    archive(long_rows, text_after_quote, columns);
  }
};

/// Those of a table that was read in these ranges.
Oddities find_oddities(const ParsedTable& table, const std::vector<ByteRange>& ranges);

}  // namespace neve::ingest

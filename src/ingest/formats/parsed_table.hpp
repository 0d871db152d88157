#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/job/token.hpp>

#include "ingest/formats/range_parser.hpp"

namespace neve::ingest {

/// One file of a table, and where its first row of data begins.
struct TableFile {
  ByteSourcePtr source;
  std::int64_t data_start = 0;
};

/// The cells of all files, in the order of their rows; one entry for each byte range.
struct ParsedTable {
  std::vector<ParsedRange> ranges;
  std::vector<std::size_t> file_of_range;
  std::vector<std::int64_t> first_row;  ///< of each range, then the number of rows

  [[nodiscard]] std::int64_t rows() const { return first_row.back(); }
};

/// How to go about it; nothing here changes the result.
struct TableOptions {
  std::int64_t range_bytes = std::int64_t{1}
                             << 20;  // text and cells of a range stay in the L2 cache
  job::TokenPtr token = nullptr;
  std::function<void(double fraction)> progress = nullptr;  ///< called by any thread
};

/// Reads all rows of the files. Byte ranges are read at once, each from where a row seems to begin;
/// a range whose row began elsewhere, as the one before it tells, is read again. Throws InputError
/// at a quote that is never closed, Cancelled.
ParsedTable parse_table(const std::vector<TableFile>& files, const ParsePlan& plan, Pool& pool,
                        const TableOptions& options);

}  // namespace neve::ingest

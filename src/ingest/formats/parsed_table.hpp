#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/job/token.hpp>

#include "ingest/formats/range_parser.hpp"

namespace neve::ingest {

/// Bytes of one file; the rows that begin in them are read together. Of a file of columns: rows.
struct ByteRange {
  std::size_t file = 0;  ///< its place among the files of the table
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool first = false;  ///< of its file, so that a row begins at `begin`
  template <class Archive>
  void fields(Archive& archive) {
    archive(file, begin, end, first);
  }
};

/// Text and cells of a range of this size stay in the L2 cache.
inline constexpr std::int64_t kRangeBytes = std::int64_t{1} << 20;

/// The size of ranges of a table of so many columns: what a range keeps for each column, though it
/// have but one row, is not to outweigh the rows.
inline std::int64_t range_bytes(std::size_t columns) {
  constexpr std::int64_t kPerColumn = 128;
  return std::max(kRangeBytes, kPerColumn * static_cast<std::int64_t>(columns));
}

/// Appends the ranges of one file, whose rows begin at `data_start`.
void cut_file(std::size_t file, std::int64_t data_start, std::int64_t size,
              std::int64_t range_bytes, std::vector<ByteRange>& ranges);

/// All rows of the range are there.
void seal(ParsedRange& range);
/// Gives the rows of this file their values of the columns that its folders name.
void fill_from_file(const ParsePlan& plan, std::size_t file, ParsedRange& range);

/// Consecutive rows of a table, cell by cell; one entry for each byte range.
struct ParsedTable {
  std::vector<ParsedRange> ranges;
  std::vector<std::int64_t> first_row;  ///< of each range, then the row behind the last
  bool pairs = false;                   ///< the cells of the ranges are pairs

  /// Numbers the rows, the first one of the table being `first`.
  void number_rows(std::int64_t first);
  [[nodiscard]] std::int64_t rows() const { return first_row.back() - first_row.front(); }
};

/// How to go about it; nothing here changes the result.
struct TableOptions {
  job::TokenPtr token = nullptr;
  std::function<void(double fraction)> progress = nullptr;  ///< called by any thread
};

/// Sources by the files' places; those that no range speaks of may be missing.
using TableSources = std::map<std::size_t, ByteSourcePtr>;

/// Reads the rows of consecutive ranges, in this order: read, correct, take.
class RowReader {
 public:
  virtual ~RowReader() = default;
  RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  /// Guesses. Throws Cancelled, and InputError where a file can no longer be read.
  virtual void read() = 0;
  /// Where the first range's first row seems to begin.
  [[nodiscard]] virtual std::int64_t seeming_start() const = 0;
  /// Where the row behind the last range begins, if the first one began where it seems to; -1 where
  /// a range would have to be read again even so.
  [[nodiscard]] virtual std::int64_t seeming_end() const = 0;
  /// Reads again what a start at `start` proves wrong; returns where the row behind the last range
  /// begins. Throws InputError at a quote that is never closed.
  virtual std::int64_t correct(std::int64_t start) = 0;
  /// Of each range, as it was read so far.
  [[nodiscard]] virtual std::vector<std::int64_t> rows() const = 0;
  /// Up to the last that the pairs read so far name; 0 where rows are no pairs.
  [[nodiscard]] virtual std::size_t columns_of_pairs() const = 0;
  /// Once, at the end.
  virtual ParsedTable take() = 0;
  [[nodiscard]] virtual const std::vector<ByteRange>& ranges() const = 0;
};

/// Reads the rows of byte ranges of text: first all at once, each from where a row seems to
/// begin, then again those whose rows began elsewhere, as the range before tells.
class TableReader final : public RowReader {
 public:
  /// All references outlive the reader.
  TableReader(const TableSources& sources, const ParsePlan& plan, Pool& pool,
              const TableOptions& options, std::vector<ByteRange> ranges);

  void read() override;
  [[nodiscard]] std::int64_t seeming_start() const override;
  [[nodiscard]] std::int64_t seeming_end() const override;
  std::int64_t correct(std::int64_t start) override;
  [[nodiscard]] std::vector<std::int64_t> rows() const override;
  [[nodiscard]] std::size_t columns_of_pairs() const override;
  ParsedTable take() override;
  [[nodiscard]] const std::vector<ByteRange>& ranges() const override { return ranges_; }

 private:
  void read_range(std::size_t i);
  std::unique_ptr<RangeParser> take_parser();
  void give_back(std::unique_ptr<RangeParser> parser);
  [[nodiscard]] const ByteSource& source_of(const ByteRange& range) const;

  const TableSources& sources_;
  const ParsePlan& plan_;
  Pool& pool_;
  const TableOptions& options_;
  std::vector<ByteRange> ranges_;
  std::vector<ParsedRange> parsed_;
  std::atomic<std::int64_t> done_{0};
  std::mutex mutex_;
  std::vector<std::unique_ptr<RangeParser>> idle_;  // each keeps its buffers
};

}  // namespace neve::ingest

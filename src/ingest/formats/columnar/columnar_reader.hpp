#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>

#include "ingest/formats/columnar/column_file.hpp"
#include "ingest/formats/parsed_table.hpp"

namespace neve::ingest::columnar {

/// Appends the ranges of one file: one for each of its parts that has rows.
void cut_file(std::size_t file, const Contents& contents, std::vector<ByteRange>& ranges);

/// Memory that the reader needs, until the table that it made goes.
using Reserve = std::function<void(std::int64_t bytes)>;

/// Reads rows of files of columns: the ranges are parts of the files. Where the files are made for
/// it they are read column by column, those whose levels must be known first at once and the others
/// late, by the table that outlives no reader. Nothing is guessed.
class ColumnarReader final : public RowReader {
 public:
  /// What `sources` and `plan` refer to outlives the reader. `reserve` may be called by any thread.
  ColumnarReader(const TableSources& sources, const ParsePlan& plan, Pool& pool, Budget& budget,
                 const TableOptions& options, std::vector<ByteRange> ranges, Reserve reserve,
                 std::string what);
  void read() override;
  [[nodiscard]] std::int64_t seeming_start() const override;
  [[nodiscard]] std::int64_t seeming_end() const override;
  std::int64_t correct(std::int64_t start) override;
  [[nodiscard]] std::vector<std::int64_t> rows() const override;
  [[nodiscard]] std::size_t columns_of_pairs() const override { return 0; }
  ParsedTable take() override;
  [[nodiscard]] const std::vector<ByteRange>& ranges() const override { return ranges_; }

 private:
  /// Columns of one range that are read together.
  struct Task {
    std::size_t range;
    std::size_t part;
    std::vector<std::size_t> columns;
    bool as_codes;
  };
  void open_files();
  void check_fields(const ColumnFile& file) const;
  [[nodiscard]] const ColumnFile& file_of(const ByteRange& range) const;
  [[nodiscard]] std::vector<Task> plan_tasks();
  [[nodiscard]] std::size_t first_to_read() const;
  void add_tasks(std::size_t range, std::vector<Task>& tasks);
  using Progress = std::function<void(std::int64_t rows)>;
  void run(const Task& task);
  LoadedCells load(std::size_t range, std::size_t part, std::size_t column) const;
  void read_part(const Task& task, std::span<CellColumn> columns, const Reserve& reserve,
                 const Progress& progress) const;
  [[nodiscard]] CellColumn make_room(std::size_t range, std::size_t column) const;
  [[nodiscard]] std::size_t rows_of(std::size_t range) const;
  [[nodiscard]] std::int64_t text_bytes(const Values& values, std::size_t column) const;

  const TableSources& sources_;
  const ParsePlan& plan_;
  Pool& pool_;
  Budget& budget_;
  const TableOptions& options_;
  std::vector<ByteRange> ranges_;
  Reserve reserve_;
  std::string what_;
  std::map<std::size_t, std::unique_ptr<ColumnFile>> files_;
  std::vector<ParsedRange> parsed_;
  std::atomic<std::int64_t> rows_done_{0};
  std::int64_t rows_to_do_ = 0;  // of all tasks
};

}  // namespace neve::ingest::columnar

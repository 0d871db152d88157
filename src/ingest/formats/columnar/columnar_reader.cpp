#include "ingest/formats/columnar/columnar_reader.hpp"

#include <algorithm>
#include <limits>

#include <neve/base/error.hpp>

#include "ingest/formats/columnar/cell_writer.hpp"

namespace neve::ingest::columnar {

namespace {

/// Of one column: values and cells of so many stay in the L2 cache, and a look at the token before
/// each is soon enough.
constexpr std::int64_t kBlockRows = 32 * 1024;

/// The part that begins at this row of the file.
std::size_t part_at(const Contents& contents, std::int64_t row) {
  std::int64_t first = 0;
  for (std::size_t p = 0; p < contents.parts.size(); ++p) {
    if (first == row && contents.parts[p].rows > 0) return p;
    first += contents.parts[p].rows;
  }
  return contents.parts.size();
}

}  // namespace

void cut_file(std::size_t file, const Contents& contents, std::vector<ByteRange>& ranges) {
  std::int64_t row = 0;
  for (const Part& part : contents.parts) {
    if (part.rows == 0) continue;
    ranges.push_back({.file = file, .begin = row, .end = row + part.rows, .first = row == 0});
    row += part.rows;
  }
}

ColumnarReader::ColumnarReader(const TableSources& sources, const ParsePlan& plan, Pool& pool,
                               Budget& budget, const TableOptions& options,
                               std::vector<ByteRange> ranges, Reserve reserve, std::string what)
    : sources_(sources),
      plan_(plan),
      pool_(pool),
      budget_(budget),
      options_(options),
      ranges_(std::move(ranges)),
      reserve_(std::move(reserve)),
      what_(std::move(what)),
      parsed_(ranges_.size()) {}

const ColumnFile& ColumnarReader::file_of(const ByteRange& range) const {
  return *files_.at(range.file);
}

void ColumnarReader::open_files() {
  std::vector<std::size_t> places;
  for (const ByteRange& range : ranges_) {
    if (places.empty() || places.back() != range.file) places.push_back(range.file);
  }
  std::vector<std::unique_ptr<ColumnFile>> opened(places.size());
  pool_.for_each(places.size(), [&](std::size_t i) {
    opened[i] = std::make_unique<ColumnFile>(sources_.at(places[i]), budget_, what_);
    check_fields(*opened[i]);
  });
  for (std::size_t i = 0; i < places.size(); ++i) files_[places[i]] = std::move(opened[i]);
}

/// The driver has looked at its file, this may be another node's copy.
void ColumnarReader::check_fields(const ColumnFile& file) const {
  if (file.contents().fields.size() == plan_.cells()) return;
  throw InputError::illegal_argument(file.name() + ": the file has " +
                                     std::to_string(file.contents().fields.size()) +
                                     " columns, not " + std::to_string(plan_.cells()) + ".");
}

/// All levels are to be known before the first chunk is made. Where no column has levels the first
/// one is read at once none the less: it tells whether the rows are there that a file speaks of.
std::size_t ColumnarReader::first_to_read() const {
  const auto cells = plan_.columns.begin() + static_cast<std::ptrdiff_t>(plan_.cells());
  const auto has_type = [&](auto is_it) {
    const auto at = std::find_if(plan_.columns.begin(), cells,
                                 [&](const ColumnPlan& column) { return is_it(column.type); });
    return static_cast<std::size_t>(at - plan_.columns.begin());
  };
  const std::size_t levels =
      has_type([](frame::ColumnType type) { return type == frame::ColumnType::categorical; });
  if (levels < plan_.cells()) return levels;
  return has_type([](frame::ColumnType type) { return type != frame::ColumnType::bad; });
}

void ColumnarReader::add_tasks(std::size_t range, std::vector<Task>& tasks) {
  const ColumnFile& file = file_of(ranges_[range]);
  const std::size_t part = part_at(file.contents(), ranges_[range].begin);
  const bool same = part < file.contents().parts.size() &&
                    file.contents().parts[part].rows == ranges_[range].end - ranges_[range].begin;
  if (!same) {
    throw InputError::illegal_argument(file.name() +
                                       ": the file was changed while it was read; parse it again.");
  }
  ParsedRange& parsed = parsed_[range];
  parsed.load = [this, range, part](std::size_t column) { return load(range, part, column); };
  Task all{.range = range, .part = part, .columns = {}, .as_codes = false};
  const std::size_t first = first_to_read();
  for (std::size_t c = 0; c < plan_.cells(); ++c) {
    if (plan_.columns[c].type == frame::ColumnType::bad) continue;
    const bool codes = plan_.columns[c].type == frame::ColumnType::categorical;
    if (!file.contents().by_column) {
      all.columns.push_back(c);
    } else if (codes || c == first) {
      tasks.push_back({.range = range, .part = part, .columns = {c}, .as_codes = codes});
    } else {
      parsed.columns[c].cells.emplace<LateColumn>();
    }
  }
  if (!all.columns.empty()) tasks.push_back(std::move(all));
}

std::vector<ColumnarReader::Task> ColumnarReader::plan_tasks() {
  std::vector<Task> tasks;
  std::int64_t bytes = 0;
  for (std::size_t r = 0; r < ranges_.size(); ++r) {
    const std::int64_t rows = ranges_[r].end - ranges_[r].begin;
    parsed_[r].start = ranges_[r].begin;
    parsed_[r].end = ranges_[r].end;
    parsed_[r].rows = static_cast<std::size_t>(rows);
    parsed_[r].columns.resize(plan_.columns.size());
    const std::size_t before = tasks.size();
    add_tasks(r, tasks);
    std::int64_t width = 0;
    for (std::size_t t = before; t < tasks.size(); ++t) {
      for (const std::size_t c : tasks[t].columns) {
        width += file_of(ranges_[r]).contents().fields[c].width;
      }
      rows_to_do_ += rows;
    }
    // A damaged file may say any number.
    std::int64_t more = 0;
    if (__builtin_mul_overflow(rows, width, &more) || __builtin_add_overflow(bytes, more, &bytes)) {
      bytes = std::numeric_limits<std::int64_t>::max();
      break;
    }
  }
  reserve_(bytes);
  return tasks;
}

void ColumnarReader::read() {
  open_files();
  const std::vector<Task> tasks = plan_tasks();
  pool_.for_each(tasks.size(), [&](std::size_t i) { run(tasks[i]); });
  for (std::size_t r = 0; r < ranges_.size(); ++r) {
    fill_from_file(plan_, ranges_[r].file, parsed_[r]);
  }
}

CellColumn ColumnarReader::make_room(std::size_t range, std::size_t column) const {
  CellColumn made =
      CellWriter::make(file_of(ranges_[range]).contents().fields[column], plan_.columns[column]);
  made.reserve(rows_of(range), 0);
  return made;
}

std::size_t ColumnarReader::rows_of(std::size_t range) const {
  return static_cast<std::size_t>(ranges_[range].end - ranges_[range].begin);
}

/// What the texts of a block will take.
std::int64_t ColumnarReader::text_bytes(const Values& values, std::size_t column) const {
  if (plan_.columns[column].type != frame::ColumnType::string) return 0;
  std::int64_t bytes = 0;
  for (const std::string_view text : values.texts) bytes += static_cast<std::int64_t>(text.size());
  for (const std::int32_t code : values.codes) {
    if (code < 0) continue;
    bytes += static_cast<std::int64_t>(values.levels[static_cast<std::size_t>(code)].size());
  }
  return 2 * bytes;  // as strings grow by doubling
}

LoadedCells ColumnarReader::load(std::size_t range, std::size_t part, std::size_t column) const {
  LoadedCells loaded;
  const std::int64_t width = file_of(ranges_[range]).contents().fields[column].width;
  loaded.memory.push_back(
      budget_.reserve(static_cast<std::int64_t>(rows_of(range)) * width, what_));
  loaded.column = make_room(range, column);
  read_part(
      {.range = range, .part = part, .columns = {column}, .as_codes = false}, {&loaded.column, 1},
      [&](std::int64_t bytes) { loaded.memory.push_back(budget_.reserve(bytes, what_)); },
      [](std::int64_t) {});
  return loaded;
}

void ColumnarReader::run(const Task& task) {
  std::vector<CellColumn> columns;
  columns.reserve(task.columns.size());
  for (const std::size_t c : task.columns) columns.push_back(make_room(task.range, c));
  read_part(task, columns, reserve_, [this](std::int64_t rows) {
    const auto done = static_cast<double>(rows_done_.fetch_add(rows) + rows);
    if (options_.progress) options_.progress(done / static_cast<double>(rows_to_do_));
  });
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].seal(rows_of(task.range));
    parsed_[task.range].columns[task.columns[i]] = std::move(columns[i]);
  }
}

/// Reads the task's columns into `columns`, which have room.
void ColumnarReader::read_part(const Task& task, std::span<CellColumn> columns,
                               const Reserve& reserve, const Progress& progress) const {
  const ColumnFile& file = file_of(ranges_[task.range]);
  const Contents& contents = file.contents();
  std::vector<CellWriter> writers;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::size_t c = task.columns[i];
    writers.emplace_back(contents.fields[c], plan_.columns[c], plan_, columns[i],
                         ranges_[task.range].begin);
  }
  auto reader = file.read({.part = task.part,
                           .columns = task.columns,
                           .block_rows = kBlockRows,
                           .as_codes = task.as_codes});
  const auto all = static_cast<std::int64_t>(rows_of(task.range));
  std::int64_t row = 0;
  while (true) {
    if (options_.token) options_.token->check();
    const std::int64_t count = reader.next();
    if (count == 0 || row + count > all) break;
    for (std::size_t i = 0; i < writers.size(); ++i) {
      const Values values = reader.values(i);
      if (const std::int64_t bytes = text_bytes(values, task.columns[i]); bytes != 0)
        reserve(bytes);
      writers[i].write(values, static_cast<std::size_t>(row));
    }
    row += count;
    progress(count);
  }
  if (row == all) return;
  file.refuse({.where = contents.part_word + " " + std::to_string(task.part),
               .what = "it holds other than the " + std::to_string(all) + " rows that it says"});
}

std::int64_t ColumnarReader::seeming_start() const { return ranges_.front().begin; }

std::int64_t ColumnarReader::seeming_end() const { return ranges_.back().end; }

std::int64_t ColumnarReader::correct(std::int64_t start) {
  return ranges_.empty() ? start : ranges_.back().end;
}

std::vector<std::int64_t> ColumnarReader::rows() const {
  std::vector<std::int64_t> rows;
  rows.reserve(parsed_.size());
  for (const ParsedRange& range : parsed_) rows.push_back(static_cast<std::int64_t>(range.rows));
  return rows;
}

ParsedTable ColumnarReader::take() {
  ParsedTable table;
  table.ranges = std::move(parsed_);
  table.number_rows(0);
  return table;
}

}  // namespace neve::ingest::columnar

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

void ColumnarReader::add_tasks(std::size_t range, std::vector<Task>& tasks) {
  const ColumnFile& file = file_of(ranges_[range]);
  const std::size_t part = part_at(file.contents(), ranges_[range].begin);
  const bool same = part < file.contents().parts.size() &&
                    file.contents().parts[part].rows == ranges_[range].end - ranges_[range].begin;
  if (!same) {
    throw InputError::illegal_argument(file.name() +
                                       ": the file was changed while it was read; parse it again.");
  }
  Task all{.range = range, .part = part, .columns = {}, .as_codes = false};
  for (std::size_t c = 0; c < plan_.cells(); ++c) {
    if (plan_.columns[c].type == frame::ColumnType::bad) continue;
    const bool codes = plan_.columns[c].type == frame::ColumnType::categorical;
    if (file.contents().by_column) {
      tasks.push_back({.range = range, .part = part, .columns = {c}, .as_codes = codes});
    } else {
      all.columns.push_back(c);
    }
  }
  if (!all.columns.empty()) tasks.push_back(std::move(all));
}

std::vector<ColumnarReader::Task> ColumnarReader::plan_tasks() {
  std::vector<Task> tasks;
  std::int64_t bytes = 0;
  for (std::size_t r = 0; r < ranges_.size(); ++r) {
    const std::int64_t rows = ranges_[r].end - ranges_[r].begin;
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
    parsed_[r].start = ranges_[r].begin;
    parsed_[r].end = ranges_[r].end;
    parsed_[r].rows = static_cast<std::size_t>(rows);
    parsed_[r].columns.resize(plan_.columns.size());
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

void ColumnarReader::make_room(const Task& task) {
  ParsedRange& parsed = parsed_[task.range];
  const Contents& contents = file_of(ranges_[task.range]).contents();
  for (const std::size_t c : task.columns) {
    parsed.columns[c] = CellWriter::make(contents.fields[c], plan_.columns[c]);
    parsed.columns[c].reserve(parsed.rows, 0);
  }
}

void ColumnarReader::reserve_texts(const Values& values, std::size_t column) const {
  if (plan_.columns[column].type != frame::ColumnType::string) return;
  std::int64_t bytes = 0;
  for (const std::string_view text : values.texts) bytes += static_cast<std::int64_t>(text.size());
  for (const std::int32_t code : values.codes) {
    if (code < 0) continue;
    bytes += static_cast<std::int64_t>(values.levels[static_cast<std::size_t>(code)].size());
  }
  if (bytes != 0) reserve_(2 * bytes);  // as strings grow by doubling
}

void ColumnarReader::run(const Task& task) {
  if (options_.token) options_.token->check();
  const ColumnFile& file = file_of(ranges_[task.range]);
  const Contents& contents = file.contents();
  make_room(task);
  std::vector<CellWriter> writers;
  for (const std::size_t c : task.columns) {
    writers.emplace_back(contents.fields[c], plan_.columns[c], plan_,
                         parsed_[task.range].columns[c], ranges_[task.range].begin);
  }
  auto reader = file.read({.part = task.part,
                           .columns = task.columns,
                           .block_rows = kBlockRows,
                           .as_codes = task.as_codes});
  const auto all = static_cast<std::int64_t>(parsed_[task.range].rows);
  std::int64_t row = 0;
  while (const std::int64_t count = reader.next()) {
    if (options_.token) options_.token->check();
    if (row + count > all) break;
    for (std::size_t i = 0; i < writers.size(); ++i) {
      const Values values = reader.values(i);
      reserve_texts(values, task.columns[i]);
      writers[i].write(values, static_cast<std::size_t>(row));
    }
    row += count;
    const auto done = static_cast<double>(rows_done_.fetch_add(count) + count);
    if (options_.progress) options_.progress(done / static_cast<double>(rows_to_do_));
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

#include "ingest/formats/parsed_table.hpp"

#include <algorithm>

namespace neve::ingest {

void cut_file(std::size_t file, std::int64_t data_start, std::int64_t size,
              std::int64_t range_bytes, std::vector<ByteRange>& ranges) {
  for (std::int64_t at = data_start; at < size; at += range_bytes) {
    ranges.push_back({file, at, std::min(size, at + range_bytes), at == data_start});
  }
}

void ParsedTable::number_rows(std::int64_t first) {
  first_row.assign(1, first);
  for (const ParsedRange& range : ranges) {
    first_row.push_back(first_row.back() + static_cast<std::int64_t>(range.rows));
  }
}

TableReader::TableReader(const TableSources& sources, const ParsePlan& plan, Pool& pool,
                         const TableOptions& options, std::vector<ByteRange> ranges)
    : sources_(sources),
      plan_(plan),
      pool_(pool),
      options_(options),
      ranges_(std::move(ranges)),
      parsed_(ranges_.size()) {}

const ByteSource& TableReader::source_of(const ByteRange& range) const {
  return *sources_.at(range.file);
}

std::unique_ptr<RangeParser> TableReader::take_parser() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<RangeParser>(plan_);
  auto parser = std::move(idle_.back());
  idle_.pop_back();
  return parser;
}

void TableReader::give_back(std::unique_ptr<RangeParser> parser) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(parser));
}

void TableReader::read() {
  pool_.for_each(ranges_.size(), [this](std::size_t i) { read_range(i); });
}

void TableReader::read_range(std::size_t i) {
  if (options_.token) options_.token->check();
  const ByteRange& range = ranges_[i];
  const ByteSource& source = source_of(range);
  auto parser = take_parser();
  parsed_[i] = range.first ? parser->parse(source, range.begin, range.end)
                           : parser->parse_guessed(source, range.begin, range.end);
  seal(parsed_[i]);
  fill_from_file(plan_, ranges_[i].file, parsed_[i]);
  give_back(std::move(parser));
  const double done = static_cast<double>(1 + done_.fetch_add(1));
  if (options_.progress) options_.progress(done / static_cast<double>(ranges_.size()));
}

void seal(ParsedRange& range) {
  for (CellColumn& column : range.columns) column.seal(range.rows);
}

void fill_from_file(const ParsePlan& plan, std::size_t file, ParsedRange& range) {
  if (range.rows == 0) return;
  for (std::size_t c = plan.cells(); c < range.columns.size(); ++c) {
    range.columns[c] = same_level(plan.columns[c].of_files.at(file), range.rows);
  }
}

std::int64_t TableReader::seeming_start() const { return parsed_.front().start; }

std::int64_t TableReader::seeming_end() const {
  std::int64_t start = seeming_start();
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const bool wrong = parsed_[i].abandoned || parsed_[i].start != start;
    if (!ranges_[i].first && wrong) return -1;
    start = parsed_[i].end;
  }
  return start;
}

std::int64_t TableReader::correct(std::int64_t start) {
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const ByteRange& range = ranges_[i];
    ParsedRange& parsed = parsed_[i];
    const bool wrong = parsed.abandoned || parsed.start != start;
    if (!range.first && start >= range.end) {
      parsed = {};
      parsed.start = parsed.end = start;
    } else if (!range.first && wrong) {
      if (options_.token) options_.token->check();
      auto parser = take_parser();
      parsed = parser->parse(source_of(range), start, range.end);
      give_back(std::move(parser));
      seal(parsed);
      fill_from_file(plan_, ranges_[i].file, parsed_[i]);
    }
    start = parsed.end;
  }
  return start;
}

std::vector<std::int64_t> TableReader::rows() const {
  std::vector<std::int64_t> rows;
  rows.reserve(parsed_.size());
  for (const ParsedRange& range : parsed_) rows.push_back(static_cast<std::int64_t>(range.rows));
  return rows;
}

std::size_t TableReader::columns_of_pairs() const {
  std::size_t columns = 0;
  for (const ParsedRange& range : parsed_) columns = std::max(columns, range.pairs.width());
  return columns;
}

ParsedTable TableReader::take() {
  ParsedTable table;
  table.pairs = plan_.dialect.pairs;
  table.ranges = std::move(parsed_);
  table.number_rows(0);
  return table;
}

}  // namespace neve::ingest

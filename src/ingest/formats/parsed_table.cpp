#include "ingest/formats/parsed_table.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>

namespace neve::ingest {

namespace {

/// Range parsers for the threads that ask; each keeps its buffers.
class Parsers {
 public:
  explicit Parsers(const ParsePlan& plan) : plan_(plan) {}
  std::unique_ptr<RangeParser> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<RangeParser>(plan_);
    auto parser = std::move(idle_.back());
    idle_.pop_back();
    return parser;
  }
  void give_back(std::unique_ptr<RangeParser> parser) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(parser));
  }

 private:
  const ParsePlan& plan_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<RangeParser>> idle_;
};

struct ByteRange {
  std::size_t file;
  std::int64_t begin;
  std::int64_t end;
  bool first;  // of its file
};

std::vector<ByteRange> cut_files(const std::vector<TableFile>& files, std::int64_t range_bytes) {
  std::vector<ByteRange> ranges;
  for (std::size_t file = 0; file < files.size(); ++file) {
    const std::int64_t size = files[file].source->size();
    const std::int64_t start = files[file].data_start;
    for (std::int64_t at = start; at < size; at += range_bytes) {
      ranges.push_back({file, at, std::min(size, at + range_bytes), at == start});
    }
  }
  return ranges;
}

class TableReader {
 public:
  TableReader(const std::vector<TableFile>& files, const ParsePlan& plan, Pool& pool,
              const TableOptions& options)
      : files_(files),
        options_(options),
        pool_(pool),
        parsers_(plan),
        ranges_(cut_files(files, options.range_bytes)),
        parsed_(ranges_.size()) {}

  ParsedTable read() {
    pool_.for_each(ranges_.size(), [this](std::size_t i) { read_range(i); });
    correct_starts();
    ParsedTable table;
    table.first_row.push_back(0);
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      table.first_row.push_back(table.first_row.back() +
                                static_cast<std::int64_t>(parsed_[i].rows));
      table.file_of_range.push_back(ranges_[i].file);
    }
    table.ranges = std::move(parsed_);
    return table;
  }

 private:
  void read_range(std::size_t i) {
    if (options_.token) options_.token->check();
    const ByteRange& range = ranges_[i];
    const ByteSource& source = *files_[range.file].source;
    auto parser = parsers_.take();
    parsed_[i] = range.first ? parser->parse(source, range.begin, range.end)
                             : parser->parse_guessed(source, range.begin, range.end);
    parsers_.give_back(std::move(parser));
    const double done = static_cast<double>(1 + done_.fetch_add(1));
    if (options_.progress) options_.progress(done / static_cast<double>(ranges_.size()));
  }

  /// From the first range of each file on, the end of one is the start of the next.
  void correct_starts() {
    std::int64_t start = 0;
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      const ByteRange& range = ranges_[i];
      ParsedRange& parsed = parsed_[i];
      const bool wrong = parsed.abandoned || parsed.start != start;
      if (!range.first && start >= range.end) {
        parsed = {};
        parsed.end = start;
      } else if (!range.first && wrong) {
        if (options_.token) options_.token->check();
        auto parser = parsers_.take();
        parsed = parser->parse(*files_[range.file].source, start, range.end);
        parsers_.give_back(std::move(parser));
      }
      start = parsed.end;
    }
  }

  const std::vector<TableFile>& files_;
  const TableOptions& options_;
  Pool& pool_;
  Parsers parsers_;
  std::vector<ByteRange> ranges_;
  std::vector<ParsedRange> parsed_;
  std::atomic<std::int64_t> done_{0};
};

}  // namespace

ParsedTable parse_table(const std::vector<TableFile>& files, const ParsePlan& plan, Pool& pool,
                        const TableOptions& options) {
  return TableReader(files, plan, pool, options).read();
}

}  // namespace neve::ingest

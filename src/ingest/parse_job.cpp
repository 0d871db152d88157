#include "ingest/parse_job.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <numeric>

#include <neve/base/error.hpp>

#include "ingest/formats/format_sniff.hpp"
#include "ingest/formats/source_position.hpp"
#include "ingest/formats/table_encoder.hpp"
#include "ingest/sources/unpack.hpp"

namespace neve::ingest {

namespace {

constexpr double kReadShare = 0.8;  // of the job; the rest is encoding

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

bool same_names(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_name);
}

/// Where each file's rows begin: behind its byte order mark and its header. Of several files, those
/// after the first may lack the header.
std::vector<TableFile> find_rows(const std::vector<ByteSourcePtr>& sources, const TablePlan& plan) {
  std::vector<TableFile> files;
  std::vector<std::string> first_header;
  RangeParser parser(plan.parse);
  for (const ByteSourcePtr& source : sources) {
    char mark[3] = {};
    const std::size_t got = source->read(0, mark);
    const auto start = static_cast<std::int64_t>(byte_order_mark({mark, got}));
    files.push_back({source, start});
    if (!plan.has_header) continue;
    std::vector<std::string> header;
    const std::int64_t behind =
        parser.look_at_rows(*source, start, [&](std::span<const LooseCell> cells) {
          for (const LooseCell& cell : cells) header.push_back(cell.text);
          return false;
        });
    const bool is_header =
        files.size() == 1 || same_names(header, first_header) || same_names(header, plan.names);
    if (files.size() == 1) first_header = std::move(header);
    if (is_header) files.back().data_start = behind;
  }
  return files;
}

/// Sums up over all ranges what was odd about a column or the rows, with the first place.
class Warnings {
 public:
  Warnings(const std::vector<TableFile>& files, const ParsedTable& table, job::Job& job)
      : files_(files), table_(table), job_(job) {}

  void tell(const TablePlan& plan) {
    tell_rows();
    for (std::size_t c : plan.kept) {
      if (told_ >= kMostWarnings) break;
      tell_unreadable(c, plan);
      tell_encoding(c, plan.names[c]);
    }
  }

 private:
  static constexpr int kMostWarnings = 20;  // each reads the file up to its place

  void warn(std::string text) {
    ++told_;
    job_.warn(std::move(text));
  }
  [[nodiscard]] std::string place(std::size_t range, std::int64_t offset) const {
    return describe_position(*files_[table_.file_of_range[range]].source, offset);
  }

  void tell_unreadable(std::size_t column, const TablePlan& plan) {
    std::int64_t count = 0;
    std::string first;
    for (std::size_t r = 0; r < table_.ranges.size(); ++r) {
      if (table_.ranges[r].rows == 0) continue;
      const CellColumn& cells = table_.ranges[r].columns[column];
      if (count == 0 && cells.unreadable != 0) first = place(r, cells.first_unreadable_at);
      count += cells.unreadable;
    }
    if (count == 0) return;
    warn(first + ": the cell is no value of column '" + plan.names[column] + "' of type " +
         std::string(type_word(plan.parse.columns[column].type)) + "; " + std::to_string(count) +
         (count == 1 ? " such cell is missing." : " such cells are missing."));
  }

  void tell_encoding(std::size_t column, const std::string& name) {
    for (std::size_t r = 0; r < table_.ranges.size(); ++r) {
      if (table_.ranges[r].rows == 0) continue;
      const std::int64_t at = table_.ranges[r].columns[column].first_bad_utf8_at;
      if (at < 0) continue;
      warn(place(r, at) + ": the text of column '" + name +
           "' is not UTF-8; such bytes are written as <0x…>.");
      return;
    }
  }

  void tell_rows() {
    std::int64_t long_rows = 0;
    std::string first_long;
    std::string first_quote;
    for (std::size_t r = 0; r < table_.ranges.size(); ++r) {
      const ParsedRange& range = table_.ranges[r];
      if (long_rows == 0 && range.long_rows != 0) first_long = place(r, range.first_long_row_at);
      long_rows += range.long_rows;
      if (first_quote.empty() && range.text_after_quote_at >= 0) {
        first_quote = place(r, range.text_after_quote_at);
      }
    }
    if (long_rows != 0) {
      warn(first_long + ": the row has more cells than there are columns; the surplus of " +
           std::to_string(long_rows) + (long_rows == 1 ? " row" : " rows") + " is dropped.");
    }
    if (!first_quote.empty()) {
      warn(first_quote +
           ": there is text behind a closing quote; it was kept as part of its cell.");
    }
  }

  const std::vector<TableFile>& files_;
  const ParsedTable& table_;
  job::Job& job_;
  int told_ = 0;
};

/// Puts the chunks of all kept columns and makes the frame.
frame::Frame store_table(mr::Engine& engine, const ParsedTable& table, const TablePlan& plan,
                         job::Job& job) {
  std::vector<frame::ColumnType> types;
  for (const ColumnPlan& column : plan.parse.columns) types.push_back(column.type);
  const TableEncoder encoder(table, types, engine.pool());
  const auto width = plan.kept.size();
  frame::Frame frame;
  frame.layout = engine.new_layout(frame::row_cuts(table.rows(), static_cast<std::int64_t>(width)));
  std::vector<ColumnId> ids;
  std::vector<mr::OutputColumn> kinds;
  for (std::size_t c : plan.kept) {
    ids.push_back(engine.new_column_id());
    kinds.push_back({.type = encoder.type(c), .domain = encoder.domain(c)});
    frame.names.push_back(plan.names[c]);
  }
  const auto groups = static_cast<std::size_t>(frame.layout->groups());
  std::atomic<std::size_t> done{0};
  try {
    engine.pool().for_each(groups * width, [&](std::size_t i) {
      job.token()->check();
      const std::size_t g = i / width;
      const frame::Chunk chunk =
          encoder.encode(plan.kept[i % width], frame.layout->cuts[g], frame.layout->cuts[g + 1]);
      engine.put_chunk(*frame.layout, ids[i % width], GroupIndex(static_cast<std::int32_t>(g)),
                       chunk);
      const double share =
          static_cast<double>(1 + done.fetch_add(1)) / static_cast<double>(groups * width);
      job.progress(kReadShare + (1 - kReadShare) * share);
    });
  } catch (...) {
    engine.discard(ids);
    throw;
  }
  frame.columns = engine.adopt(ids, kinds);
  return frame;
}

}  // namespace

void run_parse(mr::Engine& engine, frame::Frames& frames, const std::vector<ByteSourcePtr>& files,
               const TablePlan& plan, const std::string& destination, job::Job& job) {
  job.progress(0, "Ingesting files.");
  std::vector<ByteSourcePtr> plain;
  std::int64_t bytes = 0;
  for (const ByteSourcePtr& file : files) {
    job.token()->check();
    plain.push_back(unpacked(file, engine.budget()));
    char first[512] = {};  // enough for a line of any format that is refused
    refuse_foreign_format(file->name(), {first, plain.back()->read(0, first)});
    bytes += plain.back()->size();
  }
  // A cell takes at least two bytes of text and, but for rare ones, at most twice that when read.
  const Reservation memory = engine.budget().reserve(2 * bytes, "Parsing into " + destination);
  const std::vector<TableFile> tables = find_rows(plain, plan);
  TableOptions options;
  options.token = job.token();
  options.progress = [&job](double share) { job.progress(kReadShare * share); };
  const ParsedTable table = parse_table(tables, plan.parse, engine.pool(), options);
  Warnings(tables, table, job).tell(plan);
  job.progress(kReadShare, "Compressing data.");
  frame::Frame frame = store_table(engine, table, plan, job);
  frame.key = destination;
  frames.publish(frame);
  job.progress(1, "Done.");
}

}  // namespace neve::ingest

#include <neve/ingest/csv_writer.hpp>

#include <algorithm>

#include <neve/munge/rollups.hpp>

#include "ingest/formats/csv_cells.hpp"

namespace neve::ingest {

namespace {

/// Of one block, which one worker writes: some hundred KiB of text, whatever the frame's width.
constexpr std::int64_t kCellsPerBlock = 16 * 1024;
constexpr std::size_t kBlocksAtOnce = 16;

std::int64_t rows_per_block(std::size_t columns) {
  return std::max<std::int64_t>(
      1, kCellsPerBlock / static_cast<std::int64_t>(std::max<std::size_t>(1, columns)));
}

GroupRange all_groups(const frame::Frame& frame) { return {0, frame.layout->groups()}; }

}  // namespace

CsvWriter::CsvWriter(mr::Engine& engine, frame::Frame frame, const CsvForm& form,
                     std::vector<std::uint8_t> whole_columns, GroupRange range)
    : engine_(engine),
      frame_(std::move(frame)),
      form_(form),
      whole_columns_(std::move(whole_columns)),
      range_(range),
      next_group_(range.first),
      total_(frame_.layout->cuts[static_cast<std::size_t>(range.end)] -
             frame_.layout->cuts[static_cast<std::size_t>(range.first)]) {}

CsvWriter::CsvWriter(mr::Engine& engine, frame::Frame frame, const CsvForm& form)
    : CsvWriter(engine, frame, form, whole_columns_of(engine, frame), all_groups(frame)) {}

std::vector<std::uint8_t> whole_columns_of(mr::Engine& engine, const frame::Frame& frame) {
  std::vector<std::uint8_t> whole(frame.columns.size());
  std::vector<frame::Column> numeric;
  std::vector<std::size_t> places;
  for (std::size_t c = 0; c < frame.columns.size(); ++c) {
    if (frame.columns[c].type != frame::ColumnType::numeric) continue;
    numeric.push_back(frame.columns[c]);
    places.push_back(c);
  }
  if (numeric.empty()) return whole;
  const auto figures = munge::roll_up(engine, frame.layout, numeric);
  for (std::size_t i = 0; i < places.size(); ++i) whole[places[i]] = figures[i].is_int ? 1 : 0;
  return whole;
}

bool CsvWriter::next(std::string& block) {
  if (!header_written_) {
    header_written_ = true;
    if (form_.header) write_header(block);
  }
  while (row_ == group_rows_) {
    if (next_group_ == range_.end) return !block.empty();
    open_group();
  }
  const std::int64_t rows = rows_per_block(chunks_.size());
  const std::int64_t left = (group_rows_ - row_ + rows - 1) / rows;
  std::vector<std::string> texts(std::min(kBlocksAtOnce, static_cast<std::size_t>(left)));
  engine_.pool().for_each(texts.size(), [&](std::size_t i) {
    const std::int64_t begin = row_ + static_cast<std::int64_t>(i) * rows;
    write_rows(begin, std::min(rows, group_rows_ - begin), texts[i]);
  });
  for (const std::string& text : texts) block += text;
  const std::int64_t stop =
      std::min(group_rows_, row_ + static_cast<std::int64_t>(texts.size()) * rows);
  done_ += stop - row_;
  row_ = stop;
  return true;
}

double CsvWriter::progress() const {
  return total_ == 0 ? 1.0 : static_cast<double>(done_) / static_cast<double>(total_);
}

void CsvWriter::open_group() {
  const GroupIndex group(next_group_++);
  row_ = 0;
  group_rows_ = frame_.layout->rows_of(group);
  chunks_.clear();
  if (group_rows_ == 0) return;
  for (const frame::Column& column : frame_.columns) {
    chunks_.push_back(engine_.chunk(*frame_.layout, column.id, group));
  }
}

void CsvWriter::write_header(std::string& block) const {
  for (std::size_t c = 0; c < frame_.names.size(); ++c) {
    if (c != 0) block += form_.separator;
    if (form_.quote_header) {
      append_quoted(frame_.names[c], form_, block);
    } else {
      block += frame_.names[c];
    }
  }
  block += '\n';
}

void CsvWriter::write_rows(std::int64_t begin, std::int64_t rows, std::string& block) const {
  std::vector<CsvCells> columns;
  columns.reserve(chunks_.size());
  for (std::size_t c = 0; c < chunks_.size(); ++c) {
    columns.emplace_back(chunks_[c], frame_.columns[c], whole_columns_[c] != 0, begin, rows);
  }
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (c != 0) block += form_.separator;
      columns[c].write(row, form_, block);
    }
    block += '\n';
  }
}

}  // namespace neve::ingest

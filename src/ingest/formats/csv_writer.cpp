#include <neve/ingest/csv_writer.hpp>

#include <cstdio>

#include <neve/base/java_number.hpp>

namespace neve::ingest {

namespace {

constexpr std::int64_t kRowsPerBlock = 1024;

void append_uuid(const frame::Uuid& uuid, std::string& out) {
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%012llx",
                static_cast<unsigned>(uuid.high >> 32U),
                static_cast<unsigned>(uuid.high >> 16U & 0xFFFFU),
                static_cast<unsigned>(uuid.high & 0xFFFFU), static_cast<unsigned>(uuid.low >> 48U),
                static_cast<unsigned long long>(uuid.low & 0xFFFFFFFFFFFFU));
  out += text;
}

}  // namespace

CsvWriter::CsvWriter(mr::Engine& engine, frame::Frame frame, const CsvForm& form)
    : engine_(engine), frame_(std::move(frame)), form_(form) {
  for (std::size_t c = 0; c < frame_.columns.size(); ++c) {
    integers_.push_back(frame_.columns[c].type == frame::ColumnType::numeric && holds_integers(c));
  }
}

bool CsvWriter::holds_integers(std::size_t column) const {
  for (std::int32_t g = 0; g < frame_.layout->groups(); ++g) {
    if (!engine_.chunk(*frame_.layout, frame_.columns[column].id, GroupIndex(g)).holds_integers()) {
      return false;
    }
  }
  return true;
}

bool CsvWriter::next(std::string& block) {
  if (!header_written_) {
    header_written_ = true;
    if (form_.header) write_header(block);
  }
  while (row_ == group_rows_) {
    if (group_ + 1 >= frame_.layout->groups()) return !block.empty();
    open_group();
  }
  const std::int64_t stop = std::min(group_rows_, row_ + kRowsPerBlock);
  done_ += stop - row_;
  for (; row_ < stop; ++row_) write_row(row_, block);
  return true;
}

double CsvWriter::progress() const {
  return frame_.rows() == 0 ? 1.0 : static_cast<double>(done_) / static_cast<double>(frame_.rows());
}

void CsvWriter::open_group() {
  ++group_;
  row_ = 0;
  group_rows_ = frame_.layout->rows_of(GroupIndex(group_));
  chunks_.clear();
  if (group_rows_ == 0) return;
  for (const frame::Column& column : frame_.columns) {
    chunks_.push_back(engine_.chunk(*frame_.layout, column.id, GroupIndex(group_)));
  }
}

void CsvWriter::write_header(std::string& block) const {
  for (std::size_t c = 0; c < frame_.names.size(); ++c) {
    if (c != 0) block += form_.separator;
    if (form_.quote_header) {
      write_quoted(frame_.names[c], block);
    } else {
      block += frame_.names[c];
    }
  }
  block += '\n';
}

void CsvWriter::write_row(std::int64_t row, std::string& block) const {
  for (std::size_t c = 0; c < chunks_.size(); ++c) {
    if (c != 0) block += form_.separator;
    write_cell(c, row, block);
  }
  block += '\n';
}

void CsvWriter::write_cell(std::size_t column, std::int64_t row, std::string& block) const {
  const frame::Chunk& chunk = chunks_[column];
  switch (chunk.kind()) {
    case frame::ChunkKind::text:
      if (const auto text = chunk.text(row)) write_quoted(*text, block);
      return;
    case frame::ChunkKind::bytes:
      return;  // no column has them
    case frame::ChunkKind::uuids:
      if (const auto uuid = chunk.uuid(row)) append_uuid(*uuid, block);
      return;
    case frame::ChunkKind::codes: {
      std::int32_t code = 0;
      chunk.decode_codes(row, {&code, 1});
      const frame::Column& owner = frame_.columns[column];
      if (code >= 0 && code < owner.cardinality()) {
        write_quoted((*owner.domain)[static_cast<std::size_t>(code)], block);
      }
      return;
    }
    case frame::ChunkKind::times:
    case frame::ChunkKind::numbers:
      break;
  }
  if (chunk.kind() == frame::ChunkKind::times || integers_[column] != 0) {
    const std::int64_t value = chunk.int64_at(row);
    if (value != frame::kMissingInt64) block += std::to_string(value);
    return;
  }
  const double value = chunk.at(row);
  if (value != value) return;
  if (form_.hex_doubles) {
    append_java_hex_double(block, value);
  } else {
    append_java_double(block, value);
  }
}

void CsvWriter::write_quoted(std::string_view text, std::string& block) const {
  block += '"';
  for (char c : text) {
    if (c == '"' && form_.escape_quotes) block += '"';
    block += c;
  }
  block += '"';
}

}  // namespace neve::ingest

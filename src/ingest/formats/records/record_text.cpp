#include "ingest/formats/records/record_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <neve/base/error.hpp>

namespace neve::ingest {

namespace {

using namespace std::string_view_literals;
// A record separator, which text does not begin with.
constexpr std::string_view kSheet = "\x1ESHEET "sv;
constexpr std::string_view kRecords = "\x1ERECORDS "sv;
constexpr std::string_view kTypes = "ncstub";  // in the order of kColumnTypes
constexpr std::array kColumnTypes = {frame::ColumnType::numeric, frame::ColumnType::categorical,
                                     frame::ColumnType::string,  frame::ColumnType::time,
                                     frame::ColumnType::uuid,    frame::ColumnType::bad};
constexpr std::size_t kLongestLine = std::size_t{64} << 20;

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

/// Reads what append_quoted wrote, up to its end; moves behind it.
std::string read_quoted(std::string_view line, std::size_t& at) {
  std::string text;
  for (++at; at < line.size(); ++at) {
    if (line[at] == '"' && (at + 1 == line.size() || line[at + 1] != '"')) break;
    if (line[at] == '"') ++at;
    text += line[at];
  }
  ++at;
  return text;
}

/// The first line of a file that begins as one of records.
std::string first_line(const ByteSource& source) {
  std::string line(64, '\0');
  line.resize(source.read(0, line));
  if (!line.starts_with(kRecords)) return {};
  for (std::size_t size = std::size_t{1} << 16; size <= kLongestLine; size *= 2) {
    line.resize(std::min<std::size_t>(size, static_cast<std::size_t>(source.size())));
    line.resize(source.read(0, line));
    // A line end in a column's name is written as \x1F.
    const std::size_t end = line.find('\n');
    if (end != std::string::npos) return line.substr(0, end + 1);
    if (line.size() < size) break;
  }
  return {};
}

}  // namespace

void RecordText::begin_records(const std::vector<std::string>& names,
                               const std::vector<frame::ColumnType>& types) {
  std::string line(kRecords);
  for (std::size_t c = 0; c < names.size(); ++c) {
    const auto* type = std::ranges::find(kColumnTypes, types[c]);
    line += kTypes[static_cast<std::size_t>(type - kColumnTypes.begin())];
    std::string name = names[c];
    std::ranges::replace(name, '\n', '\x1F');
    append_quoted(name, line);
  }
  bytes_->append(line + "\n");
}

void RecordText::begin_sheet(bool has_header) {
  bytes_->append(std::string(kSheet) + (has_header ? "1\n" : "0\n"));
}

void RecordText::separate() {
  if (cells_++ != 0) row_ += ',';
}

void RecordText::integer(std::int64_t value) {
  separate();
  row_ += std::to_string(value);
}

void RecordText::number(double value) {
  separate();
  if (std::isnan(value)) return;
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  if (std::isinf(value)) {
    row_ += value > 0 ? "Infinity" : "-Infinity";
  } else {
    row_.append(digits.data(), end);
  }
}

void RecordText::text(std::string_view value) {
  separate();
  append_quoted(value, row_);
}

void RecordText::word(std::string_view value) {
  separate();
  row_ += value;
}

void RecordText::end_row() {
  // A line of nothing would be no row.
  if (row_.empty()) row_ = ",";
  row_ += '\n';
  bytes_->append(row_);
  row_.clear();
  cells_ = 0;
}

std::optional<SheetMark> sheet_mark(std::string_view first_bytes) {
  if (!first_bytes.starts_with(kSheet) || first_bytes.size() < kSheet.size() + 2) return {};
  return SheetMark{.size = kSheet.size() + 2, .has_header = first_bytes[kSheet.size()] == '1'};
}

std::optional<Declarations> read_record_columns(const ByteSource& source) {
  const std::string line = first_line(source);
  if (line.empty()) return std::nullopt;
  Declarations declared;
  std::size_t at = kRecords.size();
  while (at + 1 < line.size() && line[at] != '\n') {
    const std::size_t type = kTypes.find(line[at]);
    if (type == std::string_view::npos || line[at + 1] != '"') return std::nullopt;
    declared.types.push_back(kColumnTypes[type]);
    declared.names.push_back(read_quoted(line, ++at));
    std::ranges::replace(declared.names.back(), '\x1F', '\n');
  }
  declared.data_start = static_cast<std::int64_t>(line.size());
  return declared;
}

void adapt_to_records(const FileSetup& /*setup*/, Dialect& dialect) {
  dialect = {};
  dialect.comment_markers.clear();
}

}  // namespace neve::ingest

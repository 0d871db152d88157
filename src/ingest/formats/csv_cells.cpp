#include "ingest/formats/csv_cells.hpp"

#include <array>
#include <charconv>
#include <cstdio>

#include <neve/base/java_number.hpp>

namespace neve::ingest {
namespace {

void append_uuid(const frame::Uuid& uuid, std::string& out) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-%04x-%04x-%012llx",
                static_cast<unsigned>(uuid.high >> 32U),
                static_cast<unsigned>(uuid.high >> 16U & 0xFFFFU),
                static_cast<unsigned>(uuid.high & 0xFFFFU), static_cast<unsigned>(uuid.low >> 48U),
                static_cast<unsigned long long>(uuid.low & 0xFFFFFFFFFFFFU));
  out += text.data();
}

void append_integer(std::int64_t value, std::string& out) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

}  // namespace

void append_quoted(std::string_view text, const CsvForm& form, std::string& out) {
  out += '"';
  if (!form.escape_quotes || text.find('"') == std::string_view::npos) {
    out += text;
  } else {
    for (const char c : text) {
      if (c == '"') out += '"';
      out += c;
    }
  }
  out += '"';
}

CsvCells::CsvCells(const frame::Chunk& chunk, const frame::Column& column, bool is_whole,
                   std::int64_t begin, std::int64_t rows) {
  const auto count = static_cast<std::size_t>(rows);
  switch (chunk.kind()) {
    case frame::ChunkKind::bytes:
      return;  // no column has them
    case frame::ChunkKind::text:
      kind_ = Kind::text;
      texts_.resize(count);
      missing_.resize(count);
      chunk.decode_text(begin, texts_, missing_);
      return;
    case frame::ChunkKind::uuids:
      kind_ = Kind::uuids;
      uuids_.resize(count);
      missing_.resize(count);
      chunk.decode_uuids(begin, uuids_, missing_);
      return;
    case frame::ChunkKind::codes:
      if (!column.domain) return;
      kind_ = Kind::levels;
      domain_ = column.domain.get();
      codes_.resize(count);
      chunk.decode_codes(begin, codes_);
      return;
    case frame::ChunkKind::times:
    case frame::ChunkKind::numbers:
      break;
  }
  if (chunk.kind() == frame::ChunkKind::times || is_whole) {
    kind_ = Kind::integers;
    integers_.resize(count);
    chunk.decode_int64(begin, integers_);
    return;
  }
  kind_ = Kind::doubles;
  doubles_.resize(count);
  chunk.decode(begin, doubles_);
}

void CsvCells::write(std::size_t row, const CsvForm& form, std::string& out) const {
  switch (kind_) {
    case Kind::nothing:
      return;
    case Kind::text:
      if (missing_[row] == 0) append_quoted(texts_[row], form, out);
      return;
    case Kind::uuids:
      if (missing_[row] == 0) append_uuid(uuids_[row], out);
      return;
    case Kind::levels: {
      const std::int32_t code = codes_[row];
      const bool is_level = code >= 0 && static_cast<std::size_t>(code) < domain_->size();
      if (is_level) append_quoted((*domain_)[static_cast<std::size_t>(code)], form, out);
      return;
    }
    case Kind::integers:
      if (integers_[row] != frame::kMissingInt64) append_integer(integers_[row], out);
      return;
    case Kind::doubles:
      break;
  }
  const double value = doubles_[row];
  if (value != value) return;
  if (form.hex_doubles) {
    append_java_hex_double(out, value);
  } else {
    append_java_double(out, value);
  }
}

}  // namespace neve::ingest

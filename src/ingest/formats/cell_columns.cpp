#include "ingest/formats/cell_columns.hpp"

#include <neve/base/utf8.hpp>

namespace neve::ingest {

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

void CellColumn::reserve(std::size_t rows, std::size_t used) {
  std::visit(Overloaded{[](NoCells&) {}, [](LateColumn&) {},
                        [&](NumberCells& c) { c.reserve(rows, used); },
                        [&](RealCells& c) { c.values.grow(rows, used); },
                        [&](CodeCells& c) { c.codes.grow(rows, used); },
                        [&](TimeCells& c) { c.times.grow(rows, used); },
                        [&](TextCells& c) {
                          c.ends.grow(rows, used);
                          c.missing.grow(rows, used);
                        },
                        [&](UuidCells& c) {
                          c.uuids.grow(rows, used);
                          c.missing.grow(rows, used);
                        }},
             cells);
}

void CellColumn::put_missing(std::size_t row) {
  std::visit(
      Overloaded{[](NoCells&) {}, [](LateColumn&) {}, [&](NumberCells& c) { c.put_missing(row); },
                 [&](RealCells& c) { c.values[row] = frame::kMissingDouble; },
                 [&](CodeCells& c) { c.codes[row] = frame::kMissingCode; },
                 [&](TimeCells& c) { c.times[row] = frame::kMissingInt64; },
                 [&](TextCells& c) { c.put_missing(row); },
                 [&](UuidCells& c) {
                   c.uuids[row] = {};
                   c.missing[row] = 1;
                 }},
      cells);
}

void CellColumn::seal(std::size_t rows) {
  if (auto* codes = std::get_if<CodeCells>(&cells)) codes->seal(rows);
}

namespace {

template <class T>
void narrow(const RawArray<std::int32_t>& from, std::size_t rows, T missing, RawArray<T>& to) {
  to.grow(rows, 0);
  for (std::size_t row = 0; row < rows; ++row) {
    to[row] = from[row] < 0 ? missing : static_cast<T>(from[row]);
  }
}

template <class T>
void remap_from(const T* from, std::size_t count, T missing, const std::vector<std::int32_t>& by,
                std::int32_t* to) {
  for (std::size_t i = 0; i < count; ++i) {
    to[i] = from[i] == missing ? frame::kMissingCode : by[static_cast<std::size_t>(from[i])];
  }
}

}  // namespace

void CodeCells::seal(std::size_t rows) {
  if (codes.capacity() == 0 || rows == 0) return;
  if (levels.size() <= kMissingByte) {
    narrow(codes, rows, kMissingByte, bytes);
  } else if (levels.size() <= kMissingHalf) {
    narrow(codes, rows, kMissingHalf, halves);
  } else {
    return;
  }
  codes.clear();
}

std::int32_t CodeCells::at(std::size_t row) const {
  if (bytes.capacity() != 0) return bytes[row] == kMissingByte ? frame::kMissingCode : bytes[row];
  if (halves.capacity() != 0) {
    return halves[row] == kMissingHalf ? frame::kMissingCode : halves[row];
  }
  return codes[row];
}

void CodeCells::remap(std::size_t begin, std::size_t count, const std::vector<std::int32_t>& by,
                      std::int32_t* to) const {
  if (count == 0) return;
  if (bytes.capacity() != 0) return remap_from(&bytes[begin], count, kMissingByte, by, to);
  if (halves.capacity() != 0) return remap_from(&halves[begin], count, kMissingHalf, by, to);
  remap_from(&codes[begin], count, frame::kMissingCode, by, to);
}

CellColumn make_cells(frame::ColumnType type) {
  CellColumn column;
  switch (type) {
    case frame::ColumnType::numeric:
      column.cells.emplace<NumberCells>();
      break;
    case frame::ColumnType::categorical:
      column.cells.emplace<CodeCells>();
      break;
    case frame::ColumnType::time:
      column.cells.emplace<TimeCells>();
      break;
    case frame::ColumnType::string:
      column.cells.emplace<TextCells>();
      break;
    case frame::ColumnType::uuid:
      column.cells.emplace<UuidCells>();
      break;
    case frame::ColumnType::bad:
      break;
  }
  return column;
}

CellColumn same_level(std::string_view level, std::size_t rows) {
  CellColumn column = make_cells(frame::ColumnType::categorical);
  auto& cells = std::get<CodeCells>(column.cells);
  const std::int32_t code = cells.levels.code_of(level);
  cells.codes.grow(rows, 0);
  for (std::size_t row = 0; row < rows; ++row) cells.codes[row] = code;
  cells.seal(rows);
  return column;
}

std::string readable_utf8(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  bool in_hex = false;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (in_hex != (length == 0)) out += in_hex ? ">" : "<0x";
    in_hex = length == 0;
    if (in_hex) {
      const auto byte = static_cast<unsigned char>(text.front());
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(in_hex ? 1 : length);
  }
  if (in_hex) out += '>';
  return out;
}

}  // namespace neve::ingest

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/chunk.hpp>
#include <neve/frame/frame.hpp>
#include <neve/ingest/csv_writer.hpp>

namespace neve::ingest {

/// `text` in quotes.
void append_quoted(std::string_view text, const CsvForm& form, std::string& out);

/// Some rows of one column, decoded at once and written cell by cell.
class CsvCells {
 public:
  /// Rows [begin, begin + rows) of the chunk, which outlives this.
  CsvCells(const frame::Chunk& chunk, const frame::Column& column, bool is_whole,
           std::int64_t begin, std::int64_t rows);
  /// Appends the cell of a row, counted from `begin`; nothing where it is missing.
  void write(std::size_t row, const CsvForm& form, std::string& out) const;

 private:
  enum class Kind : std::uint8_t { nothing, text, uuids, levels, integers, doubles };
  Kind kind_ = Kind::nothing;
  const frame::Domain* domain_ = nullptr;
  std::vector<std::string_view> texts_;
  std::vector<frame::Uuid> uuids_;
  std::vector<std::uint8_t> missing_;  // of texts and uuids
  std::vector<std::int32_t> codes_;
  std::vector<std::int64_t> integers_;
  std::vector<double> doubles_;
};

}  // namespace neve::ingest

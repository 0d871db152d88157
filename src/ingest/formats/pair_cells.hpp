#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ingest/formats/number_cells.hpp"

namespace neve::ingest {

/// The rows of one byte range that name the columns of their numbers; what they do not name is
/// zero. Entries are added row by row and found by column.
class PairCells {
 public:
  void add(std::size_t column, std::size_t row, const NumberText& number);
  /// Once, when all are added.
  void finish();
  /// Columns up to the last that has an entry. Like entries(), after finish() only.
  [[nodiscard]] std::size_t width() const { return starts_.empty() ? 0 : starts_.size() - 1; }
  /// Those of a column in rows [begin, end), by row; none behind the last column.
  [[nodiscard]] std::span<const std::uint32_t> entries(std::size_t column, std::size_t begin,
                                                       std::size_t end) const;
  [[nodiscard]] std::size_t size() const { return columns_.size(); }
  [[nodiscard]] std::size_t row(std::size_t entry) const { return rows_[entry]; }
  [[nodiscard]] NumberText number(std::size_t entry) const { return numbers_.at(entry); }

 private:
  std::vector<std::uint32_t> columns_;  // of each entry
  std::vector<std::uint32_t> rows_;     // likewise
  NumberCells numbers_;                 // likewise
  std::size_t capacity_ = 0;            // of numbers_
  std::vector<std::uint32_t> sorted_;   // entries by column, then by row
  std::vector<std::uint32_t> starts_;   // of each column there, then the end
};

}  // namespace neve::ingest

#pragma once

#include <cstdint>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/frame/chunk.hpp>
#include <neve/frame/frame.hpp>

#include "ingest/formats/parsed_table.hpp"

namespace neve::ingest {

/// Makes chunks on a frame's row cuts out of a parsed table. The chunks depend on the cells alone,
/// not on the byte ranges. Thread-safe after construction.
class TableEncoder {
 public:
  /// More levels than this make a column of strings.
  static constexpr std::size_t kMostLevels = 10'000'000;

  /// `types` are those of the plan that the table was read with. Sorts the levels of the
  /// categorical columns, all columns at once.
  TableEncoder(const ParsedTable& table, std::vector<frame::ColumnType> types, Pool& pool);

  /// The column's type in the frame: a categorical column without a value is bad, one with too many
  /// levels is string.
  [[nodiscard]] frame::ColumnType type(std::size_t column) const { return types_[column]; }
  /// Levels in the order of their bytes; null unless categorical.
  [[nodiscard]] frame::DomainPtr domain(std::size_t column) const { return domains_[column]; }
  /// Rows [begin, end) of the column.
  [[nodiscard]] frame::Chunk encode(std::size_t column, std::int64_t begin, std::int64_t end) const;

 private:
  /// The part of a range that lies in the rows asked for.
  struct Piece {
    const CellColumn& column;
    std::size_t range;
    std::size_t begin;
    std::size_t count;
  };
  void sort_levels(std::size_t column);
  template <class Cells>
  [[nodiscard]] const Cells* cells_of(const ParsedRange& range, std::size_t column) const;
  [[nodiscard]] std::vector<Piece> pieces(std::size_t column, std::int64_t begin,
                                          std::int64_t end) const;
  [[nodiscard]] frame::Chunk encode_numbers(const std::vector<Piece>& pieces,
                                            std::size_t rows) const;
  [[nodiscard]] frame::Chunk encode_codes(std::size_t column, const std::vector<Piece>& pieces,
                                          std::size_t rows) const;
  [[nodiscard]] frame::Chunk encode_times(const std::vector<Piece>& pieces, std::size_t rows) const;
  [[nodiscard]] frame::Chunk encode_texts(const std::vector<Piece>& pieces, std::size_t rows) const;
  [[nodiscard]] frame::Chunk encode_uuids(const std::vector<Piece>& pieces, std::size_t rows) const;

  const ParsedTable& table_;
  std::vector<frame::ColumnType> types_;
  std::vector<frame::DomainPtr> domains_;
  // For each column and range, the domain's code of each of the range's codes.
  std::vector<std::vector<std::vector<std::int32_t>>> remaps_;
};

}  // namespace neve::ingest

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/frame/chunk.hpp>
#include <neve/frame/frame.hpp>

#include "ingest/formats/late_cells.hpp"

namespace neve::ingest {

/// Makes chunks on a frame's row cuts out of a parsed table. The chunks depend on the cells alone,
/// not on the byte ranges. Thread-safe after set_domains().
class TableEncoder {
 public:
  /// More levels than this make a column of strings.
  static constexpr std::size_t kMostLevels = 10'000'000;

  /// `types` are those of the plan that the table was read with. Sorts the levels of the
  /// categorical columns, all columns at once. The table outlives the encoder.
  TableEncoder(ParsedTable& table, std::vector<frame::ColumnType> types, Pool& pool);

  /// The table's levels of each column, in the order of their bytes; nothing where they are too
  /// many, no levels for other columns. The table may hold only part of the frame.
  [[nodiscard]] std::vector<std::optional<frame::Domain>> levels(Pool& pool) const;
  /// What the frame's columns are: a categorical one may have become strings, or, without any
  /// level, bad. The domains hold all levels of the table, sorted.
  void set_domains(std::vector<frame::ColumnType> types, std::vector<frame::DomainPtr> domains,
                   Pool& pool);
  /// Rows [begin, end) of the column. What late columns hold is read for it.
  [[nodiscard]] frame::Chunk encode(std::size_t column, std::int64_t begin, std::int64_t end) const;
  [[nodiscard]] LateCells& late() { return late_; }

 private:
  /// The part of a range that lies in the rows asked for.
  struct Piece {
    const CellColumn& column;
    std::shared_ptr<const CellColumn> held;  ///< the same, where it is late
    std::size_t range;
    std::size_t begin;
    std::size_t count;
  };
  /// All ranges' levels of a column as one set, each spelled in UTF-8.
  struct Levels {
    LevelTable all;
    std::vector<std::int32_t> sorted;  // numbers in `all`, in the order of the levels' bytes
    bool too_many = false;
  };
  void sort_levels(std::size_t column);
  void rank_levels(std::size_t column, const frame::Domain& domain);
  template <class Cells>
  [[nodiscard]] const Cells* cells_of(const ParsedRange& range, std::size_t column) const;
  template <class Use>
  void for_ranges(std::int64_t begin, std::int64_t end, const Use& use) const;
  [[nodiscard]] std::vector<Piece> pieces(std::size_t column, std::int64_t begin,
                                          std::int64_t end) const;
  [[nodiscard]] frame::Chunk encode_pieces(std::size_t column, const std::vector<Piece>& pieces,
                                           std::size_t rows) const;
  [[nodiscard]] frame::Chunk encode_numbers(const std::vector<Piece>& pieces,
                                            std::size_t rows) const;
  [[nodiscard]] frame::Chunk encode_reals(const std::vector<Piece>& pieces, std::size_t rows) const;
  [[nodiscard]] frame::Chunk encode_pairs(std::size_t column, std::int64_t begin,
                                          std::int64_t end) const;
  [[nodiscard]] frame::Chunk encode_codes(std::size_t column, const std::vector<Piece>& pieces,
                                          std::size_t rows) const;
  [[nodiscard]] frame::Chunk encode_times(const std::vector<Piece>& pieces, std::size_t rows) const;
  [[nodiscard]] frame::Chunk encode_texts(const std::vector<Piece>& pieces, std::size_t rows) const;
  [[nodiscard]] frame::Chunk encode_uuids(const std::vector<Piece>& pieces, std::size_t rows) const;

  const ParsedTable& table_;
  mutable LateCells late_;
  std::vector<frame::ColumnType> types_;
  std::vector<Levels> levels_;
  // For each column and range, of each of the range's codes the number in its column's levels, and
  // once there is a domain, the code there.
  std::vector<std::vector<std::vector<std::int32_t>>> remaps_;
};

}  // namespace neve::ingest

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "munge/plain_values.hpp"

namespace neve::munge {

/// Where rows lie: in which of several parts, and which row of it; in the part behind the last one
/// there is a single row of missing values.
struct RowPlaces {
  std::vector<std::uint32_t> part;
  std::vector<std::uint32_t> at;
};

/// Rows of some columns that are read in any order. A row's numbers lie side by side, whole ones in
/// as few bytes as the column needs here, so that a row costs one miss of the processor's cache and
/// not one for each column.
class RowRecords {
 public:
  RowRecords() = default;
  /// Columns of one length.
  explicit RowRecords(std::vector<PlainValues> columns);
  /// Those rows, in that order.
  [[nodiscard]] RowRecords picked(std::span<const std::uint32_t> rows) const;
  /// Each column with one value for each place; integers become doubles where some parts hold
  /// those.
  static std::vector<PlainValues> collected(std::span<const RowRecords* const> parts,
                                            const RowPlaces& from);
  [[nodiscard]] std::int64_t byte_size() const;

  template <class Archive>
  void fields(Archive& archive) {
    archive(columns_, cells_, offsets_, widths_, stride_);
  }

 private:
  struct Field;
  class Collector;
  [[nodiscard]] Field field(std::size_t column) const;
  /// One row of the same columns and places.
  [[nodiscard]] RowRecords missing_row() const;
  void lay_out(std::size_t rows);

  std::vector<PlainValues> columns_;  ///< of numbers just the form
  std::vector<std::uint8_t> cells_;   ///< and as many bytes more as the widest number has
  std::vector<std::uint32_t> offsets_;
  std::vector<std::uint8_t> widths_;  ///< bytes of a number; 0 where the column is none of numbers
  std::uint32_t stride_ = 0;
};

}  // namespace neve::munge

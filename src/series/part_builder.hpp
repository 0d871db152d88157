#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/frame/chunk.hpp>

#include "series/part.hpp"

namespace neve::series {

/// The intervals of symbols as floats, rounded outwards: symbol i lies in [low[i], high[i]].
struct Intervals {
  explicit Intervals(const Shape& shape);
  std::vector<float> low;
  std::vector<float> high;
  /// The largest size of a break.
  float largest = 0;
};

/// The first cell, in the order of rows, of which no series can be made.
struct BadCell {
  std::int64_t row = -1;  ///< of the group; -1 where there is none
  std::int32_t column = 0;
};

/// Reads the series of a row group, a block of rows at a time: as words are made of them, before
/// they are packed.
class SeriesReader {
 public:
  SeriesReader(std::span<const frame::Chunk> columns, const Shape& shape);
  /// Rows of a block, the last one excepted.
  [[nodiscard]] std::int64_t block() const { return block_; }
  /// Reads rows [begin, begin + rows), at most a block. Gives the first bad cell of them, counted
  /// from `begin`; the rows are then of no use.
  BadCell read(std::int64_t begin, std::int64_t rows);
  /// A series of what was last read.
  [[nodiscard]] std::span<const float> series(std::int64_t row) const {
    const auto length = static_cast<std::size_t>(shape_.length);
    return std::span(series_).subspan(static_cast<std::size_t>(row) * length, length);
  }

 private:
  std::span<const frame::Chunk> columns_;
  const Shape& shape_;
  std::int64_t block_;
  std::vector<double> column_;
  std::vector<double> cells_;
  std::vector<float> series_;
};

/// Makes the index of a row group of at least one row; nothing but `bad` where a cell is missing or
/// too large. Words and their order take (word_stride + 8) bytes a row beside the part itself.
struct BuiltPart {
  frame::Chunk chunk;
  BadCell bad;
};
BuiltPart build_part(std::span<const frame::Chunk> columns, std::int64_t rows, const Shape& shape);

}  // namespace neve::series

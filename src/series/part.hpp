#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <neve/frame/chunk.hpp>

#include "series/packing.hpp"

namespace neve::series {

/// What all parts of an index have in common.
struct Shape {
  std::int32_t length = 0;    ///< points of a series
  std::int32_t segments = 0;  ///< of its word
  bool normalize = true;
  double center = 0;  ///< of the breaks between intervals
  double scale = 1;
  template <class Archive>
  void fields(Archive& archive) {
    archive(length, segments, normalize, center, scale);
  }
  /// Floats from one series to the next, zeros at the end: a multiple of 8.
  [[nodiscard]] std::size_t stride() const {
    return (static_cast<std::size_t>(length) + 7) / 8 * 8;
  }
  /// Bytes of a series in a part: packed where normalised, floats otherwise.
  [[nodiscard]] std::size_t series_bytes() const {
    return stride() * (normalize ? kPackedBytes : sizeof(float));
  }
  /// Bytes from one word to the next, zeros at the end: a multiple of 16.
  [[nodiscard]] std::size_t word_stride() const {
    return (static_cast<std::size_t>(segments) + 15) / 16 * 16;
  }
};

/// Series that are looked at together: as many as a mask has bits.
inline constexpr std::size_t kLeafRows = 64;

/// The index of one row group: its series, ordered so that similar ones are neighbours, in leaves
/// of 64 (the last one may have fewer). One run of bytes, see `Sizes` for their order; a view of
/// them, valid as long as the chunk.
///
/// Each leaf has a box, the intervals between the lowest and the highest symbol of each segment.
/// Boxes lie segment by segment, words at cardinality 16 leaf by leaf and in there two segments by
/// two (low and high half of a byte), which is the order in which a search reads them.
class Part {
 public:
  /// Throws InternalError where the bytes are no part of this shape and number of rows.
  Part(const frame::Chunk& chunk, const Shape& shape, std::int64_t rows);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t leaves() const { return (rows_ + kLeafRows - 1) / kLeafRows; }
  [[nodiscard]] std::size_t rows_of(std::size_t leaf) const {
    return leaf + 1 < leaves() ? kLeafRows : rows_ - leaf * kLeafRows;
  }
  [[nodiscard]] const Shape& shape() const { return shape_; }
  /// The largest size of a cell.
  [[nodiscard]] float largest() const { return *largest_; }
  /// Bounds of segment s of all leaves.
  [[nodiscard]] const float* box_low(std::size_t s) const { return box_low_ + s * leaves(); }
  [[nodiscard]] const float* box_high(std::size_t s) const { return box_high_ + s * leaves(); }
  [[nodiscard]] const std::uint8_t* coarse(std::size_t leaf) const {
    return coarse_ + leaf * coarse_bytes(shape_);
  }
  [[nodiscard]] const std::uint8_t* word(std::size_t place) const {
    return words_ + place * shape_.word_stride();
  }
  /// The row of the group at a place of the order.
  [[nodiscard]] std::uint32_t row(std::size_t place) const { return row_numbers_[place]; }
  /// The place of each row.
  [[nodiscard]] std::vector<std::uint32_t> places() const;
  /// The bytes of the series at a place: packed by `step` where the shape normalises, else floats.
  [[nodiscard]] const std::uint8_t* held(std::size_t place) const {
    return series_ + place * shape_.series_bytes();
  }
  [[nodiscard]] float step(std::size_t place) const;
  /// The series at a place: Shape::stride() floats.
  void read(std::size_t place, std::span<float> out) const;
  /// Bytes of a leaf's words at cardinality 16.
  static std::size_t coarse_bytes(const Shape& shape) {
    return (static_cast<std::size_t>(shape.segments) + 1) / 2 * kLeafRows;
  }

 private:
  Shape shape_;
  std::size_t rows_;
  const float* largest_;
  const float* box_low_;
  const float* box_high_;
  const std::uint8_t* coarse_;
  const std::uint8_t* words_;
  const std::uint32_t* row_numbers_;
  const std::int8_t* exponents_;
  const std::uint8_t* series_;
};

/// Where the arrays of a part begin, each at a cache line.
struct Sizes {
  Sizes(const Shape& shape, std::size_t rows);
  std::size_t box_low;
  std::size_t box_high;
  std::size_t coarse;
  std::size_t words;
  std::size_t row_numbers;
  std::size_t exponents;  ///< of packed series
  std::size_t series;
  std::size_t total;
};

}  // namespace neve::series

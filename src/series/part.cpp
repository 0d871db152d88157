#include "series/part.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::series {

Sizes::Sizes(const Shape& shape, std::size_t rows) {
  const std::size_t leaves = (rows + kLeafRows - 1) / kLeafRows;
  const std::size_t boxes = leaves * static_cast<std::size_t>(shape.segments) * sizeof(float);
  std::size_t end = 64;  // the largest cell
  const auto next = [&end](std::size_t bytes) {
    const std::size_t begin = end;
    end += (bytes + 63) / 64 * 64;
    return begin;
  };
  box_low = next(boxes);
  box_high = next(boxes);
  coarse = next(leaves * Part::coarse_bytes(shape));
  words = next(rows * shape.word_stride());
  row_numbers = next(rows * sizeof(std::uint32_t));
  exponents = next(shape.normalize ? rows : 0);
  series = next(rows * shape.series_bytes());
  total = end;
}

Part::Part(const frame::Chunk& chunk, const Shape& shape, std::int64_t rows)
    : shape_(shape), rows_(static_cast<std::size_t>(rows)) {
  const Sizes at(shape_, rows_);
  const std::span<const std::byte> bytes = chunk.opaque();
  NEVE_CHECK(bytes.size() == at.total, "not the index of this row group");
  const std::byte* begin = bytes.data();
  largest_ = reinterpret_cast<const float*>(begin);
  box_low_ = reinterpret_cast<const float*>(begin + at.box_low);
  box_high_ = reinterpret_cast<const float*>(begin + at.box_high);
  coarse_ = reinterpret_cast<const std::uint8_t*>(begin + at.coarse);
  words_ = reinterpret_cast<const std::uint8_t*>(begin + at.words);
  row_numbers_ = reinterpret_cast<const std::uint32_t*>(begin + at.row_numbers);
  exponents_ = reinterpret_cast<const std::int8_t*>(begin + at.exponents);
  series_ = reinterpret_cast<const std::uint8_t*>(begin + at.series);
}

float Part::step(std::size_t place) const { return step_of(exponents_[place]); }

void Part::read(std::size_t place, std::span<float> out) const {
  if (shape_.normalize) {
    unpack(held(place), step(place), out.first(shape_.stride()));
  } else {
    std::copy_n(reinterpret_cast<const float*>(held(place)), shape_.stride(), out.begin());
  }
}

std::vector<std::uint32_t> Part::places() const {
  std::vector<std::uint32_t> places(rows_);
  for (std::size_t place = 0; place < rows_; ++place) {
    NEVE_CHECK(row(place) < rows_, "an index names a row that is not there");
    places[row(place)] = static_cast<std::uint32_t>(place);
  }
  return places;
}

}  // namespace neve::series

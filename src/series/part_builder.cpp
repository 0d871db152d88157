#include "series/part_builder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/frame/chunk_builder.hpp>

#include "series/packing.hpp"
#include "series/words.hpp"

namespace neve::series {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
/// Cells of a block: small enough for the second level of the cache.
constexpr std::int64_t kBlockCells = 1 << 15;

/// The words of a row group, and where each row goes.
struct Words {
  std::size_t stride;
  std::vector<std::uint8_t> symbols;
  std::vector<std::uint32_t> order;  ///< row numbers, by place
  [[nodiscard]] const std::uint8_t* of(std::uint32_t row) const {
    return symbols.data() + row * stride;
  }
};

/// The segment on which the symbols of these rows vary most.
std::size_t widest_segment(const Words& words, std::span<const std::uint32_t> rows,
                           std::size_t segments) {
  std::vector<std::int64_t> sums(segments);
  std::vector<std::int64_t> squares(segments);
  for (const std::uint32_t row : rows) {
    const std::uint8_t* word = words.of(row);
    for (std::size_t s = 0; s < segments; ++s) {
      sums[s] += word[s];
      squares[s] += std::int64_t{word[s]} * word[s];
    }
  }
  const auto count = static_cast<std::int64_t>(rows.size());
  std::size_t widest = 0;
  std::int64_t most = -1;
  for (std::size_t s = 0; s < segments; ++s) {
    const std::int64_t variance = count * squares[s] - sums[s] * sums[s];
    if (variance > most) {
      most = variance;
      widest = s;
    }
  }
  return widest;
}

/// Orders rows so that those of a leaf have similar words: halves them, at a multiple of a leaf, on
/// the segment that varies most, until a leaf is left. Balanced as in Kondylakis et al., Coconut
/// (VLDB 2018); the choice of the segment is that of iSAX 2.0 (Camerra et al., ICDM 2010) in
/// spirit: the cut that tells most series apart.
void arrange(Words& words, std::size_t segments) {
  std::vector<std::pair<std::size_t, std::size_t>> left = {{0, words.order.size()}};
  while (!left.empty()) {
    const auto [begin, end] = left.back();
    left.pop_back();
    const auto rows = std::span(words.order).subspan(begin, end - begin);
    const std::size_t leaves = (rows.size() + kLeafRows - 1) / kLeafRows;
    if (leaves <= 1) {
      std::ranges::sort(rows);
      continue;
    }
    const std::size_t segment = widest_segment(words, rows, segments);
    const std::size_t cut = (leaves + 1) / 2 * kLeafRows;
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
      const std::uint8_t of_a = words.of(a)[segment];
      const std::uint8_t of_b = words.of(b)[segment];
      return of_a != of_b ? of_a < of_b : a < b;
    };
    std::ranges::nth_element(rows, rows.begin() + static_cast<std::ptrdiff_t>(cut), before);
    left.emplace_back(begin, begin + cut);
    left.emplace_back(begin + cut, end);
  }
}

/// Writes the arrays of a part but for the series.
class Writer {
 public:
  Writer(std::span<std::byte> out, const Shape& shape, std::size_t rows)
      : out_(out), shape_(shape), rows_(rows), at_(shape, rows) {}
  template <class T>
  T* at(std::size_t begin) {
    return reinterpret_cast<T*>(out_.data() + begin);
  }
  void write(const Words& words, float largest) {
    *at<float>(0) = largest;
    auto* symbols = at<std::uint8_t>(at_.words);
    auto* numbers = at<std::uint32_t>(at_.row_numbers);
    for (std::size_t place = 0; place < rows_; ++place) {
      numbers[place] = words.order[place];
      std::copy_n(words.of(words.order[place]), words.stride, symbols + place * words.stride);
    }
    write_boxes(words);
    write_coarse(words);
  }
  void write_series(std::size_t place, std::span<const float> series) {
    auto* out = at<std::uint8_t>(at_.series) + place * shape_.series_bytes();
    if (!shape_.normalize) {
      std::ranges::copy(series, reinterpret_cast<float*>(out));
      return;
    }
    const std::int8_t exponent = exponent_of(series);
    at<std::int8_t>(at_.exponents)[place] = exponent;
    pack(series, step_of(exponent), out);
  }

 private:
  void write_boxes(const Words& words) {
    const Intervals intervals(shape_);
    const auto segments = static_cast<std::size_t>(shape_.segments);
    const std::size_t leaves = (rows_ + kLeafRows - 1) / kLeafRows;
    for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
      const std::size_t end = std::min(rows_, (leaf + 1) * kLeafRows);
      for (std::size_t s = 0; s < segments; ++s) {
        std::uint8_t low = 255;
        std::uint8_t high = 0;
        for (std::size_t place = leaf * kLeafRows; place < end; ++place) {
          const std::uint8_t symbol = words.of(words.order[place])[s];
          low = std::min(low, symbol);
          high = std::max(high, symbol);
        }
        at<float>(at_.box_low)[s * leaves + leaf] = intervals.low[low];
        at<float>(at_.box_high)[s * leaves + leaf] = intervals.high[high];
      }
    }
  }
  void write_coarse(const Words& words) {
    const auto segments = static_cast<std::size_t>(shape_.segments);
    for (std::size_t place = 0; place < rows_; ++place) {
      const std::uint8_t* word = words.of(words.order[place]);
      auto* leaf = at<std::uint8_t>(at_.coarse) + place / kLeafRows * Part::coarse_bytes(shape_);
      for (std::size_t s = 0; s < segments; ++s) {
        const auto symbol = static_cast<std::uint8_t>(word[s] >> 4U);
        leaf[s / 2 * kLeafRows + place % kLeafRows] |=
            static_cast<std::uint8_t>(s % 2 == 0 ? symbol : symbol << 4U);
      }
    }
  }

  std::span<std::byte> out_;
  const Shape& shape_;
  std::size_t rows_;
  Sizes at_;
};

}  // namespace

Intervals::Intervals(const Shape& shape) {
  const std::vector<double> breaks = scaled_breaks(shape.center, shape.scale);
  low.push_back(-kInfinity);
  for (const double b : breaks) {
    const auto nearest = static_cast<float>(b);
    low.push_back(std::nextafter(nearest, -kInfinity));
    high.push_back(std::nextafter(nearest, kInfinity));
    largest = std::max(largest, std::fabs(nearest));
  }
  high.push_back(kInfinity);
}

SeriesReader::SeriesReader(std::span<const frame::Chunk> columns, const Shape& shape)
    : columns_(columns), shape_(shape) {
  block_ = std::clamp<std::int64_t>(kBlockCells / shape.length, 16, 1024);
  column_.resize(static_cast<std::size_t>(block_));
  cells_.resize(static_cast<std::size_t>(block_ * shape.length));
  series_.resize(cells_.size());
}

BadCell SeriesReader::read(std::int64_t begin, std::int64_t rows) {
  const auto length = static_cast<std::size_t>(shape_.length);
  const auto count = static_cast<std::size_t>(rows);
  BadCell bad;
  for (std::size_t c = 0; c < length; ++c) {
    columns_[c].decode(begin, std::span(column_).first(count));
    for (std::size_t row = 0; row < count; ++row) {
      cells_[row * length + c] = column_[row];
      // Also of what is missing, which compares as false.
      if (std::fabs(column_[row]) <= kLargestCell) continue;
      const auto at = static_cast<std::int64_t>(row);
      if (bad.row < 0 || at < bad.row) bad = {at, static_cast<std::int32_t>(c)};
    }
  }
  if (bad.row >= 0) return bad;
  for (std::size_t row = 0; row < count; ++row) {
    standardise(std::span(cells_).subspan(row * length, length), shape_.normalize,
                std::span(series_).subspan(row * length, length));
  }
  return bad;
}

BuiltPart build_part(std::span<const frame::Chunk> columns, std::int64_t rows, const Shape& shape) {
  const auto count = static_cast<std::size_t>(rows);
  const auto segments = static_cast<std::size_t>(shape.segments);
  const std::vector<double> breaks = scaled_breaks(shape.center, shape.scale);
  Words words{.stride = shape.word_stride(), .symbols = {}, .order = {}};
  words.symbols.resize(count * words.stride);
  SeriesReader reader(columns, shape);
  std::vector<double> means(segments);
  float largest = 0;
  for (std::int64_t begin = 0; begin < rows; begin += reader.block()) {
    const std::int64_t block = std::min(reader.block(), rows - begin);
    BadCell bad = reader.read(begin, block);
    if (bad.row >= 0) {
      bad.row += begin;
      return {frame::encode_bytes({}), bad};
    }
    for (std::int64_t row = 0; row < block; ++row) {
      const auto series = reader.series(row);
      for (const float x : series) largest = std::max(largest, std::fabs(x));
      segment_means(series, means);
      auto* word = words.symbols.data() + static_cast<std::size_t>(begin + row) * words.stride;
      for (std::size_t s = 0; s < segments; ++s) word[s] = symbol_of(means[s], breaks);
    }
  }
  words.order.resize(count);
  for (std::size_t row = 0; row < count; ++row) words.order[row] = static_cast<std::uint32_t>(row);
  arrange(words, segments);
  const auto write = [&](std::span<std::byte> out) {
    Writer writer(out, shape, count);
    writer.write(words, largest);
    std::vector<std::uint32_t> place_of(count);
    for (std::size_t p = 0; p < count; ++p)
      place_of[words.order[p]] = static_cast<std::uint32_t>(p);
    for (std::int64_t begin = 0; begin < rows; begin += reader.block()) {
      const std::int64_t block = std::min(reader.block(), rows - begin);
      reader.read(begin, block);
      for (std::int64_t row = 0; row < block; ++row) {
        writer.write_series(place_of[static_cast<std::size_t>(begin + row)], reader.series(row));
      }
    }
  };
  return {frame::encode_bytes(Sizes(shape, count).total, write), {}};
}

}  // namespace neve::series

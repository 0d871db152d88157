/// Words against those of golden/words.py, and lower bounds against distances.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "series/packing.hpp"
#include "series/part_builder.hpp"
#include "series/search.hpp"
#include "series/words.hpp"
#include "unit/series/series_frames.hpp"

namespace neve::series_test {
namespace {

using series::Part;
using series::Shape;

struct GoldenWord {
  std::vector<double> cells;
  std::vector<std::size_t> symbols;
};

struct Golden {
  std::vector<double> breaks;
  std::vector<GoldenWord> words;
};

template <class T>
std::vector<T> rest_of(std::istringstream& line) {
  std::vector<T> values;
  for (T value; line >> value;) values.push_back(value);
  return values;
}

Golden read_golden() {
  std::ifstream file(NEVE_SOURCE_DIR "/tests/unit/series/golden/words.txt");
  Golden golden;
  for (std::string text; std::getline(file, text);) {
    std::istringstream line(text);
    std::string what;
    line >> what;
    if (what == "breaks") golden.breaks = rest_of<double>(line);
    if (what == "series") golden.words.push_back({rest_of<double>(line), {}});
    if (what == "word") golden.words.back().symbols = rest_of<std::size_t>(line);
  }
  return golden;
}

frame::Chunk part_of(const Table& table, const Shape& shape) {
  std::vector<frame::Chunk> columns;
  for (std::size_t c = 0; c < table[0].size(); ++c) {
    std::vector<double> cells;
    for (const auto& row : table) cells.push_back(row[c]);
    columns.push_back(frame::encode_doubles(cells));
  }
  return series::build_part(columns, static_cast<std::int64_t>(table.size()), shape).chunk;
}

TEST(SeriesWords, BreaksAreExact) {
  const Golden golden = read_golden();
  const auto breaks = series::scaled_breaks(0, 1);
  ASSERT_EQ(breaks.size(), 255U);
  ASSERT_EQ(golden.breaks.size(), 255U);
  for (std::size_t i = 0; i < breaks.size(); ++i) {
    EXPECT_NEAR(breaks[i], golden.breaks[i], 4e-16 * (1 + std::fabs(golden.breaks[i]))) << i;
  }
}

TEST(SeriesWords, AreThoseOfAnotherImplementation) {
  const Golden golden = read_golden();
  ASSERT_EQ(golden.words.size(), 90U);
  for (const GoldenWord& wanted : golden.words) {
    const Shape shape{.length = static_cast<std::int32_t>(wanted.cells.size()),
                      .segments = static_cast<std::int32_t>(wanted.symbols.size())};
    const frame::Chunk chunk = part_of({wanted.cells}, shape);
    const Part part(chunk, shape, 1);
    for (std::size_t s = 0; s < wanted.symbols.size(); ++s) {
      EXPECT_EQ(part.word(0)[s], wanted.symbols[s]) << s << " of " << wanted.cells.size();
    }
  }
}

TEST(SeriesPart, HoldsEachRowOnceWithItsWordInItsBox) {
  const Shape shape{.length = 50, .segments = 9};
  const Table table = walks(333, 50, 6);
  const Table wanted = standardised(table, true);
  const frame::Chunk chunk = part_of(table, shape);
  const Part part(chunk, shape, 333);
  const series::Intervals intervals(shape);
  std::vector<int> seen(333);
  std::vector<float> held(shape.stride());
  for (std::size_t place = 0; place < 333; ++place) {
    const std::size_t row = part.row(place);
    ++seen[row];
    const std::size_t leaf = place / series::kLeafRows;
    part.read(place, held);
    for (std::size_t i = 0; i < 50; ++i) {
      // Half a step of series whose points are below 4 in size, and what float takes off.
      EXPECT_NEAR(held[i], wanted[row][i], 0x1p-22 + 0x1p-23) << row;
    }
    for (std::size_t s = 0; s < 9; ++s) {
      const std::uint8_t symbol = part.word(place)[s];
      EXPECT_LE(part.box_low(s)[leaf], intervals.low[symbol]);
      EXPECT_GE(part.box_high(s)[leaf], intervals.high[symbol]);
      const int both = part.coarse(leaf)[s / 2 * 64 + place % 64];
      EXPECT_EQ(s % 2 == 0 ? both & 15 : both >> 4, symbol >> 4);
    }
  }
  EXPECT_EQ(seen, std::vector<int>(333, 1));
}

TEST(SeriesPart, BytesOfAnotherShapeAreRefused) {
  const Shape shape{.length = 50, .segments = 9};
  const frame::Chunk chunk = part_of(walks(100, 50, 6), shape);
  EXPECT_THROW(Part(chunk, {.length = 49, .segments = 17}, 100), InternalError);
  EXPECT_THROW(Part(chunk, shape, 99), InternalError);
  const frame::Chunk damaged =
      frame::encode_bytes(chunk.opaque().size(),
                          [](std::span<std::byte> out) { std::ranges::fill(out, std::byte{255}); });
  EXPECT_THROW((void)Part(damaged, shape, 100).places(), InternalError);
}

TEST(SeriesPacking, LeavesMultiplesOfAStep) {
  const std::vector<float> points = {-3.99999976F, 4 - 0x1p-21F, 0, 1e-7F, 3e-7F, -0.1F};
  std::vector<float> rounded = points;
  series::round_as_packed(rounded);
  const float step = series::step_of(series::exponent_of(points));
  EXPECT_EQ(step, 0x1p-21F);
  // What would be 2^23 steps is one less.
  EXPECT_EQ(rounded[0], -4 + step);
  EXPECT_EQ(rounded[1], points[1]);
  EXPECT_EQ(rounded[2], 0);
  EXPECT_EQ(rounded[3], 0);
  EXPECT_EQ(rounded[4], step);
  EXPECT_NEAR(rounded[5], points[5], step / 2);
  std::vector<std::uint8_t> packed(points.size() * series::kPackedBytes);
  series::pack(points, step, packed.data());
  std::vector<float> unpacked(points.size());
  series::unpack(packed.data(), step, unpacked);
  EXPECT_EQ(unpacked, rounded);
  std::vector<float> zeros(3);
  series::round_as_packed(zeros);
  EXPECT_EQ(zeros, std::vector<float>(3));
}

/// Also where series are all but equal, and where a mean lies next to a break.
TEST(SeriesWords, BoundsAreNeverAboveDistances) {
  const CounterRng random(3);
  for (const auto& [spread, normalize] : {std::pair{1.0, false},
                                          {1e-3, false},
                                          {1e-7, false},
                                          {0.0, false},
                                          {1.0, true},
                                          {1e-3, true},
                                          {1e-6, true}}) {
    Table table = walks(200, 48, 12);
    for (std::size_t row = 1; row < table.size(); ++row) {
      for (std::size_t i = 0; i < 48; ++i) {
        table[row][i] = table[0][i] + spread * (random.uniform(row * 48 + i) - 0.5);
      }
    }
    const Shape shape{.length = 48, .segments = 12, .normalize = normalize};
    const frame::Chunk chunk = part_of(table, shape);
    const Part part(chunk, shape, 200);
    const series::Intervals intervals(shape);
    series::PartSearch search(part, intervals);
    for (std::size_t q = 0; q < 200; q += 13) {
      std::vector<float> asked(shape.stride());
      part.read(q, asked);
      const series::Query query(asked.data(), shape);
      double nearest = std::numeric_limits<double>::infinity();
      for (std::size_t place = 0; place < 200; ++place) {
        if (place == q) continue;
        nearest = std::min(nearest, series::distance(part, place, asked.data(), nearest));
      }
      // With the very distance as bound, the nearest must still be found.
      std::vector<series::Near> found;
      series::NearestList list(found, 1, nearest);
      search.search(query, {.not_row = part.row(q)}, 0, list);
      ASSERT_EQ(found.size(), 1U) << spread << ' ' << q;
      EXPECT_EQ(found[0].squared, nearest);
    }
  }
}

}  // namespace
}  // namespace neve::series_test

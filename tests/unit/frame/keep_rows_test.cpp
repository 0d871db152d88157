#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

namespace neve::frame {
namespace {

using Mask = std::vector<std::uint8_t>;

Mask draw_mask(std::size_t rows, double share, std::uint64_t seed) {
  const CounterRng random(seed, 5);
  Mask mask(rows);
  for (std::size_t i = 0; i < rows; ++i) mask[i] = random.uniform(i) < share ? 1 : 0;
  return mask;
}

template <class T>
std::vector<T> kept(const std::vector<T>& values, const Mask& mask) {
  std::vector<T> rest;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (mask[i] != 0) rest.push_back(values[i]);
  }
  return rest;
}

void expect_same_bits(const Chunk& chunk, const Chunk& expected) {
  ASSERT_EQ(chunk.rows(), expected.rows());
  EXPECT_EQ(chunk.missing(), expected.missing());
  EXPECT_EQ(chunk.kind(), expected.kind());
  // Of few rows another encoding may be smaller.
  if (chunk.rows() > 50) {
    EXPECT_EQ(chunk.buffer()->size(), expected.buffer()->size());
  }
  EXPECT_EQ(chunk.value_checksum(0), expected.value_checksum(0));
  EXPECT_NO_THROW(Chunk::from_bytes(chunk.buffer(), Chunk::Checksum::verify));
}

/// Whole numbers of so many bits, some missing.
std::vector<std::int64_t> draw_integers(std::size_t rows, int bits, double missing) {
  const CounterRng random(static_cast<std::uint64_t>(bits), 6);
  std::vector<std::int64_t> values(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto word = random.bits(i) >> (64 - bits);
    values[i] =
        random.uniform(rows + i) < missing ? kMissingInt64 : static_cast<std::int64_t>(word) - 1000;
  }
  return values;
}

TEST(KeepRows, GivesWhatEncodingTheRowsWouldGive) {
  int pressed = 0;
  for (const int bits : {1, 2, 7, 8, 9, 17, 30, 31, 32, 33, 56}) {
    for (const double missing : {0.0, 0.2}) {
      for (const std::size_t rows : {1U, 7U, 255U, 256U, 257U, 5000U}) {
        for (const double share : {0.0, 0.1, 0.5, 0.97, 1.0}) {
          const auto values = draw_integers(rows, bits, missing);
          const Mask mask = draw_mask(rows, share, rows);
          const auto rest = kept(values, mask);
          const auto count = static_cast<std::int64_t>(rest.size());
          const auto chunk = keep_rows(encode_int64(values), mask, count);
          if (!chunk) continue;
          ++pressed;
          expect_same_bits(*chunk, encode_int64(rest));
        }
      }
    }
  }
  EXPECT_GT(pressed, 100);
}

TEST(KeepRows, TakesCodesTimesAndDecimals) {
  const std::size_t rows = 3000;
  const auto numbers = draw_integers(rows, 9, 0.1);
  const Mask mask = draw_mask(rows, 0.6, 1);
  std::vector<std::int32_t> codes;
  std::vector<std::int64_t> times;
  std::vector<double> decimals;
  for (const std::int64_t n : numbers) {
    const bool missing = n == kMissingInt64;
    codes.push_back(missing ? kMissingCode : static_cast<std::int32_t>(n + 1000));
    times.push_back(missing ? n : n * 86'400'000);
    decimals.push_back(missing ? kMissingDouble : static_cast<double>(n) / 100);
  }
  const auto count = static_cast<std::int64_t>(kept(codes, mask).size());
  const auto check = [&](const Chunk& from, const Chunk& expected) {
    const auto chunk = keep_rows(from, mask, count);
    ASSERT_TRUE(chunk.has_value());
    expect_same_bits(*chunk, expected);
  };
  check(encode_codes(codes), encode_codes(kept(codes, mask)));
  check(encode_times(times), encode_times(kept(times, mask)));
  check(encode_doubles(decimals), encode_doubles(kept(decimals, mask)));
}

TEST(KeepRows, NarrowsWhatShrinks) {
  std::vector<std::int64_t> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(7 * i);
  values[505] = kMissingInt64;
  Mask mask(values.size(), 0);
  for (std::size_t i = 500; i < 600; ++i) mask[i] = 1;
  const auto chunk = keep_rows(encode_int64(values), mask, 100);
  ASSERT_TRUE(chunk.has_value());
  expect_same_bits(*chunk, encode_int64(kept(values, mask)));
}

TEST(KeepRows, LeavesConstantsToOthers) {
  std::vector<std::int64_t> values = {3, 4, 3, kMissingInt64, 5};
  EXPECT_FALSE(keep_rows(encode_int64(values), Mask{1, 0, 1, 0, 0}, 2).has_value());
  EXPECT_FALSE(keep_rows(encode_int64(values), Mask{0, 0, 0, 1, 0}, 1).has_value());
  EXPECT_THROW(keep_rows(encode_int64(values), Mask(3), 0), InternalError);
}

TEST(MarkRange, AgreesWithDecodedValues) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto check = [](const Chunk& chunk, const Range& range) {
    const auto rows = static_cast<std::size_t>(chunk.rows());
    Mask marks(rows, 7);
    ASSERT_TRUE(mark_range(chunk, range, marks));
    std::vector<double> values(rows);
    chunk.decode(0, std::span(values));
    for (std::size_t i = 0; i < rows; ++i) {
      const double v = values[i];
      const bool within = range.side == Range::Side::above       ? v > range.bound
                          : range.side == Range::Side::not_below ? v >= range.bound
                          : range.side == Range::Side::below     ? v < range.bound
                                                                 : v <= range.bound;
      ASSERT_EQ(marks[i], within ? 1 : 0) << v << " and " << range.bound;
    }
  };
  for (const double missing : {0.0, 0.3}) {
    for (const int bits : {1, 5, 13, 31}) {
      const auto integers = draw_integers(700, bits, missing);
      std::vector<double> decimals;
      for (const std::int64_t n : integers) {
        decimals.push_back(n == kMissingInt64 ? kMissingDouble : static_cast<double>(n) / 10);
      }
      decimals[0] = 0.1;
      for (const auto side : {Range::Side::above, Range::Side::not_below, Range::Side::below,
                              Range::Side::not_above}) {
        for (const double bound :
             {-kInfinity, -1e9, -1000.0, -999.5, 0.0, 0.1, 17.0, 2e3, 1e18, kInfinity}) {
          if (bits < 31) check(encode_int64(integers), {side, bound});
          if (bits > 1 && bits < 31) check(encode_doubles(decimals), {side, bound});
        }
      }
    }
  }
}

TEST(MarkRange, LeavesToOthersWhatIsNotPacked) {
  Mask marks(2);
  EXPECT_FALSE(mark_range(encode_constant(3, 2), {}, marks));
  const std::vector<double> values = {0.1234567890123456789, 1e300};
  EXPECT_FALSE(mark_range(encode_doubles(values), {}, marks));
}

}  // namespace
}  // namespace neve::frame

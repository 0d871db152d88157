#include <neve/frame/rollup.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/base/wire.hpp>
#include <neve/frame/chunk_builder.hpp>

namespace neve::frame {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Rollup rollup_of(const std::vector<double>& values) {
  return finish_rollup(summarize(encode_doubles(values), 0));
}

// Cut into chunks of the given size.
ChunkSummary summary_in_pieces(const std::vector<double>& values, std::size_t rows) {
  ChunkSummary all;
  for (std::size_t begin = 0; begin < values.size(); begin += rows) {
    const auto piece = std::span(values).subspan(begin, std::min(rows, values.size() - begin));
    all.merge(summarize(encode_doubles(piece), static_cast<std::int64_t>(begin)));
  }
  return all;
}

TEST(Rollup, OfOneToN) {
  constexpr int kN = 10001;
  std::vector<double> values;
  for (int i = 1; i <= kN; ++i) values.push_back(i);
  const Rollup rollup = rollup_of(values);
  EXPECT_EQ(rollup.rows, kN);
  EXPECT_EQ(rollup.mean, (kN + 1) / 2.0);
  // The variance of 1..n is n (n + 1) / 12.
  EXPECT_NEAR(rollup.sigma, std::sqrt(kN * (kN + 1.0) / 12), 1e-9);
  EXPECT_EQ(rollup.mins, (std::array<double, 5>{1, 2, 3, 4, 5}));
  EXPECT_EQ(rollup.maxs, (std::array<double, 5>{kN, kN - 1, kN - 2, kN - 3, kN - 4}));
  EXPECT_TRUE(rollup.is_int);
  EXPECT_FALSE(rollup.is_constant);
}

TEST(Rollup, StaysPreciseFarFromZero) {
  std::vector<double> values;
  for (int i = 0; i < 30000; ++i) values.push_back(1e9 + i % 3);
  const Rollup rollup = finish_rollup(summary_in_pieces(values, 4096));
  EXPECT_EQ(rollup.mean, 1e9 + 1);
  EXPECT_NEAR(rollup.sigma, std::sqrt(2.0 / 3 * 30000 / 29999), 1e-10);
}

TEST(Rollup, CountsWhatIsSpecial) {
  const Rollup rollup =
      rollup_of({kInfinity, kMissingDouble, 0, -0.0, -kInfinity, 2.5, kInfinity, -1, 2.5});
  EXPECT_EQ(rollup.missing, 1);
  EXPECT_EQ(rollup.zeros, 2);
  EXPECT_EQ(rollup.positive_infinities, 2);
  EXPECT_EQ(rollup.negative_infinities, 1);
  EXPECT_EQ(rollup.min(), -1);
  EXPECT_EQ(rollup.mins[1], 0);
  EXPECT_EQ(rollup.mins[2], 2.5);
  EXPECT_TRUE(std::isnan(rollup.mins[3]));
  EXPECT_EQ(rollup.maxs[2], -1);
  EXPECT_DOUBLE_EQ(rollup.mean, 0.8);
  EXPECT_FALSE(rollup.is_int);
}

TEST(Rollup, OfFewOrNoValues) {
  const Rollup none = rollup_of({kMissingDouble, kMissingDouble});
  EXPECT_TRUE(std::isnan(none.mean) && std::isnan(none.sigma) && std::isnan(none.min()));
  EXPECT_TRUE(none.is_constant);
  const Rollup one = rollup_of({kMissingDouble, 7.25});
  EXPECT_EQ(one.mean, 7.25);
  EXPECT_EQ(one.sigma, 0);
  EXPECT_TRUE(one.is_constant);
  EXPECT_FALSE(rollup_of({7.25, kInfinity}).is_constant);
}

TEST(Rollup, MergesAsIfItWereOneChunk) {
  std::vector<double> values;
  for (std::uint64_t row = 0; row < 20000; ++row) {
    values.push_back(row % 41 == 0 ? kMissingDouble : CounterRng(5, 1).uniform(row) - 0.5);
  }
  const Rollup whole = finish_rollup(summary_in_pieces(values, 65536));
  const Rollup pieces = finish_rollup(summary_in_pieces(values, 777));
  EXPECT_EQ(whole.mins, pieces.mins);
  EXPECT_EQ(whole.maxs, pieces.maxs);
  EXPECT_EQ(whole.missing, pieces.missing);
  EXPECT_EQ(whole.checksum, pieces.checksum);
  EXPECT_NEAR(whole.mean, pieces.mean, 1e-16);
  EXPECT_NEAR(whole.sigma, pieces.sigma, 1e-15);
}

TEST(Rollup, SummaryTravels) {
  const ChunkSummary summary = summarize(encode_doubles(std::vector<double>{1, 2.5, -3}), 4);
  const auto copy = wire::decode<ChunkSummary>(wire::encode(summary));
  EXPECT_EQ(copy.smallest.values(), summary.smallest.values());
  EXPECT_EQ(copy.squares, summary.squares);
  EXPECT_EQ(copy.checksum, summary.checksum);
}

TEST(Rollup, OfTextCountsRowsOnly) {
  TextBuilder builder;
  builder.append("a");
  builder.append_missing();
  const ChunkSummary summary = summarize(builder.finish(), 0);
  EXPECT_EQ(summary.rows, 2);
  EXPECT_EQ(summary.missing, 1);
  EXPECT_TRUE(std::isnan(finish_rollup(summary).mean));
}

TEST(CountCodes, CountsEachLevel) {
  std::vector<std::int32_t> codes;
  for (int row = 0; row < 5000; ++row) codes.push_back(row % 5 - 1);
  std::vector<std::int64_t> counts(4);
  EXPECT_EQ(count_codes(encode_codes(codes), counts), 1000);
  EXPECT_EQ(counts, std::vector<std::int64_t>(4, 1000));
  std::vector<std::int64_t> too_few(3);
  EXPECT_THROW(count_codes(encode_codes(codes), too_few), InternalError);
}

}  // namespace
}  // namespace neve::frame

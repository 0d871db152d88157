#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

namespace neve::frame {
namespace {

constexpr std::int64_t kLargestInt64 = std::numeric_limits<std::int64_t>::max();

std::vector<std::int64_t> int64s(const Chunk& chunk) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(chunk.rows()));
  chunk.decode_int64(0, values);
  return values;
}

std::vector<std::int32_t> codes_of(const Chunk& chunk) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(chunk.rows()));
  chunk.decode_codes(0, values);
  return values;
}

double read_text(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Chunk moved(const Chunk& chunk) {
  Buffer copy(chunk.byte_size());
  const auto bytes = chunk.buffer()->bytes();
  std::copy(bytes.begin(), bytes.end(), copy.bytes().begin());
  return Chunk::from_bytes(SharedBuffer(std::move(copy)));
}

TEST(Chunk, KeepsInt64Exactly) {
  const std::vector<std::int64_t> values{
      kLargestInt64, kLargestInt64 - 1, -kLargestInt64, 0, (std::int64_t{1} << 53) + 1,
      kMissingInt64};
  const Chunk chunk = encode_int64(values);
  EXPECT_TRUE(chunk.holds_integers());
  EXPECT_EQ(chunk.missing(), 1);
  EXPECT_EQ(int64s(moved(chunk)), values);
  EXPECT_EQ(chunk.at(4), 0x1p53);
}

TEST(Chunk, StoresNegativeZeroAsZeroAndAnyNaNAsMissing) {
  const double odd_nan = std::bit_cast<double>(std::uint64_t{0xfff8000000001234});
  for (const std::vector<double>& values :
       {std::vector<double>{-0.0, 1, 2}, {-0.0, 0.1, odd_nan}, {-0.0, 1 / 3.0, odd_nan}, {-0.0}}) {
    const Chunk chunk = encode_doubles(values);
    EXPECT_FALSE(std::signbit(chunk.at(0))) << chunk.codec();
    if (values.size() < 3 || values[2] == values[2]) continue;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(chunk.at(2)),
              std::bit_cast<std::uint64_t>(kMissingDouble))
        << chunk.codec();
    EXPECT_EQ(chunk.missing(), 1);
  }
}

TEST(Chunk, ChecksumOfValuesIsTheSameForIntegersAndDoubles) {
  std::vector<double> doubles;
  std::vector<std::int64_t> integers;
  for (int i = 0; i < 100; ++i) {
    integers.push_back(i % 9 == 0 ? kMissingInt64 : std::int64_t{1} << (i % 62));
    doubles.push_back(i % 9 == 0 ? kMissingDouble : std::ldexp(1.0, i % 62));
  }
  const std::uint64_t checksum = encode_int64(integers).value_checksum(0);
  EXPECT_EQ(checksum, encode_doubles(doubles).value_checksum(0));
  // The first rows again, in a chunk that is not of integers.
  doubles.push_back(0.3);
  const std::vector<double> last{0.3};
  EXPECT_EQ(checksum + encode_doubles(last).value_checksum(100),
            encode_doubles(doubles).value_checksum(0));
}

TEST(Chunk, HoldsCodesOfEveryRange) {
  for (int levels : {1, 2, 3, 22, 300, 70000, 2147483646}) {
    for (bool has_missing : {false, true}) {
      std::vector<std::int32_t> codes;
      for (std::uint64_t row = 0; row < 3000; ++row) {
        codes.push_back(static_cast<std::int32_t>(CounterRng(3, 1).uniform(row) * levels));
      }
      if (has_missing) codes[0] = codes[2999] = kMissingCode;
      const Chunk chunk = moved(encode_codes(codes));
      EXPECT_EQ(chunk.kind(), ChunkKind::codes);
      EXPECT_EQ(codes_of(chunk), codes) << levels;
      EXPECT_EQ(chunk.at(1), codes[1]);
    }
  }
  std::vector<std::int32_t> rare(5000, 0);
  rare[77] = 3;
  rare[4000] = kMissingCode;
  const Chunk chunk = encode_codes(rare);
  EXPECT_EQ(chunk.codec(), "sparse");
  EXPECT_EQ(codes_of(chunk), rare);
}

TEST(Chunk, HoldsTimesAndDividesByTheirStep) {
  std::vector<std::int64_t> days;
  for (std::int64_t row = 0; row < 4000; ++row) days.push_back((row * 7919 % 365) * 86'400'000 - 5);
  days[9] = kMissingInt64;
  const Chunk chunk = moved(encode_times(days));
  EXPECT_EQ(chunk.kind(), ChunkKind::times);
  EXPECT_EQ(int64s(chunk), days);
  EXPECT_EQ(chunk.at(1), static_cast<double>(days[1]));
  EXPECT_LT(chunk.byte_size(), std::size_t{4000 * 9 / 8 + 64 + 16});
}

TEST(Chunk, HoldsTextWithAndWithoutRepeats) {
  for (int distinct : {1, 3, 500, 100000}) {
    TextBuilder builder;
    std::vector<std::optional<std::string>> texts;
    for (int row = 0; row < 3000; ++row) {
      if (row % 10 == 4) {
        texts.push_back(std::nullopt);
        builder.append_missing();
      } else {
        texts.push_back(row % 10 == 5 ? "" : "text " + std::to_string(row * 7919 % distinct));
        builder.append(*texts.back());
      }
    }
    const Chunk chunk = moved(builder.finish());
    EXPECT_EQ(chunk.codec(), distinct <= 500 ? "text dictionary" : "text");
    EXPECT_EQ(chunk.missing(), 300);
    for (std::size_t row = 0; row < texts.size(); ++row) {
      const auto text = chunk.text(static_cast<std::int64_t>(row));
      ASSERT_EQ(text.value_or("none"), texts[row].value_or("none"));
    }
    std::vector<std::string_view> block(1000);
    std::vector<std::uint8_t> missing(1000);
    chunk.decode_text(1003, block, missing);
    for (std::size_t i = 0; i < block.size(); ++i)
      ASSERT_EQ(block[i], texts[1003 + i].value_or(""));
    std::vector<std::int64_t> sizes(1000);
    chunk.decode_text_sizes(1003, sizes);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto& text = texts[1003 + i];
      ASSERT_EQ(sizes[i], text ? static_cast<std::int64_t>(text->size()) : kMissingInt64);
    }
    EXPECT_EQ(builder.rows(), 0);
  }
}

TEST(Chunk, KnowsWhetherTextIsAscii) {
  for (const std::string_view last : {"plain", "n\u00e9v\u00e9", "\xFF"}) {
    for (const int distinct : {3, 1000}) {
      TextBuilder builder;
      for (int row = 0; row < 1000; ++row) builder.append(std::to_string(row % distinct));
      builder.append_missing();
      builder.append(last);
      EXPECT_EQ(moved(builder.finish()).is_ascii(), last == "plain");
    }
  }
}

TEST(TextBuilder, TakesManyAtOnceAsOneByOne) {
  const std::string joined = "one behind the other, as long as it takes";
  std::vector<std::string_view> texts;
  std::vector<std::uint8_t> missing;
  for (std::size_t size = 0, at = 0; at + size <= joined.size(); at += size, ++size) {
    texts.push_back(std::string_view(joined).substr(at, size));
    missing.push_back(size == 3 ? 1 : 0);
    if (size == 3) texts.back() = texts.back().substr(0, 0);
  }
  for (const bool are_joined : {true, false}) {
    if (!are_joined) texts.push_back(joined);
    missing.resize(texts.size());
    TextBuilder one;
    TextBuilder many;
    many.append("first");
    one.append("first");
    many.append(texts, missing);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      missing[i] != 0 ? one.append_missing() : one.append(texts[i]);
    }
    EXPECT_EQ(many.rows(), static_cast<std::int64_t>(texts.size() + 1));
    EXPECT_EQ(many.finish().checksum(), one.finish().checksum());
  }
}

TEST(Chunk, HoldsUuids) {
  std::vector<Uuid> uuids;
  std::vector<std::uint8_t> missing;
  for (std::uint64_t row = 0; row < 200; ++row) {
    uuids.push_back({row * 0x9e3779b97f4a7c15, ~row});
    missing.push_back(row % 70 == 3 ? 1 : 0);
  }
  const Chunk chunk = moved(encode_uuids(uuids, missing));
  EXPECT_EQ(chunk.missing(), 3);
  for (std::size_t row = 0; row < uuids.size(); ++row) {
    const auto uuid = chunk.uuid(static_cast<std::int64_t>(row));
    ASSERT_EQ(uuid.has_value(), missing[row] == 0);
    ASSERT_EQ(uuid.value_or(uuids[row]), uuids[row]);
  }
  EXPECT_EQ(encode_uuids(uuids, {}).missing(), 0);
}

TEST(Chunk, MayBeWithoutAnyValue) {
  EXPECT_EQ(Chunk().rows(), 0);
  for (ChunkKind kind : {ChunkKind::numbers, ChunkKind::times, ChunkKind::codes, ChunkKind::text,
                         ChunkKind::uuids}) {
    const Chunk chunk = moved(encode_missing(kind, 9));
    EXPECT_EQ(chunk.kind(), kind);
    EXPECT_EQ(chunk.missing(), 9);
    EXPECT_EQ(chunk.byte_size(), std::size_t{64});
  }
  EXPECT_EQ(encode_missing(ChunkKind::text, 9).text(8), std::nullopt);
  EXPECT_EQ(codes_of(encode_missing(ChunkKind::codes, 2)), (std::vector<std::int32_t>{-1, -1}));
}

TEST(Chunk, RefusesRowsAndTypesItDoesNotHave) {
  const Chunk chunk = encode_doubles(std::vector<double>{0.5, 1.5, 7});
  std::vector<double> doubles(2);
  std::vector<std::int32_t> codes(1);
  EXPECT_THROW(chunk.decode(2, doubles), InternalError);
  EXPECT_THROW(chunk.decode(-1, doubles), InternalError);
  EXPECT_THROW(chunk.decode_codes(0, codes), InternalError);
  EXPECT_THROW((void)chunk.int64_at(0), InternalError);
  EXPECT_THROW((void)chunk.text(0), InternalError);
  EXPECT_THROW((void)encode_missing(ChunkKind::text, 3).at(0), InternalError);
}

TEST(NumericBuilder, DecodesDecimalsAsTheirTextReads) {
  NumericBuilder builder;
  std::vector<double> expected;
  for (std::int64_t row = 0; row < 5000; ++row) {
    const int exponent = -static_cast<int>(row % 6);
    const std::int64_t mantissa = row * 7919 % 1000003 - 500000;
    builder.append_decimal(mantissa, exponent);
    expected.push_back(read_text(std::to_string(mantissa) + "e" + std::to_string(exponent)));
  }
  const Chunk chunk = builder.finish();
  EXPECT_EQ(chunk.codec(), "decimals");
  for (std::size_t row = 0; row < expected.size(); ++row) {
    ASSERT_EQ(chunk.at(static_cast<std::int64_t>(row)), expected[row]);
  }
}

TEST(NumericBuilder, KnowsIntegersByValue) {
  NumericBuilder builder;
  builder.append_decimal(10, -1);
  builder.append_missing();
  builder.append_decimal(-200, -2);
  builder.append_decimal(3, 3);
  const Chunk chunk = builder.finish();
  EXPECT_TRUE(chunk.holds_integers());
  EXPECT_EQ(int64s(chunk), (std::vector<std::int64_t>{1, kMissingInt64, -2, 3000}));
}

TEST(NumericBuilder, TakesExtremesAndMixtures) {
  struct Part {
    std::int64_t mantissa;
    int exponent;
  };
  for (const Part part : {Part{1, 308},
                          {1, 309},
                          {-1, 400},
                          {1, -400},
                          {5, -324},
                          {3, -5},
                          {9007199254740993, -3},
                          {kLargestInt64, -19},
                          {kLargestInt64, -22},
                          {kLargestInt64, 0},
                          {123, -23},
                          {9007199254740993, 2},
                          {0, 999}}) {
    NumericBuilder builder;
    builder.append_decimal(part.mantissa, part.exponent);
    builder.append_double(0.1234567890123);
    builder.append_decimal(25, -1);
    const Chunk chunk = builder.finish();
    const std::string text = std::to_string(part.mantissa) + "e" + std::to_string(part.exponent);
    EXPECT_EQ(chunk.at(0), std::strtod(text.c_str(), nullptr)) << text;
    EXPECT_EQ(chunk.at(1), 0.1234567890123);
    EXPECT_EQ(chunk.at(2), 2.5);
  }
}

TEST(NumericBuilder, KeepsLargeIntegersAmongOthers) {
  NumericBuilder builder;
  builder.append_int64(kLargestInt64);
  builder.append_decimal(1, 18);
  const Chunk integers = builder.finish();
  EXPECT_EQ(integers.int64_at(0), kLargestInt64);
  EXPECT_EQ(integers.int64_at(1), 1'000'000'000'000'000'000);
  builder.append_int64(kLargestInt64);
  builder.append_decimal(15, -1);
  const Chunk reals = builder.finish();
  EXPECT_EQ(reals.at(0), 0x1p63);
  EXPECT_EQ(reals.at(1), 1.5);
}

// What a file of flights and a dense file may take, in bytes per row.
TEST(Chunk, StaysBelowTheFootprintOfTheReference) {
  constexpr std::int64_t kRows = 16384;
  const auto random_chunk = [](int levels, bool categorical) {
    std::vector<std::int32_t> codes;
    for (std::uint64_t row = 0; row < kRows; ++row) {
      codes.push_back(static_cast<std::int32_t>(CounterRng(4, 1).uniform(row) * levels));
    }
    if (categorical) return encode_codes(codes);
    return encode_int64(std::vector<std::int64_t>(codes.begin(), codes.end()));
  };
  std::size_t bytes = 0;
  for (int levels : {12, 31, 7, 22, 300, 300, 2}) bytes += random_chunk(levels, true).byte_size();
  for (int limit : {2400, 4000}) bytes += random_chunk(limit, false).byte_size();
  EXPECT_LT(static_cast<double>(bytes) / kRows, 8);

  NumericBuilder builder;
  for (std::uint64_t row = 0; row < kRows; ++row) {
    builder.append_decimal(static_cast<std::int64_t>(CounterRng(4, 2).uniform(row) * 1e6) - 500000,
                           -5);
  }
  EXPECT_LT(static_cast<double>(builder.finish().byte_size()) / kRows, 2.6);
}

}  // namespace
}  // namespace neve::frame

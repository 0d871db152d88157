#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "frame/codecs/codec.hpp"

// Every codec of the table goes through the same checks, on chunks that were made to need it.
namespace neve::frame {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double random(std::uint64_t stream, std::int64_t row) {
  return CounterRng(7, stream).uniform(static_cast<std::uint64_t>(row));
}

struct Case {
  std::string name;
  std::string codec;  // that must be chosen
  std::vector<double> doubles;
};

std::vector<double> rows_of(std::int64_t count, const std::function<double(std::int64_t)>& value) {
  std::vector<double> rows;
  for (std::int64_t row = 0; row < count; ++row) rows.push_back(value(row));
  return rows;
}

double five_decimals(std::int64_t row) { return std::round(random(1, row) * 1e6 - 5e5) / 1e5; }

std::vector<Case> number_cases() {
  const auto bits = [](int width) {
    return [width](std::int64_t row) {
      return std::floor(random(static_cast<std::uint64_t>(width), row) * std::ldexp(1.0, width));
    };
  };
  std::vector<Case> cases{
      {"none", "constant", {}},
      {"one", "constant", {2.5}},
      {"constant integer", "constant", rows_of(1000, [](auto) { return -7.0; })},
      {"constant real", "constant", rows_of(1000, [](auto) { return 0.1; })},
      {"all missing", "constant", rows_of(777, [](auto) { return kMissingDouble; })},
      {"zero and one", "integers", rows_of(1001, bits(1))},
      {"negative", "integers", rows_of(3000, [](auto row) { return double(row % 201) - 100; })},
      {"integers with missing", "integers",
       rows_of(3000, [](auto row) { return row % 5 == 0 ? kMissingDouble : double(row % 4); })},
      {"edges of 2^53", "integers", {0x1p53, -0x1p53, 0x1p53 - 1, 1, 0, kMissingDouble}},
      {"edges of int64", "integers", {0x1p62, -0x1p62, 3, kMissingDouble, 0x1.fffffffffffffp62}},
      {"five decimals", "decimals", rows_of(3000, five_decimals)},
      {"decimals with missing", "decimals",
       rows_of(3000, [](auto row) { return row % 7 == 3 ? kMissingDouble : five_decimals(row); })},
      {"floats", "floats",
       rows_of(3000, [](auto row) { return double(float(std::exp(random(3, row) * 40 - 20))); })},
      {"floats with infinities", "floats",
       rows_of(3000,
               [](auto row) {
                 return row == 17   ? kInfinity
                        : row == 18 ? -kInfinity
                                    : double(float(random(3, row)));
               })},
      {"doubles", "doubles", rows_of(3000, [](auto row) { return random(4, row); })},
      {"doubles of all kinds",
       "doubles",
       {kInfinity, -kInfinity, kMissingDouble, 5e-324, -1.7976931348623157e308, 0.1, -0.1, 1e-300}},
      {"mostly zero", "sparse",
       rows_of(5000, [](auto row) { return row % 97 == 5 ? double(row * row) : 0; })},
      {"mostly zero reals", "sparse",
       rows_of(5000, [](auto row) { return row % 97 == 5 ? random(5, row) : 0; })},
      {"mostly missing", "sparse",
       rows_of(5000, [](auto row) { return row % 97 == 5 ? random(5, row) : kMissingDouble; })},
      {"mostly zero, some missing", "sparse",
       rows_of(70000,
               [](auto row) {
                 return row % 101 == 5 ? kMissingDouble : row % 97 == 5 ? double(row * row) : 0;
               })},
      {"few distinct reals", "dictionary",
       rows_of(5000, [](auto row) { return std::sqrt(2.0 + double(row % 13)); })},
      {"few distinct reals with missing", "dictionary",
       rows_of(
           5000,
           [](auto row) { return row % 3 == 0 ? kMissingDouble : std::sqrt(double(row % 16)); })},
      {"few distinct integers", "dictionary",
       rows_of(5000,
               [](auto row) { return row % 11 == 0 ? kMissingDouble : std::exp2(row % 40); })},
  };
  for (int width : {2, 3, 5, 7, 8, 9, 12, 15, 16, 17, 20, 24, 25, 31, 32, 33, 40, 47, 52}) {
    cases.push_back({"random integers of " + std::to_string(width) + " bits", "integers",
                     rows_of(1003, bits(width))});
  }
  return cases;
}

// Equal, with missing equal to missing.
bool same(double a, double b) {
  return (a != a && b != b) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

std::vector<double> decode_all(const Chunk& chunk) {
  std::vector<double> values(static_cast<std::size_t>(chunk.rows()));
  chunk.decode(0, values);
  return values;
}

void expect_same(const std::vector<double>& decoded, const std::vector<double>& expected) {
  ASSERT_EQ(decoded.size(), expected.size());
  for (std::size_t row = 0; row < expected.size(); ++row) {
    ASSERT_TRUE(same(decoded[row], expected[row]))
        << "row " << row << ": " << decoded[row] << " is not " << expected[row];
  }
}

void expect_blocks_agree(const Chunk& chunk, const std::vector<double>& all) {
  for (std::uint64_t draw = 0; draw < 200; ++draw) {
    const auto rows = static_cast<double>(chunk.rows() + 1);
    const auto begin = static_cast<std::size_t>(CounterRng(1, 1).uniform(draw) * rows);
    const auto count = static_cast<std::size_t>(CounterRng(1, 2).uniform(draw) *
                                                static_cast<double>(all.size() + 1 - begin));
    std::vector<double> block(count, -99);
    chunk.decode(static_cast<std::int64_t>(begin), block);
    for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(same(block[i], all[begin + i]));
    if (!chunk.is_sparse()) continue;
    std::vector<std::uint32_t> places(count);
    std::vector<double> values(count);
    const std::size_t stored =
        chunk.decode_stored(static_cast<std::int64_t>(begin), places, values);
    std::vector<double> written(count, 0);
    for (std::size_t i = 0; i < stored; ++i) written[places[i]] = values[i];
    for (std::size_t i = 0; i < count; ++i) ASSERT_TRUE(same(written[i], all[begin + i]));
  }
}

SharedBuffer copy_of(const Chunk& chunk, std::size_t changed_byte = ~std::size_t{0}) {
  Buffer copy(chunk.byte_size());
  const auto bytes = chunk.buffer()->bytes();
  std::copy(bytes.begin(), bytes.end(), copy.bytes().begin());
  if (changed_byte < copy.size()) copy.bytes()[changed_byte] ^= std::byte{0x5a};
  return SharedBuffer(std::move(copy));
}

TEST(Codec, KeepsEveryValueAndIsTheOneExpected) {
  for (const Case& made : number_cases()) {
    SCOPED_TRACE(made.name);
    const Chunk chunk = encode_doubles(made.doubles);
    EXPECT_EQ(chunk.codec(), made.codec);
    EXPECT_EQ(chunk.rows(), static_cast<std::int64_t>(made.doubles.size()));
    EXPECT_EQ(chunk.missing(), std::count_if(made.doubles.begin(), made.doubles.end(),
                                             [](double value) { return value != value; }));
    expect_same(decode_all(chunk), made.doubles);
    expect_blocks_agree(chunk, made.doubles);
    const bool zeros = std::count(made.doubles.begin(), made.doubles.end(), 0.0) != 0;
    EXPECT_EQ(chunk.is_sparse(), made.doubles.empty() || (made.codec == "sparse" && zeros));
  }
}

TEST(Codec, ReadsIntegersAndFloatsLikeDoubles) {
  for (const Case& made : number_cases()) {
    SCOPED_TRACE(made.name);
    const Chunk chunk = encode_doubles(made.doubles);
    std::vector<float> floats(made.doubles.size());
    chunk.decode(0, floats);
    for (std::size_t row = 0; row < floats.size(); ++row) {
      ASSERT_TRUE(same(floats[row], static_cast<float>(made.doubles[row])));
    }
    if (!chunk.holds_integers()) continue;
    std::vector<std::int64_t> integers(made.doubles.size());
    chunk.decode_int64(0, integers);
    for (std::size_t row = 0; row < integers.size(); ++row) {
      const double value = made.doubles[row];
      ASSERT_EQ(integers[row], value != value ? kMissingInt64 : static_cast<std::int64_t>(value));
    }
  }
}

TEST(Codec, TravelsAsBytesAndRejectsChangedOnes) {
  for (const Case& made : number_cases()) {
    SCOPED_TRACE(made.name);
    const Chunk chunk = encode_doubles(made.doubles);
    const Chunk copy = Chunk::from_bytes(copy_of(chunk));
    expect_same(decode_all(copy), made.doubles);
    EXPECT_EQ(copy.checksum(), chunk.checksum());
    for (std::size_t at = 0; at < chunk.byte_size(); at += at < 64 ? 1 : 61) {
      EXPECT_THROW(Chunk::from_bytes(copy_of(chunk, at)), InternalError) << "byte " << at;
    }
    Buffer shorter(chunk.byte_size() - 1);
    std::memcpy(shorter.bytes().data(), chunk.buffer()->bytes().data(), shorter.size());
    EXPECT_THROW(Chunk::from_bytes(SharedBuffer(std::move(shorter))), InternalError);
  }
}

TEST(Codec, WithoutChecksumReadsOrRejectsButStaysInside) {
  for (const Case& made : number_cases()) {
    const Chunk chunk = encode_doubles(made.doubles);
    for (std::size_t at = 0; at < chunk.byte_size(); at += at < 64 ? 1 : 61) {
      try {
        const Chunk changed = Chunk::from_bytes(copy_of(chunk, at), Chunk::Checksum::trust);
        if (changed.rows() == chunk.rows()) decode_all(changed);
      } catch (const InternalError&) {
      }
    }
  }
}

TEST(Codec, ValueChecksumDependsOnValuesOnly) {
  for (const Case& made : number_cases()) {
    SCOPED_TRACE(made.name);
    if (made.doubles.size() < 3) continue;
    const std::uint64_t whole = encode_doubles(made.doubles).value_checksum(10);
    const auto all = std::span(made.doubles);
    const std::size_t cut = all.size() / 3;
    const std::uint64_t left = encode_doubles(all.first(cut)).value_checksum(10);
    const auto right = encode_doubles(all.subspan(cut)).value_checksum(10 + static_cast<int>(cut));
    EXPECT_EQ(whole, left + right);
    EXPECT_NE(whole, encode_doubles(made.doubles).value_checksum(11));
    std::vector<double> changed = made.doubles;
    changed.back() = changed.back() == 3 ? 4 : 3;
    EXPECT_NE(whole, encode_doubles(changed).value_checksum(10));
  }
}

TEST(Codec, TableHasDistinctIdsAndEveryNumberCodecIsReached) {
  std::set<int> ids;
  std::set<std::string_view> names;
  for (const Codec* codec : all_codecs()) {
    EXPECT_TRUE(ids.insert(codec->id).second) << codec->name;
    EXPECT_NE(codec->validate, nullptr) << codec->name;
    if (codec->estimate != nullptr) names.insert(codec->name);
  }
  for (const Case& made : number_cases()) names.erase(made.codec);
  EXPECT_TRUE(names.empty()) << *names.begin() << " has no case";
}

TEST(Codec, PacksInt64AtEveryWidth) {
  for (int width = 1; width <= 63; ++width) {
    for (bool has_missing : {false, true}) {
      std::vector<std::int64_t> values;
      for (std::uint64_t row = 0; row < 300; ++row) {
        const auto low = static_cast<std::uint64_t>(CounterRng(2, 1).uniform(row) * 0x1p32);
        const auto high = static_cast<std::uint64_t>(CounterRng(2, 2).uniform(row) * 0x1p32);
        const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
        values.push_back(static_cast<std::int64_t>(((high << 32) | low) & mask) - (1 << 20));
      }
      if (has_missing) values[5] = values[299] = kMissingInt64;
      const Chunk chunk = encode_int64(values);
      std::vector<std::int64_t> decoded(values.size());
      chunk.decode_int64(0, decoded);
      EXPECT_EQ(decoded, values) << width;
      for (std::size_t row = 0; row < values.size(); ++row) {
        const bool missing = values[row] == kMissingInt64;
        ASSERT_TRUE(same(chunk.at(static_cast<std::int64_t>(row)),
                         missing ? kMissingDouble : static_cast<double>(values[row])));
      }
    }
  }
}

}  // namespace
}  // namespace neve::frame

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>

#include <neve/base/budget.hpp>
#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/base/math.hpp>
#include <neve/base/pool.hpp>
#include <neve/base/rng.hpp>
#include <neve/base/utf8.hpp>
#include <neve/base/wire.hpp>

namespace {

TEST(JavaNumber, WritesAsDoubleToString) {
  const std::pair<double, const char*> cases[] = {{0, "0.0"},
                                                  {-0.0, "-0.0"},
                                                  {3, "3.0"},
                                                  {0.1, "0.1"},
                                                  {1e-7, "1.0E-7"},
                                                  {1e7, "1.0E7"},
                                                  {9999999, "9999999.0"},
                                                  {0.001, "0.001"},
                                                  {0.0001, "1.0E-4"},
                                                  {123456789.25, "1.2345678925E8"},
                                                  {-1.5e300, "-1.5E300"},
                                                  {INFINITY, "Infinity"},
                                                  {-INFINITY, "-Infinity"},
                                                  {NAN, "NaN"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(neve::java_double(value), text);
  std::string out;
  neve::append_java_float(out, 0.49018177F);
  EXPECT_EQ(out, "0.49018177");
  out.clear();
  neve::append_java_hex_double(out, 1.5);
  EXPECT_EQ(out, "0x1.8p0");
  out.clear();
  neve::append_java_hex_double(out, -1);
  EXPECT_EQ(out, "-0x1.0p0");
}

TEST(Budget, RefusesWhatDoesNotFitAndTakesBackWhatIsReleased) {
  neve::Budget budget(1000);
  {
    const neve::Reservation first = budget.reserve(900, "a frame");
    EXPECT_EQ(budget.free(), 100);
    EXPECT_THROW((void)budget.reserve(101, "another"), neve::OutOfMemoryError);
    neve::Reservation second = budget.reserve(100, "a third");
    const neve::Reservation moved = std::move(second);
    EXPECT_EQ(budget.used(), 1000);
  }
  EXPECT_EQ(budget.used(), 0);
}

TEST(Budget, ReservationsJoinAndGiveBackParts) {
  neve::Budget budget(1000);
  {
    neve::Reservation all;
    all.add(budget.reserve(300, "a chunk"));
    all.add(budget.reserve(200, "a chunk"));
    all.add({});
    EXPECT_EQ(all.bytes(), 500);
    EXPECT_EQ(budget.used(), 500);
    all.give_back(450);
    EXPECT_EQ(budget.used(), 50);
    EXPECT_THROW(all.give_back(51), neve::InternalError);
  }
  EXPECT_EQ(budget.used(), 0);
}

TEST(Buffer, IsSharedWithoutACopy) {
  for (const std::size_t size : {0U, 1U, 100U, 2047U, 2048U, 100'000U}) {
    neve::Buffer made(size);
    ASSERT_EQ(made.bytes().size(), size);
    EXPECT_TRUE(std::ranges::all_of(made.bytes(), [](std::byte b) { return b == std::byte{0}; }));
    for (std::byte& byte : made.bytes()) byte = std::byte{7};
    const auto* const place = made.bytes().data();
    const auto aligned = size < 2048 ? alignof(std::max_align_t) : neve::Buffer::kAlignment;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(place) % aligned, 0U);
    neve::SharedBuffer first(std::move(made));
    neve::SharedBuffer second = first;
    EXPECT_TRUE(first == second);
    first = nullptr;
    EXPECT_FALSE(first);
    first = second;
    second = neve::SharedBuffer(neve::Buffer(3));
    EXPECT_FALSE(first == second);
    EXPECT_EQ(first->size(), size);
    EXPECT_EQ(first->bytes().data(), place);
    if (size > 0) {
      EXPECT_EQ(first->bytes().back(), std::byte{7});
    }
  }
  EXPECT_TRUE(neve::SharedBuffer() == nullptr);
  EXPECT_EQ(neve::Buffer().size(), 0U);
}

TEST(CounterRng, IsAFunctionOfItsPlace) {
  const neve::CounterRng a(42);
  EXPECT_EQ(a.bits(7), neve::CounterRng(42).bits(7));
  EXPECT_NE(a.bits(7), neve::CounterRng(43).bits(7));
  EXPECT_NE(a.bits(7), neve::CounterRng(42, 1).bits(7));
  // Mean and lag-1 correlation of n uniforms have standard errors 1/sqrt(12 n) and 1/sqrt(n).
  constexpr int kCount = 100000;
  double sum = 0;
  double product = 0;
  for (int i = 0; i < kCount; ++i) {
    sum += a.uniform(static_cast<std::uint64_t>(i));
    product += (a.uniform(static_cast<std::uint64_t>(i)) - 0.5) *
               (a.uniform(static_cast<std::uint64_t>(i) + 1) - 0.5);
  }
  EXPECT_NEAR(sum / kCount, 0.5, 5 / std::sqrt(12.0 * kCount));
  EXPECT_NEAR(12 * product / kCount, 0, 5 / std::sqrt(kCount));
}

TEST(Math, BlocksGiveTheBitsOfScalars) {
  std::vector<double> values(1003);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = (static_cast<double>(i) - 500) / 7;
  std::vector<double> exps = values;
  neve::math::exp(exps);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(exps[i], neve::math::exp(values[i]));
    EXPECT_NEAR(exps[i] / std::exp(values[i]), 1, 4e-16);
  }
}

TEST(Pool, RunsEachIndexOnceAlsoNested) {
  neve::Pool pool(3);
  std::vector<std::atomic<int>> counts(100);
  pool.for_each(
      10, [&](std::size_t i) { pool.for_each(10, [&](std::size_t j) { ++counts[i * 10 + j]; }); });
  for (const auto& count : counts) EXPECT_EQ(count.load(), 1);
  EXPECT_THROW(pool.for_each(5, [](std::size_t) { throw neve::Cancelled(); }), neve::Cancelled);
}

struct Message {
  std::string name;
  std::vector<double> values;
  std::optional<std::int32_t> depth;
  std::map<std::string, std::vector<bool>> flags;
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, values, depth, flags);
  }
};

TEST(Wire, RoundTripsAndRefusesCutOrLongMessages) {
  const Message sent{"näme", {1, NAN, -0.0}, 7, {{"a", {true, false}}, {"b", {}}}};
  const auto bytes = neve::wire::encode(sent);
  const auto got = neve::wire::decode<Message>(bytes);
  EXPECT_EQ(got.name, sent.name);
  EXPECT_EQ(got.depth, sent.depth);
  EXPECT_EQ(got.flags, sent.flags);
  EXPECT_TRUE(std::signbit(got.values[2]));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(neve::wire::decode<Message>(std::span(bytes).first(size)), neve::InternalError);
  }
  auto longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_THROW(neve::wire::decode<Message>(longer), neve::InternalError);
}

TEST(Utf8, FindsBadBytes) {
  EXPECT_EQ(neve::find_bad_utf8("plain ascii, long enough"), 24U);
  EXPECT_EQ(neve::find_bad_utf8("äöü€😀"), std::string_view("äöü€😀").size());
  EXPECT_EQ(neve::find_bad_utf8("ab\xC0\x80"), 2U);
  EXPECT_EQ(neve::find_bad_utf8("\xED\xA0\x80"), 0U);
  EXPECT_EQ(neve::find_bad_utf8("12345678\xF5"), 8U);
  EXPECT_EQ(neve::find_bad_utf8("\xE2\x82"), 0U);
}

TEST(Utf8, CountsCharacters) {
  EXPECT_EQ(neve::count_characters(""), 0U);
  EXPECT_EQ(neve::count_characters("äöü€😀"), 5U);
  EXPECT_EQ(neve::count_characters("a\xC0\x80"), 3U);
  // Wherever the one byte that is not ASCII lies.
  for (std::size_t size = 1; size < 40; ++size) {
    std::string text(size, 'x');
    EXPECT_TRUE(neve::is_ascii(text));
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = '\x80';
      EXPECT_FALSE(neve::is_ascii(text)) << size << ' ' << at;
      text[at] = 'x';
    }
  }
}

}  // namespace

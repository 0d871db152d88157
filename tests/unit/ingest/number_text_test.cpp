#include "ingest/formats/number_text.hpp"

#include <cstdlib>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <neve/base/rng.hpp>

namespace neve::ingest {
namespace {

NumberText decimal(std::int64_t mantissa, int decimals) {
  return {.kind = NumberText::Kind::decimal, .decimals = decimals, .mantissa = mantissa};
}

void expect_same(const NumberText& got, const NumberText& wanted, const std::string& text) {
  EXPECT_EQ(got.kind, wanted.kind) << text;
  EXPECT_EQ(got.mantissa, wanted.mantissa) << text;
  EXPECT_EQ(got.decimals, wanted.decimals) << text;
  EXPECT_EQ(got.value, wanted.value) << text;
}

TEST(NumberText, ReadsDecimalsExactly) {
  expect_same(parse_number("0"), decimal(0, 0), "0");
  expect_same(parse_number("-12"), decimal(-12, 0), "-12");
  expect_same(parse_number("+12"), decimal(12, 0), "+12");
  expect_same(parse_number("1.50"), decimal(15, 1), "1.50");
  expect_same(parse_number("1."), decimal(1, 0), "1.");
  expect_same(parse_number(".5"), decimal(5, 1), ".5");
  expect_same(parse_number("1e3"), decimal(1000, 0), "1e3");
  expect_same(parse_number("12E-3"), decimal(12, 3), "12E-3");
  expect_same(parse_number("$3.25"), decimal(325, 2), "$3.25");
  expect_same(parse_number("50%"), decimal(5, 1), "50%");
  expect_same(parse_number("7 \t"), decimal(7, 0), "7 ");
  expect_same(parse_number("9223372036854775807"), decimal(9223372036854775807, 0), "max");
  expect_same(parse_number("-9223372036854775807"), decimal(-9223372036854775807, 0), "min");
  expect_same(parse_number("0.0000"), decimal(0, 0), "0.0000");
}

TEST(NumberText, LongOnesBecomeTheNearestDouble) {
  for (const char* text :
       {"0.1234567890123456789", "123456789012345678901234567890", "1e300", "1e-300",
        "9007199254740993.5", "2.2250738585072011e-308", "1e400", "9223372036854775808"}) {
    const NumberText number = parse_number(text);
    ASSERT_EQ(number.kind, NumberText::Kind::floating) << text;
    EXPECT_EQ(number.value, std::strtod(text, nullptr)) << text;
  }
}

TEST(NumberText, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", "+", ".", "e5", "1e", "1e+", "1-2", "1 2", "abc", "0x10", "1,5",
                           "NaN", "inf", "--1", "1.2.3", "$", "%", "$-"}) {
    EXPECT_EQ(parse_number(text).kind, NumberText::Kind::none) << text;
  }
}

TEST(NumberText, TheFastWayAgreesWithTheSlow) {
  const CounterRng rng(7);
  for (std::uint64_t i = 0; i < 20000; ++i) {
    char text[64] = {};
    std::size_t size = 0;
    const std::uint64_t length = rng.below(4 * i, 17);
    for (std::uint64_t k = 0; k < length; ++k) {
      text[size++] = "0123456789.-0123456789"[rng.below(100 * i + k, 22)];
    }
    std::int64_t mantissa = 0;
    int decimals = 0;
    if (!parse_plain_number(text, size, mantissa, decimals)) continue;
    const NumberText slow = parse_number({text, size});
    ASSERT_EQ(slow.kind, NumberText::Kind::decimal) << text;
    while (decimals > 0 && mantissa % 10 == 0) {
      mantissa /= 10;
      --decimals;
    }
    ASSERT_EQ(slow.mantissa, mantissa) << text;
    ASSERT_EQ(slow.decimals, decimals) << text;
  }
}

}  // namespace
}  // namespace neve::ingest

#include "ingest/formats/time_text.hpp"

#include <gtest/gtest.h>

namespace neve::ingest {
namespace {

std::int64_t ms(std::int64_t year, int month, int day, std::int64_t in_day = 0) {
  return days_from_civil(year, month, day) * 86'400'000 + in_day;
}

constexpr std::int64_t kAfternoon = (15 * 3600 + 4 * 60 + 5) * 1000;

TEST(TimeText, ReadsTheKnownForms) {
  const TimeZone utc;
  EXPECT_EQ(parse_time("2021-02-03", utc), ms(2021, 2, 3));
  EXPECT_EQ(parse_time("2021-2-3", utc), ms(2021, 2, 3));
  EXPECT_EQ(parse_time("2021-02", utc), ms(2021, 2, 1));
  EXPECT_EQ(parse_time("2021-02-03 15:04:05", utc), ms(2021, 2, 3, kAfternoon));
  EXPECT_EQ(parse_time("2021-02-03 15:04:05.678", utc), ms(2021, 2, 3, kAfternoon + 678));
  EXPECT_EQ(parse_time("2021-02-03 15:04:05.678901234", utc), ms(2021, 2, 3, kAfternoon + 678));
  EXPECT_EQ(parse_time("2021-02-03 15:04:05.5", utc), ms(2021, 2, 3, kAfternoon + 500));
  EXPECT_EQ(parse_time("20210203-15:04:05", utc), ms(2021, 2, 3, kAfternoon));
  EXPECT_EQ(parse_time("03-Feb-21", utc), ms(2021, 2, 3));
  EXPECT_EQ(parse_time("3-feb-2021", utc), ms(2021, 2, 3));
  EXPECT_EQ(parse_time("03FEB2021:15:04:05", utc), ms(2021, 2, 3, kAfternoon));
  EXPECT_EQ(parse_time("3February2021", utc), ms(2021, 2, 3));
  EXPECT_EQ(parse_time("Feb-1999", utc), ms(1999, 2, 1));
  EXPECT_EQ(parse_time("69-Feb", utc), ms(1969, 2, 1));
  EXPECT_EQ(parse_time("02/03/21", utc), ms(2021, 2, 3));
  EXPECT_EQ(parse_time("2/3/2021 3:04:05 PM", utc), ms(2021, 2, 3, kAfternoon));
  EXPECT_EQ(parse_time("2/3/2021 12:00:00 AM", utc), ms(2021, 2, 3));
  EXPECT_EQ(parse_time("2/3/2021 12:00:00 PM", utc), ms(2021, 2, 3, 43'200'000));
  EXPECT_EQ(parse_time("02-03-1921", utc), ms(1921, 2, 3));
  EXPECT_EQ(parse_time("15:04:05", utc), kAfternoon);
}

TEST(TimeText, RefusesTheRest) {
  const TimeZone utc;
  for (const char* text :
       {"", "2021", "202102", "20210203", "2021-13-01", "2021-02-30", "2021-02-03T15:04:05Z",
        "2021-02-03 15:04", "25:00:00", "1.2.3.4", "hello", "Mayor-5", "32/01/2021",
        "2021-02-03 13:04:05 PM", "a-b-c", "12-34-56-78"}) {
    EXPECT_FALSE(parse_time(text, utc)) << text;
  }
}

TEST(TimeText, UsesTheZone) {
  const auto zone = TimeZone::find("America/New_York");
  if (!zone) GTEST_SKIP() << "no time zone database on this machine";
  EXPECT_EQ(parse_time("2021-02-03", *zone), ms(2021, 2, 3, 5 * 3'600'000));
  EXPECT_EQ(parse_time("15:04:05", *zone), kAfternoon);
}

TEST(UuidText, ReadsBothHalves) {
  const auto uuid = parse_uuid("6ba7b810-9dad-11d1-80b4-00C04FD430c8");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->high, 0x6ba7b8109dad11d1U);
  EXPECT_EQ(uuid->low, 0x80b400c04fd430c8U);
  EXPECT_FALSE(parse_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c"));
  EXPECT_FALSE(parse_uuid("6ba7b810x9dad-11d1-80b4-00c04fd430c8"));
}

}  // namespace
}  // namespace neve::ingest

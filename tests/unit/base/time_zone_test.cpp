#include <neve/base/time_zone.hpp>

#include <gtest/gtest.h>

namespace neve {
namespace {

TEST(TimeZone, CivilDaysGoBothWays) {
  for (std::int64_t day : {-719'468L, -1L, 0L, 59L, 11'016L, 18'321L, 2'932'896L}) {
    const CivilTime t = civil_from_epoch_ms(day * 86'400'000);
    EXPECT_EQ(days_from_civil(t.year, t.month, t.day), day);
  }
  const CivilTime t = civil_from_epoch_ms(-1);
  EXPECT_EQ(t.year, 1969);
  EXPECT_EQ(t.month, 12);
  EXPECT_EQ(t.day, 31);
  EXPECT_EQ(t.millisecond, 999);
}

TEST(TimeZone, UtcRefusesImpossibleDates) {
  EXPECT_EQ(TimeZone().to_epoch_ms({.year = 2021, .month = 2, .day = 2}), 1612224000000);
  EXPECT_FALSE(TimeZone().to_epoch_ms({.year = 2021, .month = 2, .day = 29}));
  EXPECT_FALSE(TimeZone().to_epoch_ms({.year = 2021, .month = 13, .day = 1}));
}

TEST(TimeZone, UnknownNamesAreNotFound) {
  EXPECT_FALSE(TimeZone::find("Nowhere/Land"));
  EXPECT_FALSE(TimeZone::find("../../etc/passwd"));
  EXPECT_TRUE(TimeZone::find("UTC"));
}

TEST(TimeZone, BerlinHasSummerTime) {
  const auto berlin = TimeZone::find("Europe/Berlin");
  if (!berlin) GTEST_SKIP() << "no time zone database on this machine";
  EXPECT_EQ(berlin->offset_ms(1612224000000), 3'600'000);
  EXPECT_EQ(berlin->to_epoch_ms({.year = 2021, .month = 7, .day = 1}), 1625090400000);
  EXPECT_FALSE(berlin->to_epoch_ms({.year = 2021, .month = 3, .day = 28, .hour = 2, .minute = 30}));
}

}  // namespace
}  // namespace neve

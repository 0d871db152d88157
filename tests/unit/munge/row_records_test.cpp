#include "munge/row_records.hpp"

#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace neve::munge {
namespace {

using Form = PlainValues::Form;

constexpr std::int64_t kNone = frame::kMissingInt64;

PlainValues whole(std::vector<std::int64_t> values, Form form = Form::int64s) {
  PlainValues column(form);
  column.int64s = std::move(values);
  return column;
}

PlainValues codes(std::vector<std::int32_t> values) {
  PlainValues column(Form::codes);
  column.codes = std::move(values);
  return column;
}

PlainValues reals(std::vector<double> values) {
  PlainValues column(Form::doubles);
  column.doubles = std::move(values);
  return column;
}

/// Of literals, which stay.
PlainValues texts(const std::vector<std::string_view>& values) {
  PlainValues column(Form::text);
  for (const std::string_view value : values) {
    column.text.push_back(value);
    column.missing.push_back(value.empty() ? 1 : 0);
  }
  return column;
}

RowRecords records(PlainValues column) {
  std::vector<PlainValues> columns;
  columns.push_back(std::move(column));
  return RowRecords(std::move(columns));
}

/// Of one column: all rows of the first part, then of the second one, then a row of neither.
PlainValues all_of(const RowRecords& first, std::uint32_t rows_of_first, const RowRecords& second,
                   std::uint32_t rows_of_second) {
  RowPlaces places;
  for (const auto& [part, rows] :
       {std::pair(0U, rows_of_first), std::pair(1U, rows_of_second), std::pair(2U, 1U)}) {
    for (std::uint32_t i = 0; i < rows; ++i) {
      places.part.push_back(part);
      places.at.push_back(i);
    }
  }
  const std::vector<const RowRecords*> parts = {&first, &second};
  return RowRecords::collected(parts, places)[0];
}

TEST(RowRecords, WholeNumbersOfEveryWidthComeBackWithTheirGaps) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t edge :
       {std::int64_t{127}, std::int64_t{128}, std::int64_t{32767}, std::int64_t{32768},
        std::int64_t{2147483647}, std::int64_t{2147483648}, most}) {
    const std::vector<std::int64_t> values = {edge, -edge, kNone, -edge + 1, 0, -1};
    const std::vector<std::int64_t> small = {5, kNone};
    const PlainValues got = all_of(records(whole(values)), 6, records(whole(small)), 2);
    EXPECT_EQ(got.form(), Form::int64s);
    EXPECT_EQ(got.int64s,
              (std::vector<std::int64_t>{edge, -edge, kNone, -edge + 1, 0, -1, 5, kNone, kNone}));
  }
  const std::vector<std::int64_t> lowest = {kNone + 1, -128, -129};
  EXPECT_EQ(all_of(records(whole(lowest)), 3, records(whole({-128})), 1).int64s,
            (std::vector<std::int64_t>{kNone + 1, -128, -129, -128, kNone}));
}

TEST(RowRecords, CodesAndTimesKeepTheirForm) {
  const PlainValues levels = all_of(records(codes({3, -1, 127})), 3, records(codes({40'000})), 1);
  EXPECT_EQ(levels.form(), Form::codes);
  EXPECT_EQ(levels.codes, (std::vector<std::int32_t>{3, -1, 127, 40'000, -1}));
  const PlainValues times = all_of(records(whole({7, kNone}, Form::times)), 2,
                                   records(whole({1'700'000'000'000}, Form::times)), 1);
  EXPECT_EQ(times.form(), Form::times);
  EXPECT_EQ(times.int64s, (std::vector<std::int64_t>{7, kNone, 1'700'000'000'000, kNone}));
}

TEST(RowRecords, IntegersBecomeDoublesBesideDoubles) {
  const PlainValues got =
      all_of(records(whole({7, kNone})), 2, records(reals({-0.5, std::nan(""), -1e300})), 3);
  EXPECT_EQ(got.form(), Form::doubles);
  ASSERT_EQ(got.doubles.size(), 6U);
  EXPECT_EQ(got.doubles[0], 7);
  EXPECT_TRUE(std::isnan(got.doubles[1]));
  EXPECT_EQ(got.doubles[2], -0.5);
  EXPECT_TRUE(std::isnan(got.doubles[3]));
  EXPECT_EQ(got.doubles[4], -1e300);
  EXPECT_TRUE(std::isnan(got.doubles[5]));
}

TEST(RowRecords, RowsOfManyColumnsArePickedAndTravel) {
  std::vector<PlainValues> columns;
  columns.push_back(whole({1, 300, kNone}));
  columns.push_back(texts({"one", "", "three"}));
  columns.push_back(reals({0.25, std::nan(""), 3}));
  columns.push_back(codes({0, 1, -1}));
  const RowRecords held(std::move(columns));
  const std::vector<std::uint32_t> rows = {2, 0, 1};
  const RowRecords picked = wire::decode<RowRecords>(wire::encode(held.picked(rows)));
  const std::vector<const RowRecords*> parts = {&picked};
  const RowPlaces places{{0, 0, 0, 1}, {0, 1, 2, 0}};
  const std::vector<PlainValues> got = RowRecords::collected(parts, places);
  ASSERT_EQ(got.size(), 4U);
  EXPECT_EQ(got[0].int64s, (std::vector<std::int64_t>{kNone, 1, 300, kNone}));
  EXPECT_EQ(got[1].text[0], "three");
  EXPECT_EQ(got[1].text[1], "one");
  EXPECT_EQ(got[1].missing, (std::vector<std::uint8_t>{0, 0, 1, 1}));
  EXPECT_EQ(got[2].doubles[0], 3);
  EXPECT_EQ(got[2].doubles[1], 0.25);
  EXPECT_TRUE(std::isnan(got[2].doubles[2]) && std::isnan(got[2].doubles[3]));
  EXPECT_EQ(got[3].codes, (std::vector<std::int32_t>{-1, 0, 1, -1}));
}

}  // namespace
}  // namespace neve::munge

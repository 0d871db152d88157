#include <gtest/gtest.h>

#include <neve/frame/layout.hpp>

namespace {

using namespace neve;

TEST(Layout, CutsFollowRowAndColumnCountsOnly) {
  EXPECT_EQ(frame::row_cuts(0, 3), (std::vector<std::int64_t>{0, 0}));
  EXPECT_EQ(frame::row_cuts(100, 3), (std::vector<std::int64_t>{0, 100}));
  EXPECT_EQ(frame::row_cuts(4097, 3), (std::vector<std::int64_t>{0, 4096, 4097}));
  // A million rows: 16 groups of 64 Ki; a hundred thousand: 8 Ki each, so that there are at
  // least 8.
  EXPECT_EQ(frame::row_cuts(1'000'000, 9).size(), 17U);
  EXPECT_EQ(frame::row_cuts(100'000, 9)[1], 8192);
  // 64 Mi cells: 10,000 columns leave 4 Ki rows, a million columns 256 at least.
  EXPECT_EQ(frame::row_cuts(1'000'000, 10'000)[1], 4096);
  EXPECT_EQ(frame::row_cuts(1'000'000, 1'000'000)[1], 256);
}

TEST(Layout, FindsTheGroupOfARow) {
  const frame::Layout layout{.id = LayoutId(1), .cuts = frame::row_cuts(500'000, 2)};
  ASSERT_EQ(layout.groups(), 8);
  EXPECT_EQ(layout.group_of(0), GroupIndex(0));
  EXPECT_EQ(layout.group_of(65'536), GroupIndex(1));
  EXPECT_EQ(layout.group_of(499'999), GroupIndex(7));
}

}  // namespace

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

TEST(Layout, PlacesContiguousRunsEvenly) {
  const std::vector<NodeId> nodes = {NodeId(11), NodeId(12), NodeId(13)};
  const frame::Layout layout = frame::place(LayoutId(1), frame::row_cuts(500'000, 2), nodes);
  ASSERT_EQ(layout.groups(), 8);
  int changes = 0;
  for (std::size_t g = 1; g < layout.homes.size(); ++g)
    changes += layout.homes[g] != layout.homes[g - 1];
  EXPECT_EQ(changes, 2);
  EXPECT_EQ(layout.group_of(0), GroupIndex(0));
  EXPECT_EQ(layout.group_of(65'536), GroupIndex(1));
  EXPECT_EQ(layout.group_of(499'999), GroupIndex(7));
}

}  // namespace

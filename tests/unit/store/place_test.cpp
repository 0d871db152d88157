#include <neve/store/placement.hpp>

#include <gtest/gtest.h>

#include <algorithm>

#include <neve/base/error.hpp>

namespace {

using namespace neve;

std::vector<NodeId> members(int count) {
  std::vector<NodeId> ids;
  for (int i = 1; i <= count; ++i) ids.emplace_back(static_cast<std::uint64_t>(i));
  return ids;
}

/// Nodes of the tree over n blocks that together cover [first, last): at each place the largest
/// that begins there and does not reach behind `last`.
int subtrees(std::int64_t first, std::int64_t last, std::int64_t n) {
  int count = 0;
  while (first < last) {
    std::int64_t width = 1;
    while (first % (2 * width) == 0 && std::min(first + 2 * width, n) <= last &&
           first + width < n) {
      width *= 2;
    }
    first = std::min(first + width, n);
    ++count;
  }
  return count;
}

std::vector<std::int32_t> sizes(const store::Placement& placement) {
  std::vector<std::int32_t> all;
  for (const store::Run& run : placement.runs) {
    all.push_back(placement.end_of(run) - run.first_group);
  }
  return all;
}

TEST(Place, GivesEachMemberARunOfItsShareInOrder) {
  for (int nodes = 1; nodes <= 12; ++nodes) {
    for (std::int32_t groups = 1; groups <= 400; ++groups) {
      const store::Placement made = store::place(groups, members(nodes), 2);
      ASSERT_EQ(made.runs.front().first_group, 0);
      ASSERT_EQ(made.runs.size(), static_cast<std::size_t>(std::min(nodes, groups)));
      const std::vector<std::int32_t> all = sizes(made);
      const std::int32_t slack = made.usual_slack(static_cast<std::size_t>(nodes));
      ASSERT_LE(std::ranges::max(all), (groups + nodes - 1) / nodes + slack);
      ASSERT_GE(std::ranges::min(all), std::max(1, groups / nodes - slack));
      for (const store::Run& run : made.runs) {
        ASSERT_EQ(run.homes.size(), std::min<std::size_t>(2, static_cast<std::size_t>(nodes)));
      }
    }
  }
}

TEST(Place, RunsAreAFewSubtreesOfTheReduction) {
  for (int nodes = 2; nodes <= 12; ++nodes) {
    for (const std::int32_t groups : {16, 100, 511, 997, 1000, 4095, 15259, 20000}) {
      const store::Placement made = store::place(groups, members(nodes), 1);
      for (const store::Run& run : made.runs) {
        EXPECT_LE(subtrees(run.first_group, made.end_of(run), groups), 6)
            << groups << " groups on " << nodes << " nodes, from " << run.first_group;
      }
    }
  }
  EXPECT_EQ(sizes(store::place(20000, members(2), 1)), (std::vector<std::int32_t>{10240, 9760}));
}

}  // namespace

#include <neve/store/placement.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <neve/base/rng.hpp>

namespace neve::store {
namespace {

std::vector<NodeId> nodes(std::uint64_t count) {
  std::vector<NodeId> made;
  made.reserve(count);
  for (std::uint64_t id = 1; id <= count; ++id) made.emplace_back(id);
  return made;
}

/// Lets all copies that are on their way arrive, and goes on as the catalogue does, until nothing
/// changes any more. Returns the groups that were copied.
std::int32_t settle(Placement& placement, const std::vector<NodeId>& members, std::int32_t copies,
                    std::int32_t slack) {
  std::int32_t copied = 0;
  placement.fill(members, copies);
  placement.balance(members, slack);
  for (int round = 0; round < 1000; ++round) {
    const auto waiting = std::ranges::find_if(
        placement.runs, [](const store::Run& run) { return run.incoming.has_value(); });
    if (waiting == placement.runs.end()) return copied;
    const std::int32_t end = placement.end_of(*waiting);
    copied += end - waiting->first_group;
    EXPECT_TRUE(placement.arrived(waiting->first_group, end, *waiting->incoming, waiting->since));
    placement.fill(members, copies);
    placement.balance(members, slack);
  }
  ADD_FAILURE() << "it never comes to rest";
  return copied;
}

struct Loads {
  std::map<NodeId, int> held;
  std::map<NodeId, int> first;
};

Loads loads_of(const Placement& placement, const std::vector<NodeId>& members) {
  Loads loads;
  for (const NodeId member : members) loads.held[member] = loads.first[member] = 0;
  for (const store::Run& run : placement.runs) {
    const std::int32_t groups = placement.end_of(run) - run.first_group;
    for (const NodeId home : run.homes) loads.held[home] += groups;
    loads.first[run.homes.front()] += groups;
  }
  return loads;
}

int spread_of(const std::map<NodeId, int>& loads) {
  const auto [least, most] =
      std::ranges::minmax_element(loads, {}, [](const auto& entry) { return entry.second; });
  return most->second - least->second;
}

/// What must hold of every placement: no gaps, no node twice in a run, as many copies as wanted.
void check(const Placement& placement, std::size_t copies) {
  std::int32_t next = 0;
  for (const store::Run& run : placement.runs) {
    EXPECT_EQ(run.first_group, next);
    next = placement.end_of(run);
    EXPECT_LT(run.first_group, next);
    EXPECT_EQ(std::set<NodeId>(run.homes.begin(), run.homes.end()).size(), run.homes.size());
    EXPECT_EQ(run.homes.size(), copies);
  }
  EXPECT_EQ(next, placement.groups);
}

TEST(Placement, AMemberThatJoinsGetsItsShareAndNoMoreIsMovedThanThat) {
  Placement placement = place(100, nodes(2), 1);
  const auto members = nodes(3);
  EXPECT_EQ(settle(placement, members, 1, placement.usual_slack(3)), 33);
  check(placement, 1);
  EXPECT_LE(spread_of(loads_of(placement, members).held), 1);
}

TEST(Placement, CopiesAndWorkAreSharedOutEvenlyForAnyNumberOfMembers) {
  for (std::uint64_t before = 1; before <= 5; ++before) {
    for (std::uint64_t after = before + 1; after <= 7; ++after) {
      for (const std::int32_t copies : {1, 2, 3}) {
        Placement placement = place(60, nodes(before), copies);
        const auto members = nodes(after);
        settle(placement, members, copies, 0);
        check(placement, std::min<std::size_t>(members.size(), static_cast<std::size_t>(copies)));
        const Loads loads = loads_of(placement, members);
        EXPECT_LE(spread_of(loads.held), 1) << before << " to " << after << ", " << copies;
        EXPECT_LE(spread_of(loads.first), 2) << before << " to " << after << ", " << copies;
      }
    }
  }
}

TEST(Placement, AFreshOneNeedsNoEveningOut) {
  for (std::uint64_t count = 2; count <= 8; ++count) {
    for (const std::int32_t groups : {1, 2, 7, 8, 33, 100}) {
      for (const std::int32_t copies : {1, 2, 3}) {
        Placement placement = place(groups, nodes(count), copies);
        EXPECT_FALSE(placement.balance(nodes(count), placement.usual_slack(count)))
            << groups << " groups on " << count;
      }
    }
  }
}

TEST(Placement, TheFirstHomeChangesOnlyWhenTheCopyHasArrived) {
  Placement placement = place(10, nodes(1), 1);
  ASSERT_TRUE(placement.balance(nodes(2), 0));
  ASSERT_EQ(placement.runs.size(), 2U);
  EXPECT_EQ(placement.runs[1].homes, nodes(1));
  EXPECT_EQ(placement.runs[1].incoming, NodeId(2));
  EXPECT_FALSE(placement.balance(nodes(2), 0)) << "one step at a time";
  EXPECT_FALSE(placement.arrived(5, 9, NodeId(2), 0)) << "the run is longer than what has arrived";
  EXPECT_TRUE(placement.arrived(5, 10, NodeId(2), 0));
  EXPECT_EQ(placement.runs[1].homes, std::vector<NodeId>{NodeId(2)});
}

TEST(Placement, WhatArrivesForAnEarlierChoiceOfTheSameNodeDoesNotCount) {
  Placement placement = place(10, nodes(1), 1);
  placement.balance(nodes(2), 0);
  placement.commit(7);
  EXPECT_EQ(placement.runs[1].since, 7U);
  placement.fill(nodes(1), 1);  // it is to leave, and drops what it has fetched …
  placement.balance(nodes(1), 0);
  placement.commit(8);
  placement.balance(nodes(2), 0);  // … but stays
  placement.commit(9);
  EXPECT_FALSE(placement.arrived(5, 10, NodeId(2), 7));
  EXPECT_TRUE(placement.arrived(5, 10, NodeId(2), 9));
}

TEST(Placement, WhoseNewHomeDiesStaysWhereItWas) {
  Placement placement = place(10, nodes(1), 1);
  placement.balance(nodes(2), 0);
  placement.drop(NodeId(2));
  placement.fill(nodes(1), 1);
  placement.balance(nodes(1), 0);
  EXPECT_EQ(placement.home(GroupIndex(9)), NodeId(1));
  EXPECT_FALSE(placement.runs.back().incoming || placement.runs.back().leaving);
}

TEST(Placement, WhoseOtherHomeDiesKeepsTheOneThatWasToLeave) {
  Placement placement = place(10, nodes(2), 2);
  placement.balance(nodes(3), 0);
  const auto moving = std::ranges::find_if(
      placement.runs, [](const store::Run& run) { return run.leaving.has_value(); });
  ASSERT_NE(moving, placement.runs.end());
  const NodeId leaver = *moving->leaving;
  placement.drop(leaver == NodeId(1) ? NodeId(2) : NodeId(1));
  const std::int32_t end = placement.end_of(*moving);
  EXPECT_TRUE(placement.arrived(moving->first_group, end, *moving->incoming, moving->since));
  EXPECT_EQ(moving->homes, (std::vector<NodeId>{leaver, NodeId(3)}));
}

TEST(Placement, WhoseOldHomeDiesMeanwhileKeepsTheNewOne) {
  Placement placement = place(10, nodes(2), 2);
  const std::vector<NodeId> staying = {NodeId(2), NodeId(3)};
  placement.fill(staying, 2);  // node 1 drains
  EXPECT_EQ(placement.runs[0].leaving, NodeId(1));
  placement.drop(NodeId(1));
  EXPECT_TRUE(placement.arrived(0, placement.end_of(placement.runs[0]), NodeId(3), 0));
  EXPECT_EQ(placement.runs[0].homes, staying);
}

TEST(Placement, ADrainedMemberKeepsItsRowsUntilOthersHaveThem) {
  for (const std::int32_t copies : {1, 2}) {
    Placement placement = place(30, nodes(3), copies);
    const std::vector<NodeId> staying = {NodeId(1), NodeId(3)};
    placement.fill(staying, copies);
    for (const store::Run& run : placement.runs) EXPECT_EQ(run.homes.size(), copies) << "too early";
    settle(placement, staying, copies, placement.usual_slack(2));
    check(placement, static_cast<std::size_t>(copies));
    EXPECT_EQ(loads_of(placement, {}).held.count(NodeId(2)), 0U);
  }
}

TEST(Placement, WhereEnoughOthersHoldCopiesADrainedMemberIsLetGoAtOnce) {
  Placement placement = place(10, nodes(2), 2);
  EXPECT_TRUE(placement.fill(nodes(1), 2));
  for (const store::Run& run : placement.runs) EXPECT_EQ(run.homes, nodes(1));
}

/// Members come, drain and die at random, and some copies arrive in between.
TEST(Placement, NoOrderOfEventsLosesRowsThatSomebodyHolds) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const CounterRng rng(seed);
    std::uint64_t draw = 0;
    const auto below = [&](std::uint64_t bound) { return rng.below(draw++, bound); };
    std::vector<NodeId> members = nodes(3);
    std::uint64_t next = 4;
    Placement placement = place(40, members, 2);
    for (int step = 0; step < 60; ++step) {
      switch (below(4)) {
        case 0:
          if (members.size() < 7) members.emplace_back(next++);
          break;
        case 1:  // one drains; with two copies nothing may be lost
          if (members.size() > 2)
            members.erase(members.begin() + static_cast<int>(below(members.size())));
          break;
        default: {
          const store::Run& run = placement.runs[below(placement.runs.size())];
          if (run.incoming)
            placement.arrived(run.first_group, placement.end_of(run), *run.incoming, run.since);
        }
      }
      placement.fill(members, 2);
      placement.balance(members, placement.usual_slack(members.size()));
      for (const store::Run& run : placement.runs) {
        ASSERT_FALSE(run.homes.empty()) << "seed " << seed;
        ASSERT_TRUE(!run.incoming ||
                    std::ranges::find(run.homes, *run.incoming) == run.homes.end());
      }
    }
    settle(placement, members, 2, 0);
    check(placement, 2);
    EXPECT_LE(spread_of(loads_of(placement, members).held), 1) << "seed " << seed;
  }
}

}  // namespace
}  // namespace neve::store

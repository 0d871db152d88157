#include "grid/walk.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include <neve/base/error.hpp>

#include "grid/permutation.hpp"

namespace {

using namespace neve;
using namespace neve::grid;

std::string text_of(const schema::Form& point) {
  std::string text;
  for (const auto& [name, value] : point) text += name + value + " ";
  return text;
}

std::vector<std::string> all_of(const Walk& walk) {
  std::vector<std::string> all;
  for (std::uint64_t i = 0; i < walk.size(); ++i) all.push_back(text_of(walk.at(i)));
  return all;
}

const Space kTwoAxes{.axes = {{"a", {"1", "2"}}, {"b", {"x", "y", "z"}}}, .subspaces = {}};

TEST(Permutation, BringsEachNumberOnceWhateverItsSize) {
  for (std::uint64_t size = 1; size <= 300; ++size) {
    const Permutation order(size, 7);
    std::set<std::uint64_t> seen;
    for (std::uint64_t place = 0; place < size; ++place) {
      EXPECT_LT(order.at(place), size);
      seen.insert(order.at(place));
    }
    EXPECT_EQ(seen.size(), size);
  }
  const Permutation huge(std::uint64_t{1} << 62U, 7);
  EXPECT_NE(huge.at(0), huge.at(1));
}

/// Each of the 24 orders of four numbers comes for some seed, none of them much too often.
TEST(Permutation, OrdersAreSpreadOverSeeds) {
  std::map<std::vector<std::uint64_t>, int> times;
  constexpr int kSeeds = 4800;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const Permutation order(4, static_cast<std::uint64_t>(seed));
    ++times[{order.at(0), order.at(1), order.at(2), order.at(3)}];
  }
  EXPECT_EQ(times.size(), 24U);
  double chi_squared = 0;
  for (const auto& [order, count] : times) chi_squared += (count - 200.0) * (count - 200.0) / 200;
  EXPECT_LT(chi_squared, 49.7);  // 0.1 % of 23 degrees of freedom
}

TEST(Walk, CartesianTurnsTheFirstAxisFastest) {
  EXPECT_EQ(all_of(Walk(kTwoAxes, {})),
            (std::vector<std::string>{"a1 bx ", "a2 bx ", "a1 by ", "a2 by ", "a1 bz ", "a2 bz "}));
}

TEST(Walk, WithoutAxesHasOnePoint) {
  for (const Strategy strategy :
       {Strategy::cartesian, Strategy::random_discrete, Strategy::sequential}) {
    const Walk walk({}, {.strategy = strategy, .seed = 1});
    ASSERT_EQ(walk.size(), 1U);
    EXPECT_TRUE(walk.at(0).empty());
  }
}

TEST(Walk, SequentialGoesInStep) {
  const Space space{.axes = {{"a", {"1", "2"}}, {"b", {"x", "y"}}, {"c", {"0"}}}, .subspaces = {}};
  EXPECT_EQ(all_of(Walk(space, {.strategy = Strategy::sequential})),
            (std::vector<std::string>{"a1 bx c0 ", "a2 by c0 "}));
}

TEST(Walk, SubspacesComeInTurnWithTheCommonAxes) {
  const Space space{.axes = {{"a", {"1", "2"}}},
                    .subspaces = {{{"b", {"x", "y"}}}, {{"c", {"0"}}, {"d", {"5"}}}}};
  EXPECT_EQ(
      all_of(Walk(space, {})),
      (std::vector<std::string>{"a1 bx ", "a2 bx ", "a1 by ", "a2 by ", "a1 c0 d5 ", "a2 c0 d5 "}));
  EXPECT_EQ(space.names(), (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST(Walk, RandomDiscreteHasTheSamePointsInAnOrderOfItsSeed) {
  const auto walk = [](std::int64_t seed) {
    return all_of(Walk(kTwoAxes, {.strategy = Strategy::random_discrete, .seed = seed}));
  };
  const auto sorted = all_of(Walk(kTwoAxes, {}));
  const std::set<std::string> all(sorted.begin(), sorted.end());
  std::set<std::vector<std::string>> orders;
  for (std::int64_t seed = 0; seed < 20; ++seed) {
    const auto order = walk(seed);
    EXPECT_EQ(std::set<std::string>(order.begin(), order.end()), all);
    EXPECT_EQ(order, walk(seed));
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 15U);
}

TEST(Walk, FindsItsWayInSpacesThatNobodyCouldList) {
  Space space;
  for (int axis = 0; axis < 10; ++axis) {
    Axis made{"p" + std::to_string(axis), {}};
    for (int value = 0; value < 70; ++value) made.values.push_back(std::to_string(value));
    space.axes.push_back(made);
  }
  const Walk walk(space, {.strategy = Strategy::random_discrete, .seed = 3});
  EXPECT_EQ(walk.size(), 2'824'752'490'000'000'000U);
  std::set<std::string> points;
  for (std::uint64_t i = 0; i < 1000; ++i) points.insert(text_of(walk.at(i)));
  EXPECT_EQ(points.size(), 1000U);
  space.axes.push_back({"more", {"1", "2"}});
  EXPECT_THROW(Walk(space, {}), InputError);
}

}  // namespace

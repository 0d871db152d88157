#include "grid/proposals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace neve;
using namespace neve::grid;
using Point = Proposals::Point;

constexpr std::uint32_t kSide = 20;

std::vector<Axis> two_axes() {
  std::vector<Axis> axes{{"a", {}}, {"b", {}}};
  for (std::uint64_t i = 0; i < kSide; ++i) {
    for (Axis& axis : axes) axis.values.push_back(std::to_string(i));
  }
  return axes;
}

/// Least at (15, 4).
double bowl(const Point& point) {
  const double a = static_cast<double>(point[0]) - 15;
  const double b = static_cast<double>(point[1]) - 4;
  return a * a + b * b;
}

/// The points of a search whose results are all there as soon as they are asked for.
std::vector<Point> points_of(const Proposals& proposals, std::uint64_t count,
                             double (*result)(const Point&)) {
  std::vector<Point> points;
  std::vector<double> results;
  for (std::uint64_t place = 0; place < count; ++place) {
    points.push_back(proposals.at(points, results));
    results.push_back(result(points.back()));
  }
  return points;
}

TEST(Proposals, FindBetterPointsThanARandomWalk) {
  int better = 0;
  constexpr int kSeeds = 40;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const Proposals proposals(two_axes(), kSide * kSide, seed);
    const Permutation order(kSide * kSide, static_cast<std::uint64_t>(seed));
    double random = std::numeric_limits<double>::infinity();
    double learnt = random;
    for (const Point& point : points_of(proposals, 40, &bowl))
      learnt = std::min(learnt, bowl(point));
    for (std::uint64_t i = 0; i < 40; ++i) {
      const auto number = static_cast<std::uint32_t>(order.at(i));
      random = std::min(random, bowl({number % kSide, number / kSide}));
    }
    better += learnt < random ? 1 : 0;
    EXPECT_LE(learnt, 1) << seed;
  }
  EXPECT_GE(better, kSeeds * 3 / 4);
}

TEST(Proposals, BringEachPointOnceToTheLast) {
  const Proposals proposals({{"a", {"x", "y", "z"}}, {"b", {"1", "2", "3", "4", "5", "6", "7"}}},
                            21, 5);
  const auto points = points_of(proposals, 21, [](const Point& point) {
    return point[0] == 1 ? std::numeric_limits<double>::quiet_NaN() : 1.0 * point[1];
  });
  EXPECT_EQ(std::set<Point>(points.begin(), points.end()).size(), 21U);
  EXPECT_EQ(proposals.values({2, 6}), (schema::Form{{"a", "z"}, {"b", "7"}}));
}

/// Results of a point's own round, which may not be there yet, make no difference.
TEST(Proposals, AreMadeOfTheRoundsBeforeOnly) {
  const Proposals proposals(two_axes(), kSide * kSide, 3);
  const auto points = points_of(proposals, 40, &bowl);
  for (std::uint64_t place = 0; place < points.size(); ++place) {
    const std::uint64_t needed = Proposals::needed(place);
    ASSERT_LE(needed, place);
    EXPECT_GT(needed + Proposals::kRandom, place);
    std::vector<double> results;
    for (std::uint64_t i = 0; i < needed; ++i) results.push_back(bowl(points[i]));
    EXPECT_EQ(proposals.at(std::span(points).first(place), results), points[place]);
  }
}

}  // namespace

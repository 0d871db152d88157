#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>

#include <neve/base/rng.hpp>

#include "algos/aggregator/exemplars.hpp"
#include "algos/aggregator/radius_search.hpp"

namespace {

using namespace neve;
using algos::aggregator::ExemplarTable;
using algos::aggregator::Near;
using algos::aggregator::RadiusSearch;
using algos::points::Points;

/// Points of which every seventh number is missing where there are gaps, and some rows' all.
Points random_points(std::size_t count, std::size_t axes, std::size_t categories, bool gaps) {
  const CounterRng random(axes);
  Points points;
  points.axes = axes;
  points.categories = categories;
  points.resize(count);
  for (std::size_t i = 0; i < points.numbers.size(); ++i) {
    const bool missing = gaps && (random.below(2 * i + 1, 7) == 0 || i / axes % 11 == 3);
    points.numbers[i] = missing ? std::numeric_limits<double>::quiet_NaN() : random.uniform(2 * i);
  }
  for (std::size_t i = 0; i < points.codes.size(); ++i)
    points.codes[i] = static_cast<std::int32_t>(random.below(2 * i, 3)) - 1;
  return points;
}

/// The squared distance as it is defined; infinite where rows are never near.
double distance(const Points& points, std::size_t a, std::size_t b) {
  for (std::size_t c = 0; c < points.categories; ++c) {
    if (points.code(a)[c] != points.code(b)[c]) return std::numeric_limits<double>::infinity();
  }
  double sum = 0;
  std::size_t shared = 0;
  std::size_t there = 0;
  for (std::size_t j = 0; j < points.axes; ++j) {
    const double left = points.number(a)[j];
    const double right = points.number(b)[j];
    there += std::isnan(left) && std::isnan(right) ? 0U : 1U;
    if (std::isnan(left) || std::isnan(right)) continue;
    sum = std::fma(left - right, left - right, sum);
    ++shared;
  }
  if (shared == 0) return there == 0 ? 0 : std::numeric_limits<double>::infinity();
  return sum * (static_cast<double>(points.axes) / static_cast<double>(shared));
}

TEST(ExemplarTable, FindsWhatIsNear) {
  for (const auto& [axes, categories, gaps] : {std::tuple(1, 0, false),
                                               {3, 0, false},
                                               {3, 2, true},
                                               {40, 0, false},
                                               {40, 1, true},
                                               {0, 2, false}}) {
    const Points points = random_points(250, static_cast<std::size_t>(axes),
                                        static_cast<std::size_t>(categories), gaps);
    ExemplarTable table(points.axes);
    constexpr std::size_t kExemplars = 100;
    for (std::size_t e = 0; e < kExemplars; ++e) table.add(points.number(e), points.code(e));
    const double radius = 0.15 * axes;
    std::size_t near_ones = 0;
    for (std::size_t i = 0; i < points.count; ++i) {
      std::optional<Near> first;
      std::optional<Near> nearest;
      for (std::size_t e = 0; e < kExemplars; ++e) {
        const double squared = distance(points, i, e);
        const bool is_near = squared < radius || squared == 0;
        if (is_near && !first) first = Near{e, squared};
        if (is_near && (!nearest || squared < nearest->squared)) nearest = Near{e, squared};
      }
      const auto found_first = table.first_near(points.number(i), points.code(i), radius);
      const auto found = table.nearest(points.number(i), points.code(i), radius);
      ASSERT_EQ(found.has_value(), nearest.has_value()) << i;
      ASSERT_EQ(found_first.has_value(), first.has_value()) << i;
      if (!nearest) continue;
      ++near_ones;
      EXPECT_EQ(found->exemplar, nearest->exemplar) << i;
      EXPECT_EQ(found->squared, nearest->squared) << i;
      EXPECT_EQ(found_first->exemplar, first->exemplar) << i;
      EXPECT_EQ(found_first->squared, first->squared) << i;
    }
    EXPECT_GT(near_ones, 100U);
  }
}

/// How many exemplars a search comes to where a radius gives what `count` says.
template <class Count>
std::int64_t search(RadiusSearch search, const Count& count) {
  for (int pass = 0; pass < 100 && !search.done; ++pass) {
    const std::int64_t found = count(search.radius);
    if (found > search.most && !search.takes_any) {
      search.found_too_many();
    } else {
      search.found(found, 1);
    }
  }
  EXPECT_TRUE(search.done);
  return count(search.radius);
}

TEST(RadiusSearch, ComesWithinTheBounds) {
  const RadiusSearch begin{
      .least = 95, .most = 105, .most_repeats = 500, .high = 10, .radius = 0.8};
  const auto inverse = [](double radius) { return static_cast<std::int64_t>(30 / radius); };
  const std::int64_t count = search(begin, inverse);
  EXPECT_GE(count, 95);
  EXPECT_LE(count, 105);
  // Never so few.
  EXPECT_EQ(search(begin, [](double) { return std::int64_t{1000}; }), 1000);
  // A jump over what is wanted.
  const auto jump = [](double radius) { return radius < 0.25 ? std::int64_t{900} : 7; };
  const std::int64_t beside = search(begin, jump);
  EXPECT_TRUE(beside == 900 || beside == 7);
}

TEST(RadiusSearch, EndsWhereNoRadiusGivesMore) {
  RadiusSearch search{.least = 50, .most = 100, .most_repeats = 500, .high = 10, .radius = 1};
  search.found(3, 0.5);
  EXPECT_FALSE(search.done);
  search.found(3, 0);
  EXPECT_TRUE(search.done);
  RadiusSearch patient{.least = 50, .most = 100, .most_repeats = 4, .high = 10, .radius = 1};
  int passes = 0;
  for (; !patient.done; ++passes) patient.found(3, 0.5);
  EXPECT_EQ(passes, 5) << "the first one repeats nothing";
}

}  // namespace

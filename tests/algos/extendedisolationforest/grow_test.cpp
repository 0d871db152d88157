#include "algos/extendedisolationforest/grow.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>

#include <neve/base/rng.hpp>

#include "algos/extendedisolationforest/plane_scorer.hpp"

namespace {

using namespace neve;
using namespace neve::algos::extendedisolationforest;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// All rows of a table, given row after row.
PointRows sample_of(std::size_t columns, std::vector<double> values) {
  PointRows sample;
  sample.rows.resize(values.size() / columns);
  std::iota(sample.rows.begin(), sample.rows.end(), std::int64_t{0});
  sample.values = std::move(values);
  return sample;
}

PlaneTree grow_all(const GrowPlan& plan, std::int64_t number, const PointRows& sample) {
  std::vector<std::uint32_t> places(sample.rows.size());
  std::iota(places.begin(), places.end(), 0U);
  return grow(plan, number, sample, std::move(places));
}

TEST(MeanSearchLength, IsThatOfTheFormula) {
  EXPECT_EQ(mean_search_length(0), 0);
  EXPECT_EQ(mean_search_length(1), 0);
  EXPECT_EQ(mean_search_length(2), 1);
  EXPECT_NEAR(mean_search_length(256), 10.244770920119917, 1e-13);
}

/// In blocks of eight columns, of which some have no coordinate in a plane.
TEST(PlaneScorer, SaysWhatTheTreesSay) {
  constexpr std::size_t kColumns = 19;
  constexpr std::size_t kRows = 300;
  const std::vector<std::int32_t> levels(kColumns);
  const CounterRng random(5);
  std::vector<double> values;
  std::vector<std::vector<double>> columns(kColumns);
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t c = 0; c < kColumns; ++c) {
      const std::uint64_t at = row * kColumns + c;
      const double value = random.below(at, 9) == 0 ? kMissing : random.uniform(at) - 0.5;
      values.push_back(value);
      columns[c].push_back(value);
    }
  }
  const PointRows sample = sample_of(kColumns, std::move(values));
  model::ScoreBlock block;
  block.rows = kRows;
  block.codes.resize(kColumns);
  block.numbers.assign(columns.begin(), columns.end());
  for (const std::int32_t width : {1, 3, 19}) {
    const GrowPlan plan{.seed = 2, .max_depth = 9, .width = width, .columns = kColumns};
    std::vector<PlaneTree> trees;
    for (std::int64_t number = 0; number < 3; ++number)
      trees.push_back(grow_all(plan, number, sample));
    const PlaneScorer scorer(trees, levels);
    ASSERT_EQ(scorer.trees(), trees.size());
    std::vector<double> rows;
    scorer.read(block, rows);
    for (std::size_t t = 0; t < trees.size(); ++t) {
      std::vector<double> lengths(kRows, 0.5);
      scorer.add_lengths(t, rows, lengths);
      for (std::size_t i = 0; i < kRows; ++i)
        EXPECT_EQ(lengths[i], 0.5 + trees[t].length_of(&sample.values[i * kColumns]));
    }
  }
}

TEST(DepthLimit, IsTheLogarithmRoundedUp) {
  for (std::int64_t rows = 2; rows < 5'000; ++rows)
    EXPECT_EQ(depth_limit(rows),
              static_cast<std::int32_t>(std::ceil(std::log2(static_cast<double>(rows)) - 1e-9)))
        << rows;
}

TEST(PlaneTree, CoordinatesWithoutAValueAddNothing) {
  const std::vector<PlaneTree::Coordinate> plane = {{0, 1, 2}, {2, 0, -1}};
  const auto right = [&](double a, double b, double c) {
    const double row[] = {a, b, c};
    return PlaneTree::goes_right(plane, row);
  };
  EXPECT_FALSE(right(1, 9, 0));
  EXPECT_TRUE(right(1.5, 9, 0.5));
  EXPECT_FALSE(right(1.5, 9, 1));
  EXPECT_TRUE(right(kMissing, 9, -3));
  EXPECT_FALSE(right(kMissing, 9, 3));
  EXPECT_TRUE(right(2, kMissing, kMissing));
  EXPECT_FALSE(right(kMissing, 9, kMissing));
}

/// Points are uniform in the box of the rows, slopes normal, and columns all as likely.
TEST(PlaneTree, PlanesAreDrawnAsTheyShouldBe) {
  constexpr std::int64_t kTrees = 20'000;
  constexpr double kWide = 4.5;
  const PointRows sample = sample_of(3, {-1, 5, 0, 3, kMissing, 10, 1, 7, 4});
  for (const std::int32_t width : {1, 2, 3}) {
    const GrowPlan plan{.seed = 7, .max_depth = 2, .width = width, .columns = 3};
    std::vector<double> counts(3);
    std::vector<double> points(3);
    double slopes = 0;
    double squares = 0;
    double fourths = 0;
    for (std::int64_t tree = 0; tree < kTrees; ++tree) {
      const PlaneTree made = grow_all(plan, tree, sample);
      const auto plane = made.plane_of(made.nodes[0]);
      ASSERT_EQ(std::ssize(plane), width);
      for (std::size_t i = 0; i < plane.size(); ++i) {
        if (i > 0) {
          ASSERT_LT(plane[i - 1].column, plane[i].column);
        }
        const auto c = static_cast<std::size_t>(plane[i].column);
        const double low[] = {-1, 5, 0};
        const double high[] = {3, 7, 10};
        ++counts[c];
        points[c] += (plane[i].point - low[c]) / (high[c] - low[c]);
        ASSERT_TRUE(plane[i].point >= low[c] && plane[i].point <= high[c]);
        const double square = plane[i].slope * plane[i].slope;
        slopes += plane[i].slope;
        squares += square;
        fourths += square * square;
      }
    }
    const double share = width / 3.0;
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(counts[c] / kTrees, share,
                  kWide * std::sqrt(share * (1 - share) / kTrees) + 1e-12);
      EXPECT_NEAR(points[c] / counts[c], 0.5, kWide * std::sqrt(1 / (12 * counts[c])));
    }
    const double draws = static_cast<double>(kTrees) * width;
    EXPECT_NEAR(slopes / draws, 0, kWide / std::sqrt(draws));
    EXPECT_NEAR(squares / draws, 1, kWide * std::sqrt(2 / draws));
    EXPECT_NEAR(fourths / draws, 3, kWide * std::sqrt(96 / draws));
  }
}

/// Of the points 0, a and 1 on a line, the first plane parts 0 from the others with probability a.
TEST(PlaneTree, OfOneColumnIsAnIsolationTree) {
  constexpr double kMiddle = 0.3;
  constexpr std::int64_t kTrees = 20'000;
  const PointRows sample = sample_of(1, {0, kMiddle, 1});
  const GrowPlan plan{.seed = 11, .max_depth = depth_limit(3), .columns = 1};
  double alone = 0;
  for (std::int64_t tree = 0; tree < kTrees; ++tree) {
    const PlaneTree made = grow_all(plan, tree, sample);
    ASSERT_EQ(made.nodes.size(), 5U);
    const double length = made.length_of(&sample.values[0]);
    EXPECT_EQ(made.length_of(&sample.values[1]), 2);
    EXPECT_EQ(made.length_of(&sample.values[2]), 3 - length);
    alone += length == 1 ? 1 : 0;
  }
  EXPECT_NEAR(alone / kTrees, kMiddle, 4.5 * std::sqrt(kMiddle * (1 - kMiddle) / kTrees));
}

/// A plane of both columns through a uniform point of the unit square, of uniform direction, parts
/// two opposite corners with probability 1 - ln 2 / π: always where both slopes have one sign, and
/// with probability 1 - tan φ, φ uniform below π/4, where they have not.
TEST(PlaneTree, PartsOppositeCornersAsOftenAsGeometrySays) {
  constexpr std::int64_t kTrees = 40'000;
  const PointRows sample = sample_of(2, {0, 0, 1, 1});
  const GrowPlan plan{.seed = 5, .max_depth = 1, .width = 2, .columns = 2};
  double parted = 0;
  for (std::int64_t tree = 0; tree < kTrees; ++tree) {
    const PlaneTree made = grow_all(plan, tree, sample);
    ASSERT_EQ(made.nodes.size(), 3U);
    const bool alone = made.nodes[1].rows == 1;
    EXPECT_EQ(made.nodes[1].rows + made.nodes[2].rows, 2);
    // A leaf of both is as long as a search among two.
    EXPECT_EQ(made.length_of(&sample.values[0]), alone ? 1 : 2);
    parted += alone ? 1 : 0;
  }
  const double expected = 1 - std::numbers::ln2 / std::numbers::pi;
  EXPECT_NEAR(parted / kTrees, expected, 4.5 * std::sqrt(expected * (1 - expected) / kTrees));
}

/// Numbers with ties, codes and missing values.
PointRows mixed_sample(std::size_t rows) {
  const CounterRng random(8);
  std::vector<double> values;
  for (std::uint64_t i = 0; i < rows; ++i) {
    values.push_back(std::floor(20 * random.uniform(4 * i)));
    values.push_back(i % 5 == 0 ? kMissing : random.uniform(4 * i + 1) - 0.5);
    values.push_back(i % 7 == 0 ? kMissing : static_cast<double>(random.below(4 * i + 2, 40)));
    values.push_back(kMissing);
  }
  return sample_of(4, std::move(values));
}

TEST(PlaneTree, RowsEndWhereTheyWereGrownAndLeavesAreAloneOrAtTheBottom) {
  const PointRows sample = mixed_sample(200);
  for (const std::int32_t width : {1, 2, 4}) {
    for (std::int64_t number = 0; number < 20; ++number) {
      const GrowPlan plan{.seed = 1, .max_depth = depth_limit(200), .width = width, .columns = 4};
      const PlaneTree tree = grow_all(plan, number, sample);
      ASSERT_TRUE(tree.is_sound(4));
      EXPECT_FALSE(tree.is_sound(1));
      std::vector<std::int64_t> rows(tree.nodes.size());
      std::vector<std::int32_t> depths(tree.nodes.size());
      for (std::size_t row = 0; row < 200; ++row) {
        std::size_t at = 0;
        std::int32_t depth = 0;
        while (true) {
          ++rows[at];
          depths[at] = depth;
          const auto& node = tree.nodes[at];
          if (node.is_leaf()) break;
          double side = 0;
          for (const auto& along : tree.plane_of(node)) {
            const double x = sample.values[row * 4 + static_cast<std::size_t>(along.column)];
            if (!std::isnan(x)) side += (x - along.point) * along.slope;
          }
          at = static_cast<std::size_t>(node.left) + (side > 0 ? 1 : 0);
          ++depth;
        }
        EXPECT_EQ(tree.length_of(&sample.values[row * 4]), tree.nodes[at].length);
      }
      for (std::size_t at = 0; at < tree.nodes.size(); ++at) {
        const auto& node = tree.nodes[at];
        EXPECT_EQ(node.rows, rows[at]);
        if (!node.is_leaf()) {
          EXPECT_GT(node.rows, 1);
          continue;
        }
        EXPECT_TRUE(node.rows <= 1 || depths[at] == depth_limit(200));
        if (node.rows == 0) continue;
        EXPECT_EQ(node.length, depths[at] + mean_search_length(node.rows));
      }
    }
  }
}

TEST(PlaneTree, OfBrokenBytesIsNotSound) {
  const PointRows sample = mixed_sample(50);
  const PlaneTree tree = grow_all({.seed = 1, .max_depth = 6, .width = 2, .columns = 4}, 0, sample);
  ASSERT_TRUE(tree.is_sound(4));
  const auto broken = [&](const auto& damage) {
    PlaneTree made = tree;
    damage(made);
    return !made.is_sound(4);
  };
  EXPECT_TRUE(broken([](PlaneTree& t) { t.nodes.clear(); }));
  EXPECT_TRUE(broken([](PlaneTree& t) { t.width = 0; }));
  EXPECT_TRUE(broken([](PlaneTree& t) { t.nodes[2].left = 1; }));
  EXPECT_TRUE(broken([](PlaneTree& t) { t.nodes[0].left = 1 << 20; }));
  EXPECT_TRUE(broken([](PlaneTree& t) { t.nodes[0].plane = 1 << 20; }));
  EXPECT_TRUE(broken([](PlaneTree& t) { t.planes[0].column = 4; }));
  EXPECT_TRUE(broken([](PlaneTree& t) { t.planes[0].slope = kMissing; }));
  EXPECT_TRUE(broken([](PlaneTree& t) { t.nodes.back().length = -1; }));
}

}  // namespace

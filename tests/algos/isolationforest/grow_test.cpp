#include "algos/isolationforest/grow.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "algos/families/trees/compact_tree.hpp"

namespace {

using namespace neve;
using namespace neve::algos;
using namespace neve::algos::isolationforest;

/// A sample of all rows of these columns; NaN is missing, codes are as they are.
KeyRows sample_of(const std::vector<std::vector<double>>& columns,
                  const std::vector<std::int32_t>& levels) {
  const std::size_t rows = columns.front().size();
  trees::RowKeys keys;
  keys.reset(rows, columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (levels[c] == 0) {
      keys.set_numbers(c, columns[c]);
    } else {
      keys.set_codes(c, std::vector<std::int32_t>(columns[c].begin(), columns[c].end()), levels[c]);
    }
  }
  KeyRows sample;
  sample.rows.resize(rows);
  std::iota(sample.rows.begin(), sample.rows.end(), std::int64_t{0});
  sample.values.assign(keys.row(0), keys.row(0) + rows * columns.size());
  return sample;
}

std::vector<std::uint32_t> all_of(const KeyRows& sample) {
  std::vector<std::uint32_t> places(sample.rows.size());
  std::iota(places.begin(), places.end(), 0U);
  return places;
}

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

TEST(IsolationSample, IsOfDistinctRowsThatAreAllAsLikely) {
  constexpr std::int64_t kRows = 40;
  constexpr std::int64_t kTrees = 20'000;
  for (const std::int64_t size : {1, 13, 20, 33, 40}) {
    std::vector<double> taken(kRows);
    for (std::int64_t tree = 0; tree < kTrees; ++tree) {
      const auto rows = isolation::sampled_rows(5, tree, kRows, size);
      ASSERT_EQ(std::ssize(rows), size);
      ASSERT_TRUE(std::ranges::is_sorted(rows, std::less_equal()));
      ASSERT_TRUE(rows.front() >= 0 && rows.back() < kRows);
      for (const std::int64_t row : rows) ++taken[static_cast<std::size_t>(row)];
    }
    const double share = static_cast<double>(size) / kRows;
    const double deviation = std::sqrt(share * (1 - share) / kTrees);
    for (const double count : taken)
      EXPECT_NEAR(count / kTrees, share, 4.5 * deviation + 1e-12) << size;
  }
}

/// Of the points 0, a and 1, the first cut parts 0 from the others with probability a.
TEST(IsolationTree, ThresholdsAreUniformBetweenTheLeastAndTheLargestValue) {
  constexpr double kMiddle = 0.3;
  constexpr std::int64_t kTrees = 20'000;
  const KeyRows sample = sample_of({{0, kMiddle, 1}}, {0});
  const GrowPlan plan{.seed = 11, .levels = {0}};
  double first_alone = 0;
  double sum = 0;
  double squares = 0;
  for (std::int64_t tree = 0; tree < kTrees; ++tree) {
    const trees::Tree made = grow(plan, tree, sample, all_of(sample)).tree;
    ASSERT_EQ(made.nodes.size(), 5U);
    const auto threshold = static_cast<double>(made.nodes[0].threshold);
    ASSERT_TRUE(threshold > 0 && threshold <= 1);
    first_alone += threshold <= kMiddle ? 1 : 0;
    sum += threshold;
    squares += threshold * threshold;
    // Path lengths are tests less one.
    EXPECT_EQ(made.nodes[threshold <= kMiddle ? 1 : 2].value, 0.0F);
    EXPECT_EQ(made.nodes[4].value, 1.0F);
  }
  EXPECT_NEAR(first_alone / kTrees, kMiddle, 4.5 * std::sqrt(kMiddle * (1 - kMiddle) / kTrees));
  EXPECT_NEAR(sum / kTrees, 0.5, 4.5 * std::sqrt(1.0 / 12 / kTrees));
  EXPECT_NEAR(squares / kTrees, 1.0 / 3, 4.5 * std::sqrt(4.0 / 45 / kTrees));
}

TEST(IsolationTree, ColumnsThatVaryAreAllAsLikely) {
  constexpr std::int64_t kTrees = 9'000;
  const KeyRows sample = sample_of({{1, 2}, {7, 7}, {5, 6}, {0, 1}}, {0, 0, 0, 2});
  for (const std::int32_t tried : {1, 4}) {
    const GrowPlan plan{.seed = 3, .columns_per_split = tried, .levels = {0, 0, 0, 2}};
    std::vector<double> counts(4);
    for (std::int64_t tree = 0; tree < kTrees; ++tree) {
      const GrownTree made = grow(plan, tree, sample, all_of(sample));
      ++counts[static_cast<std::size_t>(made.tree.nodes[0].column)];
      for (std::size_t c = 0; c < 4; ++c)
        EXPECT_EQ(made.splits[c].count,
                  c == static_cast<std::size_t>(made.tree.nodes[0].column) ? 1 : 0);
    }
    const double deviation = std::sqrt(2.0 / 9 / kTrees);
    EXPECT_EQ(counts[1], 0);
    for (const std::size_t c : {0U, 2U, 3U})
      EXPECT_NEAR(counts[c] / kTrees, 1.0 / 3, 4.5 * deviation);
  }
}

/// Ways of a row through the tests as they are told, and what they must be like.
struct Walker {
  const trees::Tree& tree;
  const std::vector<std::vector<double>>& columns;
  std::map<std::int32_t, std::vector<std::size_t>> rows = {};  ///< by node
  void walk(std::size_t row) {
    std::int32_t at = 0;
    while (true) {
      rows[at].push_back(row);
      const auto& node = tree.nodes[static_cast<std::size_t>(at)];
      if (node.is_leaf()) return;
      at = node.left +
           (goes_right(node, columns[static_cast<std::size_t>(node.column)][row]) ? 1 : 0);
    }
  }
  [[nodiscard]] bool goes_right(const trees::Tree::Node& node, double value) const {
    if (node.set >= 0) {
      const auto& set = tree.sets[static_cast<std::size_t>(node.set)];
      return set.has(static_cast<std::size_t>(value < 0 ? set.levels : static_cast<int>(value)));
    }
    if (std::isnan(value)) return node.missing_right;
    return value >= static_cast<double>(node.threshold);
  }
};

/// Numbers with ties, an infinite one, missing ones, and levels.
std::vector<std::vector<double>> mixed_columns(std::size_t rows) {
  const CounterRng random(8);
  std::vector<std::vector<double>> columns(4);
  for (std::uint64_t i = 0; i < rows; ++i) {
    columns[0].push_back(std::floor(20 * random.uniform(4 * i)));
    columns[1].push_back(i % 5 == 0 ? kMissing : random.uniform(4 * i + 1) - 0.5);
    columns[2].push_back(i % 7 == 0 ? -1 : static_cast<double>(random.below(4 * i + 2, 40)));
    columns[3].push_back(i == 3 ? std::numeric_limits<double>::infinity() : kMissing);
  }
  return columns;
}

TEST(IsolationTree, EveryTestPartsItsRowsAndLeavesAreAloneEqualOrAtTheBottom) {
  const auto columns = mixed_columns(200);
  const std::vector<std::int32_t> levels = {0, 0, 40, 0};
  const KeyRows sample = sample_of(columns, levels);
  for (const std::int32_t depth : {0, 1, 3, 8}) {
    for (std::int64_t number = 0; number < 20; ++number) {
      const GrowPlan plan{.seed = 1, .max_depth = depth, .columns_per_split = 4, .levels = levels};
      const GrownTree grown = grow(plan, number, sample, all_of(sample));
      const trees::Tree& tree = grown.tree;
      EXPECT_TRUE(trees::CompactTree(tree).is_sound(levels));
      EXPECT_LE(tree.depth(), depth == 0 ? 200 : depth);
      Walker walker{tree, columns};
      for (std::size_t row = 0; row < 200; ++row) walker.walk(row);
      std::vector<std::int32_t> depths(tree.nodes.size());
      std::vector<ColumnSplits> splits(4);
      for (std::size_t at = 0; at < tree.nodes.size(); ++at) {
        const auto& node = tree.nodes[at];
        const auto& rows = walker.rows[static_cast<std::int32_t>(at)];
        ASSERT_FALSE(rows.empty());
        if (node.is_leaf()) {
          EXPECT_EQ(node.value, static_cast<float>(std::max(0, depths[at] - 1)));
          EXPECT_EQ(node.weight, static_cast<float>(rows.size()));
          const bool equal = std::ranges::all_of(columns, [&](const auto& column) {
            return std::ranges::all_of(rows, [&](std::size_t row) {
              return column[row] == column[rows[0]] ||
                     (std::isnan(column[row]) && std::isnan(column[rows[0]]));
            });
          });
          EXPECT_TRUE(rows.size() == 1 || equal || depths[at] == depth);
          continue;
        }
        for (const std::int32_t child : {node.left, node.left + 1})
          depths[static_cast<std::size_t>(child)] = depths[at] + 1;
        const double left = static_cast<double>(walker.rows[node.left].size());
        const double right = static_cast<double>(walker.rows[node.left + 1].size());
        splits[static_cast<std::size_t>(node.column)].add(
            {1, std::abs(left - right) / (left + right), depths[at] + 1});
      }
      for (std::size_t c = 0; c < 4; ++c) {
        EXPECT_EQ(grown.splits[c].count, splits[c].count);
        EXPECT_DOUBLE_EQ(grown.splits[c].ratios, splits[c].ratios);
        EXPECT_EQ(grown.splits[c].depths, splits[c].depths);
      }
    }
  }
}

TEST(IsolationTree, LeavesHaveTheRowsThatAreAskedFor) {
  const auto columns = mixed_columns(200);
  const std::vector<std::int32_t> levels = {0, 0, 40, 0};
  const KeyRows sample = sample_of(columns, levels);
  for (std::int64_t number = 0; number < 20; ++number) {
    const GrowPlan plan{
        .seed = 1, .max_depth = 0, .min_rows = 12, .columns_per_split = 4, .levels = levels};
    const trees::Tree tree = grow(plan, number, sample, all_of(sample)).tree;
    EXPECT_GT(tree.leaves(), 2);
    for (const auto& node : tree.nodes) {
      if (!node.is_leaf()) continue;
      EXPECT_GE(node.weight, 12.0F);
    }
  }
}

TEST(IsolationTree, ATreeUsesItsShareOfTheColumns) {
  const KeyRows sample = sample_of({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {1, 2, 3}}, {0, 0, 0, 0});
  const GrowPlan plan{.seed = 2,
                      .max_depth = 0,
                      .columns_per_split = 4,
                      .columns_per_tree = 0.5,
                      .levels = {0, 0, 0, 0}};
  std::set<std::set<std::int32_t>> seen;
  for (std::int64_t number = 0; number < 300; ++number) {
    const trees::Tree tree = grow(plan, number, sample, all_of(sample)).tree;
    std::set<std::int32_t> used;
    for (const auto& node : tree.nodes) {
      if (!node.is_leaf()) used.insert(node.column);
    }
    EXPECT_LE(used.size(), 2U);
    seen.insert(used);
  }
  // All pairs, and all single columns.
  EXPECT_EQ(seen.size(), 10U);
}

TEST(IsolationTree, OfEqualRowsIsALeaf) {
  const KeyRows sample = sample_of({{4, 4, 4}, {kMissing, kMissing, kMissing}}, {0, 0});
  const GrownTree made =
      grow({.seed = 1, .columns_per_split = 2, .levels = {0, 0}}, 0, sample, all_of(sample));
  ASSERT_EQ(made.tree.nodes.size(), 1U);
  EXPECT_EQ(made.tree.nodes[0].value, 0.0F);
}

}  // namespace

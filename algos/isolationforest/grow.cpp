#include "algos/isolationforest/grow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <neve/base/rng.hpp>

#include "algos/families/isolation/random_order.hpp"

namespace neve::algos::isolationforest {
namespace {

using isolation::RandomOrder;

constexpr std::uint64_t kTreeStream = 0x15F1'0000'0000'0000;

/// Streams of a node's own random numbers.
enum NodeStream : std::uint64_t { kColumns, kThresholds, kMissing, kLevels };

/// A test as it goes into the tree.
struct Test {
  std::int32_t column = -1;
  float threshold = 0;
  bool missing_right = false;
  std::optional<trees::Tree::LevelSet> set;
  [[nodiscard]] bool right(std::uint32_t key) const {
    if (set) return set->has(key);
    const trees::KeyTest test = trees::key_test(threshold, missing_right);
    return key + (test.missing_left ? 1 : 0) >= test.least;
  }
};

float float_of(std::uint32_t key) {
  return trees::threshold_of({.least = key, .missing_left = false});
}

/// A threshold above `least` and at most `largest`, both keys of numbers.
float draw_threshold(std::uint32_t least, std::uint32_t largest, double chance) {
  const auto largest_float = static_cast<double>(std::numeric_limits<float>::max());
  const auto number = [&](std::uint32_t key) {
    const auto value = static_cast<double>(float_of(key));
    return std::clamp(value, -largest_float, largest_float);
  };
  const double low = number(least);
  const auto drawn = static_cast<float>(low + chance * (number(largest) - low));
  return float_of(std::clamp(trees::key_of(drawn), least + 1, largest));
}

class Grower {
 public:
  Grower(const GrowPlan& plan, std::int64_t number, const KeyRows& sample,
         std::vector<std::uint32_t> rows)
      : plan_(plan),
        random_(plan.seed, kTreeStream + static_cast<std::uint64_t>(number)),
        sample_(sample),
        rows_(std::move(rows)) {
    made_.splits.resize(plan.levels.size());
    draw_columns();
  }

  /// Nodes are split in the order in which they are made.
  GrownTree grow() {
    nodes_.push_back({.begin = 0, .end = rows_.size(), .depth = 0});
    set_leaf(0);
    for (std::size_t at = 0; at < nodes_.size(); ++at) {
      if (const auto test = choose(at)) split(at, *test);
    }
    return std::move(made_);
  }

 private:
  struct Node {
    std::size_t begin = 0, end = 0;  ///< of rows_
    std::int32_t depth = 0;
    [[nodiscard]] auto rows() const { return static_cast<double>(end - begin); }
  };

  void draw_columns() {
    const std::size_t all = plan_.levels.size();
    const auto share = static_cast<std::size_t>(plan_.columns_per_tree * static_cast<double>(all));
    // The place before that of the root.
    RandomOrder order(all, CounterRng(random_.bits(0), kColumns));
    for (std::size_t left = std::max<std::size_t>(1, share); left > 0 && !order.ended(); --left)
      columns_.push_back(order.next());
    std::ranges::sort(columns_);
  }

  [[nodiscard]] std::uint32_t key(std::size_t row, std::size_t column) const {
    return sample_.values[rows_[row] * plan_.levels.size() + column];
  }

  [[nodiscard]] std::int32_t most_columns(std::int32_t depth) const {
    double most = plan_.columns_per_split;
    for (std::int32_t level = 0; level < depth; ++level) most *= plan_.columns_change_per_level;
    return std::max(
        1, static_cast<std::int32_t>(std::min(most, static_cast<double>(columns_.size()))));
  }

  /// The first test of the columns that may be tried which leaves enough rows on both sides.
  std::optional<Test> choose(std::size_t at) const {
    const Node& node = nodes_[at];
    if (plan_.max_depth > 0 && node.depth >= plan_.max_depth) return std::nullopt;
    if (node.rows() < 2 * plan_.min_rows || node.rows() < 2) return std::nullopt;
    const std::uint64_t own = random_.bits(at + 1);
    RandomOrder order(columns_.size(), CounterRng(own, kColumns));
    for (std::int32_t left = most_columns(node.depth); left > 0 && !order.ended();) {
      const std::size_t column = columns_[order.next()];
      auto test = plan_.levels[column] > 0 ? test_levels(node, column, own)
                                           : test_numbers(node, column, own);
      if (!test) continue;
      test->column = static_cast<std::int32_t>(column);
      if (leaves_enough(node, *test)) return test;
      --left;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool leaves_enough(const Node& node, const Test& test) const {
    const auto column = static_cast<std::size_t>(test.column);
    std::size_t right = 0;
    for (std::size_t row = node.begin; row < node.end; ++row)
      right += test.right(key(row, column)) ? 1 : 0;
    const auto of_right = static_cast<double>(right);
    return of_right >= plan_.min_rows && node.rows() - of_right >= plan_.min_rows;
  }

  static bool coin(std::uint64_t own, std::size_t column) {
    return (CounterRng(own, kMissing).bits(column) & 1U) != 0;
  }

  /// Nothing where the column is the same in all rows of the node.
  std::optional<Test> test_numbers(const Node& node, std::size_t column, std::uint64_t own) const {
    std::uint32_t least = trees::kMissingKey;
    std::uint32_t largest = 0;
    bool missing = false;
    for (std::size_t row = node.begin; row < node.end; ++row) {
      const std::uint32_t of_row = key(row, column);
      missing = missing || of_row == trees::kMissingKey;
      if (of_row == trees::kMissingKey) continue;
      least = std::min(least, of_row);
      largest = std::max(largest, of_row);
    }
    if (least < largest) {
      const double chance = CounterRng(own, kThresholds).uniform(column);
      return Test{.threshold = draw_threshold(least, largest, chance),
                  .missing_right = coin(own, column),
                  .set = {}};
    }
    if (!missing || least == trees::kMissingKey) return std::nullopt;
    return Test{
        .threshold = std::numeric_limits<float>::quiet_NaN(), .missing_right = true, .set = {}};
  }

  std::optional<Test> test_levels(const Node& node, std::size_t column, std::uint64_t own) const {
    const auto levels = static_cast<std::uint32_t>(plan_.levels[column]);
    const CounterRng order(CounterRng(own, kLevels).bits(column));
    double least = 2;
    double largest = -1;
    bool missing = false;
    for (std::size_t row = node.begin; row < node.end; ++row) {
      const std::uint32_t level = key(row, column);
      missing = missing || level == levels;
      if (level == levels) continue;
      least = std::min(least, order.uniform(level));
      largest = std::max(largest, order.uniform(level));
    }
    const bool varies = least < largest;
    if (!varies && (!missing || largest < 0)) return std::nullopt;
    const double chance = CounterRng(own, kThresholds).uniform(column);
    double from = least + chance * (largest - least);
    if (from <= least) from = largest;
    trees::Tree::LevelSet set{.levels = static_cast<std::int32_t>(levels), .right = {}};
    set.right.resize(trees::Tree::LevelSet::words(set.levels));
    const auto add = [&](std::uint32_t level) {
      set.right[level / trees::Tree::LevelSet::kBits] |= 1U << level % trees::Tree::LevelSet::kBits;
    };
    for (std::uint32_t level = 0; varies && level < levels; ++level) {
      if (order.uniform(level) >= from) add(level);
    }
    if (!varies || coin(own, column)) add(levels);
    return Test{.set = std::move(set)};
  }

  void set_leaf(std::size_t at) {
    trees::Tree::Node& leaf = made_.tree.nodes[at];
    leaf.value = static_cast<float>(std::max(0, nodes_[at].depth - 1));
    leaf.weight = static_cast<float>(nodes_[at].rows());
  }

  void split(std::size_t at, const Test& test) {
    const Node parent = nodes_[at];
    const auto column = static_cast<std::size_t>(test.column);
    const auto rows = rows_.begin();
    const auto begin = rows + static_cast<std::ptrdiff_t>(parent.begin);
    const auto end = rows + static_cast<std::ptrdiff_t>(parent.end);
    const std::size_t width = plan_.levels.size();
    const auto middle = std::stable_partition(begin, end, [&](std::uint32_t row) {
      return !test.right(sample_.values[row * width + column]);
    });
    const auto cut = static_cast<std::size_t>(middle - rows);
    trees::Tree::Node& node = made_.tree.nodes[at];
    node.left = static_cast<std::int32_t>(nodes_.size());
    node.column = test.column;
    node.threshold = test.threshold;
    node.missing_right = test.missing_right;
    node.value = 0;
    if (test.set) {
      node.set = static_cast<std::int32_t>(made_.tree.sets.size());
      made_.tree.sets.push_back(*test.set);
    }
    const double left = static_cast<double>(cut - parent.begin);
    const double right = static_cast<double>(parent.end - cut);
    made_.splits[column].add({.count = 1,
                              .ratios = std::abs(left - right) / (left + right),
                              .depths = parent.depth + 1});
    nodes_.push_back({parent.begin, cut, parent.depth + 1});
    nodes_.push_back({cut, parent.end, parent.depth + 1});
    made_.tree.nodes.resize(nodes_.size());
    set_leaf(nodes_.size() - 2);
    set_leaf(nodes_.size() - 1);
  }

  const GrowPlan& plan_;
  CounterRng random_;
  const KeyRows& sample_;
  std::vector<std::uint32_t> rows_;  ///< places in the sample, by node
  std::vector<std::size_t> columns_;
  std::vector<Node> nodes_;
  GrownTree made_;
};

}  // namespace

void ColumnSplits::add(const ColumnSplits& other) {
  count += other.count;
  ratios += other.ratios;
  depths += other.depths;
}

GrownTree grow(const GrowPlan& plan, std::int64_t number, const KeyRows& sample,
               std::vector<std::uint32_t> rows) {
  return Grower(plan, number, sample, std::move(rows)).grow();
}

}  // namespace neve::algos::isolationforest

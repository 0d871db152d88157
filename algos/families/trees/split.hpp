#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/families/trees/bins.hpp"
#include "algos/families/trees/fixed_point.hpp"
#include "algos/families/trees/partition.hpp"

namespace neve::algos::trees {

/// Between what the mean residual of a node's rows is taken to be, so that predictions rise or fall
/// with a column; in the search's units, target by weight.
struct MeanBounds {
  double least = -std::numeric_limits<double>::infinity();
  double largest = std::numeric_limits<double>::infinity();
  [[nodiscard]] bool binds() const { return *this != MeanBounds{}; }
  [[nodiscard]] double within(double mean) const { return std::clamp(mean, least, largest); }
  friend bool operator==(const MeanBounds&, const MeanBounds&) = default;
};

/// The bounds of the children of a node split at a column of this direction: the left ones keep to
/// one side of the middle between both means, the right ones to the other.
struct ChildBounds {
  MeanBounds left;
  MeanBounds right;
  ChildBounds(const MeanBounds& node, int direction, double left_mean, double right_mean);
  ChildBounds() = default;
};

/// What a split must fulfil.
struct SplitRules {
  double min_rows = 10;                 ///< Σ weight of either child
  double min_split_improvement = 1e-5;  ///< gain relative to the node's Σ weight · residual²
  bool around_mean = false;             ///< these residuals are taken from the node's own mean
  std::int32_t random_thresholds = 0;   ///< numbers: only that many drawn thresholds; 0 for all
  std::uint64_t seed = 0;               ///< of drawn thresholds
  double noise_price = 1;               ///< factor on what searches among levels are charged
  /// Per column: 1 where means may only rise with it, -1 where they may only fall. Empty for none.
  std::vector<std::int8_t> directions = {};
  [[nodiscard]] int direction(std::int32_t column) const {
    return directions.empty() ? 0 : directions[static_cast<std::size_t>(column)];
  }
};

/// A node as the driver sees it.
struct NodeView {
  std::int32_t id = 0;
  Sums total;
  double squares = 0;                   ///< Σ weight · residual²
  const std::int64_t* cells = nullptr;  ///< its histogram, where it has one
  MeanBounds bounds = {};
};

/// A bin of a column, and what the node's rows in it add up to.
struct BinSums {
  std::int32_t bin = 0;
  Sums sums;
};

/// The bins of a categorical column by mean target, of equal means the first bin first.
class LevelOrder {
 public:
  /// Sorts by means(), which are those of the bins; at most 2^16 of them.
  void sort();
  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  /// Which bin comes at `rank`, counted among those that were given.
  [[nodiscard]] std::size_t operator[](std::size_t rank) const { return keys_[rank] & kPlace; }
  std::vector<double>& means() { return means_; }

 private:
  static constexpr unsigned kPlaceBits = 16;
  static constexpr std::uint64_t kPlace = (1U << kPlaceBits) - 1;
  std::vector<double> means_;
  std::vector<std::uint64_t> keys_;  ///< the first bits of a mean, and its place
  std::vector<std::uint64_t> spare_;
};

/// Where a search finds the bins of a node, and room that it works in from column to column.
class NodeBins {
 public:
  virtual ~NodeBins() = default;
  /// The bins of the column that rows of the node are in, ascending; until the next reading.
  std::span<const BinSums> read(std::int32_t column) {
    bins_.clear();
    fill(column, bins_);
    return bins_;
  }
  LevelOrder& levels() { return levels_; }

 private:
  virtual void fill(std::int32_t column, std::vector<BinSums>& out) = 0;
  std::vector<BinSums> bins_;
  LevelOrder levels_;
};

/// The columns that a search looks at, one after the other: all of a list, or drawn from it without
/// replacement until enough of them vary in the node. A node where none of these has a split stays
/// a leaf, as in H2O-3: to look further makes larger trees that predict worse. A drawn list is put
/// back in order at the end.
class ColumnOrder {
 public:
  explicit ColumnOrder(std::span<std::int32_t> columns) : columns_(columns) {}
  /// Draws until `varying` columns varied.
  ColumnOrder(std::span<std::int32_t> columns, std::size_t varying, const CounterRng& random)
      : columns_(columns), varying_(varying), draws_(true), random_(random) {}
  ~ColumnOrder() { restart(); }
  ColumnOrder(const ColumnOrder&) = delete;
  ColumnOrder& operator=(const ColumnOrder&) = delete;
  /// The next column; -1 at the end. `varied`: whether the last one had more than one bin.
  std::int32_t next(bool varied);
  /// Begins anew, with the same columns.
  void restart();

 private:
  std::span<std::int32_t> columns_;
  std::size_t varying_ = 0;
  bool draws_ = false;
  CounterRng random_{0};
  std::size_t given_ = 0;
  std::size_t varied_ = 0;
  std::vector<std::uint32_t> swaps_;
};

/// The best split of a node. `gain` is the reduction of squared error, Tl²/Wl + Tr²/Wr - T²/W, in
/// the units of the residual.
struct FoundSplit {
  bool found = false;
  double gain = 0;
  NodeSplit test;  ///< without `left`
  Sums left;
  Sums right;
  ChildBounds bounds = {};
  [[nodiscard]] bool right_is_lighter() const { return right.weight < left.weight; }
};

/// Searches single columns of nodes for splits. Numbers: every threshold between occupied bins,
/// with missing values on either side. Categories: levels sorted by mean residual, split in two
/// runs, which holds the best of all subsets (Fisher 1958); of more than ten levels, rare ones are
/// taken for one, and the gain of the search from noise alone is charged for. What a node has no
/// example of goes the way of the heavier child. Children's means keep to the node's bounds, and to
/// the direction of the column but where only missing values are told apart. Pure; of equal gains
/// the first wins.
class SplitSearch {
 public:
  SplitSearch(const BinSpec& spec, const BinLayout& layout, const FixedPoint& form,
              const SplitRules& rules)
      : spec_(spec),
        layout_(layout),
        form_(form),
        rules_(rules),
        rest_unit_(1 / form.target.rest) {}
  /// From the node's histogram.
  [[nodiscard]] FoundSplit search(const NodeView& node, ColumnOrder& columns) const;
  [[nodiscard]] FoundSplit search(const NodeView& node, ColumnOrder& columns, NodeBins& bins) const;
  /// A SplitRules::noise_price for boosted trees of up to `leaves` leaves that begin with this
  /// root.
  [[nodiscard]] double noise_price(const NodeView& root, double leaves) const;
  /// Whether children of these sums could be heavy enough.
  [[nodiscard]] bool may_split(Sums total) const {
    return static_cast<double>(total.weight) >= 2 * rules_.min_rows * form_.weight_scale;
  }
  /// A sum of targets in whole units.
  [[nodiscard]] double units(TwoPartSum target) const {
    return static_cast<double>(target.whole) + static_cast<double>(target.rest) * rest_unit_;
  }
  /// T²/W, in units of the form.
  [[nodiscard]] double squared_mean(Sums total) const {
    const double target = units(total.target);
    return target * target / static_cast<double>(total.weight);
  }
  /// Sums of the whole node, from the cells of any one column that it histogrammed.
  [[nodiscard]] Sums total_of(const std::int64_t* cells, std::int32_t column) const;

 private:
  struct Candidate;
  /// Levels that a search takes for one.
  struct RareLevels {
    double below = 0;  ///< in weight, each of them
    Sums sums;         ///< of all of them
    [[nodiscard]] bool holds(const BinSums& level) const {
      return static_cast<double>(level.sums.weight) < below;
    }
  };
  /// Whether the search among levels costs.
  enum class Price : std::uint8_t { full, waived };
  /// What a search goes through.
  struct Material {
    const NodeView& node;
    ColumnOrder& columns;
    NodeBins& bins;
  };
  /// A column's occupied bins.
  struct Column {
    std::int32_t index = 0;
    std::span<const BinSums> bins;
  };
  [[nodiscard]] FoundSplit search(const Material& material, Price price) const;
  [[nodiscard]] bool has_few_levels(std::int32_t column) const;
  [[nodiscard]] RareLevels rare_levels(const NodeView& node, const Column& column) const;
  void sort_levels(std::span<const BinSums> bins, const RareLevels& rare, LevelOrder& levels) const;
  [[nodiscard]] double penalty_of(const NodeView& node, const Column& column,
                                  const RareLevels& rare, Price price) const;
  [[nodiscard]] double spread_of(const NodeView& node) const;
  [[nodiscard]] double score_of(const NodeView& node) const;
  [[nodiscard]] double gain_of(const NodeView& node, const Candidate& best) const;
  [[nodiscard]] bool is_worth(const NodeView& node, const Candidate& best) const;
  [[nodiscard]] double search_penalty(const NodeView& node, double levels, Price price) const;
  [[nodiscard]] static double equal_levels(const NodeView& node, const Column& column,
                                           const RareLevels& rare);
  void search_numbers(const NodeView& node, const Column& column, Candidate& best) const;
  void search_categories(const Material& material, const Column& column, Price price,
                         Candidate& best) const;
  [[nodiscard]] std::vector<std::uint8_t> draw_thresholds(const NodeView& node,
                                                          const Column& column) const;
  [[nodiscard]] bool tells_only_missing(const NodeSplit& test) const;
  [[nodiscard]] ChildBounds bounds_of_children(const NodeView& node, const FoundSplit& split) const;
  const BinSpec& spec_;
  const BinLayout& layout_;
  const FixedPoint& form_;
  const SplitRules& rules_;
  /// A T²/W of 1 in the units of the residual.
  [[nodiscard]] double square_unit() const {
    return form_.weight_scale / (form_.target.whole * form_.target.whole);
  }
  double rest_unit_;  ///< in whole units
};

}  // namespace neve::algos::trees

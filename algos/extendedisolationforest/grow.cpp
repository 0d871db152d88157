#include "algos/extendedisolationforest/grow.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include <neve/base/math.hpp>
#include <neve/base/rng.hpp>

#include "algos/families/isolation/random_order.hpp"

namespace neve::algos::extendedisolationforest {
namespace {

constexpr std::uint64_t kTreeStream = 0x15F2'0000'0000'0000;

/// Streams of a node's own random numbers.
enum NodeStream : std::uint64_t { kColumns, kPoints, kSlopes };

/// A draw from N(0, 1) (Box and Muller 1958).
double normal(const CounterRng& random, std::uint64_t index) {
  const double radius = std::sqrt(-2 * math::log(1 - random.uniform(2 * index)));
  return radius * math::cos(2 * std::numbers::pi * random.uniform(2 * index + 1));
}

class Grower {
 public:
  Grower(const GrowPlan& plan, std::int64_t number, const PointRows& sample,
         std::vector<std::uint32_t> rows)
      : plan_(plan),
        random_(plan.seed, kTreeStream + static_cast<std::uint64_t>(number)),
        sample_(sample),
        rows_(std::move(rows)) {
    made_.width = plan.width;
  }

  /// Nodes are split in the order in which they are made.
  PlaneTree grow() {
    add_leaf({.begin = 0, .end = rows_.size(), .depth = 0});
    for (std::size_t at = 0; at < ranges_.size(); ++at) {
      const Range range = ranges_[at];
      if (range.depth < plan_.max_depth && range.end - range.begin > 1) split(at, range);
    }
    return std::move(made_);
  }

 private:
  /// Where the rows of a node are.
  struct Range {
    std::size_t begin = 0, end = 0;  ///< of rows_
    std::int32_t depth = 0;
  };

  void add_leaf(const Range& range) {
    const auto rows = static_cast<std::int64_t>(range.end - range.begin);
    ranges_.push_back(range);
    made_.nodes.push_back({.rows = rows, .length = range.depth + mean_search_length(rows)});
  }

  [[nodiscard]] const double* point(std::uint32_t row) const {
    return sample_.values.data() + row * plan_.columns;
  }

  /// A point between the least and the largest value that the node's rows have in a column.
  [[nodiscard]] double draw_point(const Range& range, std::size_t column, double chance) const {
    double least = std::numeric_limits<double>::infinity();
    double largest = -least;
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const double value = point(rows_[i])[column];
      if (std::isnan(value)) continue;
      least = std::min(least, value);
      largest = std::max(largest, value);
    }
    if (largest < least) return 0;
    return std::min(largest, least + chance * (largest - least));
  }

  void draw_plane(std::size_t at, const Range& range) {
    const std::uint64_t own = random_.bits(at);
    isolation::RandomOrder order(plan_.columns, CounterRng(own, kColumns));
    std::vector<std::size_t> columns;
    columns.reserve(static_cast<std::size_t>(plan_.width));
    for (std::int32_t i = 0; i < plan_.width; ++i) columns.push_back(order.next());
    std::ranges::sort(columns);
    for (const std::size_t column : columns) {
      const double chance = CounterRng(own, kPoints).uniform(column);
      made_.planes.push_back({.column = static_cast<std::int32_t>(column),
                              .point = draw_point(range, column, chance),
                              .slope = normal(CounterRng(own, kSlopes), column)});
    }
  }

  void split(std::size_t at, const Range& range) {
    made_.nodes[at].plane = static_cast<std::int32_t>(made_.planes.size());
    made_.nodes[at].left = static_cast<std::int32_t>(made_.nodes.size());
    made_.nodes[at].length = 0;
    draw_plane(at, range);
    const auto plane = made_.plane_of(made_.nodes[at]);
    const auto first = rows_.begin();
    const auto middle = std::stable_partition(
        first + static_cast<std::ptrdiff_t>(range.begin),
        first + static_cast<std::ptrdiff_t>(range.end),
        [&](std::uint32_t row) { return !PlaneTree::goes_right(plane, point(row)); });
    const auto cut = static_cast<std::size_t>(middle - first);
    add_leaf({range.begin, cut, range.depth + 1});
    add_leaf({cut, range.end, range.depth + 1});
  }

  const GrowPlan& plan_;
  CounterRng random_;
  const PointRows& sample_;
  std::vector<std::uint32_t> rows_;  ///< places in the sample, by node
  std::vector<Range> ranges_;        ///< by node
  PlaneTree made_;
};

}  // namespace

std::int32_t depth_limit(std::int64_t sample_size) {
  return static_cast<std::int32_t>(std::bit_width(static_cast<std::uint64_t>(sample_size - 1)));
}

PlaneTree grow(const GrowPlan& plan, std::int64_t number, const PointRows& sample,
               std::vector<std::uint32_t> rows) {
  return Grower(plan, number, sample, std::move(rows)).grow();
}

}  // namespace neve::algos::extendedisolationforest

#include "algos/kmeans/seeds.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <neve/base/math.hpp>
#include <neve/base/rng.hpp>

#include "algos/families/points/distances.hpp"

namespace neve::algos::kmeans {
namespace {

using points::CenterTable;
using points::Points;

constexpr std::size_t kChunk = 1024;

/// Loops over a sample by chunks, which threads share; what chunks give is added up in their order.
class Chunks {
 public:
  Chunks(Pool& pool, std::size_t points) : pool_(pool), points_(points) {}
  [[nodiscard]] std::size_t count() const { return (points_ + kChunk - 1) / kChunk; }
  /// body(chunk, first point, number of points)
  void each(const std::function<void(std::size_t, std::size_t, std::size_t)>& body) const {
    pool_.for_each(count(), [&](std::size_t chunk) {
      const std::size_t first = chunk * kChunk;
      body(chunk, first, std::min(kChunk, points_ - first));
    });
  }

 private:
  Pool& pool_;
  std::size_t points_;
};

double sum_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// The place where the running sum of weights passes `target`; the last one of a positive weight
/// where rounding never lets it.
std::size_t pick_by(std::span<const double> weights, double target) {
  double so_far = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    so_far += weights[i];
    last = i;
    if (so_far > target) return i;
  }
  return last;
}

/// One try to choose centers, one after the other.
class Chooser {
 public:
  Chooser(const Sample& sample, const SeedOrder& order, std::uint64_t attempt)
      : sample_(sample),
        order_(order),
        chunks_(order.pool, sample.points.count),
        random_(order.seed, kSeedStream + attempt),
        nearest_(sample.points.count, std::numeric_limits<double>::infinity()),
        centers_(sample.points) {
    centers_.resize(0);
  }
  /// The next draw, in [0, 1).
  double draw() { return random_.uniform(draws_++); }
  Points random_points() {
    std::vector<double> weights = sample_.weights;
    while (centers_.count < order_.clusters) {
      const std::size_t at = pick_by(weights, draw() * sum_of(weights));
      centers_.add(sample_.points, at);
      weights[at] = 0;
    }
    return std::move(centers_);
  }
  Points plus_plus() {
    take(pick_by(sample_.weights, draw() * sum_of(sample_.weights)));
    const auto candidates =
        2 + static_cast<std::size_t>(math::log(static_cast<double>(order_.clusters)));
    while (centers_.count < order_.clusters) {
      check_cancelled();
      take(best_of(candidates));
    }
    return std::move(centers_);
  }
  Points furthest_first() {
    take(pick_by(sample_.weights, draw() * sum_of(sample_.weights)));
    while (centers_.count < order_.clusters) {
      check_cancelled();
      take(static_cast<std::size_t>(std::ranges::max_element(nearest_) - nearest_.begin()));
    }
    return std::move(centers_);
  }

 private:
  void check_cancelled() const {
    if (order_.token) order_.token->check();
  }
  /// Points of the sample that may become centers, and what would be left if each did.
  struct Candidates {
    std::vector<std::size_t> points;
    std::vector<double> nearest;  ///< by candidate and point
    std::vector<double> costs;
  };
  Candidates measure(std::vector<std::size_t> points) const {
    const std::size_t size = sample_.points.count;
    Points centers = sample_.points;
    centers.resize(0);
    for (const std::size_t at : points) centers.add(sample_.points, at);
    const CenterTable table(centers);
    Candidates made{.points = std::move(points), .nearest = {}, .costs = {}};
    const std::size_t count = made.points.size();
    made.nearest.resize(count * size);
    std::vector<double> costs(count * chunks_.count());
    chunks_.each([&](std::size_t chunk, std::size_t first, std::size_t rows) {
      std::vector<double> distances(rows * table.stride());
      table.measure(sample_.points, first, rows, distances);
      for (std::size_t c = 0; c < count; ++c) {
        double cost = 0;
        for (std::size_t i = 0; i < rows; ++i) {
          const double nearest = std::min(nearest_[first + i], distances[i * table.stride() + c]);
          made.nearest[c * size + first + i] = nearest;
          cost += sample_.weights[first + i] * nearest;
        }
        costs[c * chunks_.count() + chunk] = cost;
      }
    });
    for (std::size_t c = 0; c < count; ++c)
      made.costs.push_back(sum_of(std::span(costs).subspan(c * chunks_.count(), chunks_.count())));
    return made;
  }
  void take(std::size_t at) {
    nearest_ = std::move(measure({at}).nearest);
    centers_.add(sample_.points, at);
  }
  /// Of candidates drawn by squared distance the one that leaves least of it.
  std::size_t best_of(std::size_t candidates) {
    std::vector<double> weights(nearest_.size());
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = sample_.weights[i] * nearest_[i];
    const double all = sum_of(weights);
    std::vector<std::size_t> drawn;
    for (std::size_t c = 0; c < candidates; ++c) drawn.push_back(pick_by(weights, draw() * all));
    const Candidates measured = measure(drawn);
    const auto best = std::ranges::min_element(measured.costs) - measured.costs.begin();
    return measured.points[static_cast<std::size_t>(best)];
  }

  const Sample& sample_;
  const SeedOrder& order_;
  Chunks chunks_;
  CounterRng random_;
  std::uint64_t draws_ = 0;
  std::vector<double> nearest_;  ///< squared distances to the centers so far
  Points centers_;
};

/// Weighted sums of points by cluster.
struct WeightedTotals {
  std::vector<double> weights;
  std::vector<double> sums;                        ///< by cluster and axis
  std::vector<std::vector<double>> level_weights;  ///< by category: by cluster and level
  double cost = 0;
};

/// One of Lloyd's iterations over a sample; gives the cost before it.
class Refiner {
 public:
  Refiner(const Sample& sample, Pool& pool) : sample_(sample), chunks_(pool, sample.points.count) {
    const Points& points = sample.points;
    levels_.assign(points.categories, 1);
    for (std::size_t i = 0; i < points.count; ++i) {
      for (std::size_t l = 0; l < points.categories; ++l)
        levels_[l] = std::max(levels_[l], static_cast<std::size_t>(points.code(i)[l]) + 1);
    }
  }
  double iterate(Points& centers) const {
    const CenterTable table(centers);
    std::vector<WeightedTotals> parts(chunks_.count());
    chunks_.each([&](std::size_t chunk, std::size_t first, std::size_t rows) {
      parts[chunk] = totals(table, first, rows);
    });
    for (std::size_t p = 1; p < parts.size(); ++p) add(parts[0], parts[p]);
    move(parts[0], centers);
    return parts[0].cost;
  }

 private:
  [[nodiscard]] WeightedTotals totals(const CenterTable& table, std::size_t first,
                                      std::size_t rows) const {
    const Points& points = sample_.points;
    WeightedTotals made;
    made.weights.resize(table.count());
    made.sums.resize(table.count() * points.axes);
    for (const std::size_t levels : levels_)
      made.level_weights.emplace_back(table.count() * levels);
    std::vector<double> distances(rows * table.stride());
    table.measure(points, first, rows, distances);
    for (std::size_t i = 0; i < rows; ++i) {
      const auto nearest = points::nearest_of(
          std::span<const double>(distances).subspan(i * table.stride(), table.count()));
      const double weight = sample_.weights[first + i];
      made.cost += weight * nearest.squared;
      made.weights[nearest.center] += weight;
      const auto numbers = points.number(first + i);
      double* sums = made.sums.data() + nearest.center * points.axes;
      for (std::size_t j = 0; j < numbers.size(); ++j) sums[j] += weight * numbers[j];
      const auto codes = points.code(first + i);
      for (std::size_t l = 0; l < codes.size(); ++l)
        made.level_weights[l][nearest.center * levels_[l] + static_cast<std::size_t>(codes[l])] +=
            weight;
    }
    return made;
  }
  static void add(std::vector<double>& to, const std::vector<double>& more) {
    std::ranges::transform(to, more, to.begin(), std::plus<>());
  }
  static void add(WeightedTotals& to, const WeightedTotals& more) {
    add(to.weights, more.weights);
    add(to.sums, more.sums);
    for (std::size_t l = 0; l < to.level_weights.size(); ++l)
      add(to.level_weights[l], more.level_weights[l]);
    to.cost += more.cost;
  }
  void move(const WeightedTotals& totals, Points& centers) const {
    for (std::size_t c = 0; c < centers.count; ++c) {
      if (totals.weights[c] == 0) continue;
      const auto numbers = centers.number(c);
      for (std::size_t j = 0; j < numbers.size(); ++j)
        numbers[j] = totals.sums[c * numbers.size() + j] / totals.weights[c];
      for (std::size_t l = 0; l < levels_.size(); ++l) {
        const auto of_cluster =
            std::span(totals.level_weights[l]).subspan(c * levels_[l], levels_[l]);
        centers.code(c)[l] =
            static_cast<std::int32_t>(std::ranges::max_element(of_cluster) - of_cluster.begin());
      }
    }
  }
  const Sample& sample_;
  Chunks chunks_;
  std::vector<std::size_t> levels_;  ///< by category, of those that the sample has
};

/// Centers after a few iterations, until they hardly gain any more.
void refine(const Sample& sample, const SeedOrder& order, Points& centers) {
  constexpr int kMostIterations = 10;
  constexpr double kLeastGain = 1e-3;
  const Refiner refiner(sample, order.pool);
  double before = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kMostIterations; ++i) {
    if (order.token) order.token->check();
    const double cost = refiner.iterate(centers);
    if (!(before - cost > kLeastGain * cost)) break;
    before = cost;
  }
}

}  // namespace

double cost_of(Pool& pool, const Sample& sample, const points::Points& centers) {
  Points copy = centers;
  return Refiner(sample, pool).iterate(copy);
}

points::Points choose_centers(const Sample& sample, const SeedOrder& order) {
  if (order.init == Initialization::random) return Chooser(sample, order, 0).random_points();
  // A try costs k passes over the sample.
  constexpr std::size_t kManyClusters = 50;
  const std::uint64_t tries = order.clusters <= kManyClusters ? 4 : 1;
  Points best;
  double least = std::numeric_limits<double>::infinity();
  const auto consider = [&](Points centers) {
    refine(sample, order, centers);
    const double cost = cost_of(order.pool, sample, centers);
    if (best.count > 0 && !(cost < least)) return;
    least = cost;
    best = std::move(centers);
  };
  for (std::uint64_t t = 0; t < tries; ++t) consider(Chooser(sample, order, t).plus_plus());
  if (order.init == Initialization::furthest)
    consider(Chooser(sample, order, tries).furthest_first());
  return best;
}

}  // namespace neve::algos::kmeans

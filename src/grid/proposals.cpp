#include "grid/proposals.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include <neve/base/math.hpp>
#include <neve/base/rng.hpp>
#include <neve/schema/values.hpp>

namespace neve::grid {
namespace {

/// Whether the values are numbers, each larger than the one before, or each smaller.
bool is_ordered(const Axis& axis) {
  std::vector<double> numbers;
  for (const std::string& value : axis.values) {
    double number = 0;
    if (schema::read_double(number, value)) return false;
    numbers.push_back(number);
  }
  return std::ranges::is_sorted(numbers) || std::ranges::is_sorted(numbers, std::greater<>());
}

/// The place of a share of the whole weight.
std::uint32_t drawn(const std::vector<double>& weights, double share) {
  double left = share * std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return static_cast<std::uint32_t>(i);
  }
  return static_cast<std::uint32_t>(weights.size() - 1);
}

}  // namespace

/// Of the values of an axis: their weights among good results, and log(l / g).
struct Proposals::Odds {
  std::vector<double> good;
  std::vector<double> gain;
};

Proposals::Proposals(std::vector<Axis> axes, std::uint64_t points, std::int64_t seed)
    : axes_(std::move(axes)),
      seed_(static_cast<std::uint64_t>(seed)),
      order_(points, static_cast<std::uint64_t>(seed)) {
  for (const Axis& axis : axes_) has_order_.push_back(is_ordered(axis));
}

schema::Form Proposals::values(const Point& point) const {
  schema::Form form;
  for (std::size_t a = 0; a < axes_.size(); ++a)
    form.emplace_back(axes_[a].name, axes_[a].values.at(point.at(a)));
  return form;
}

Proposals::Point Proposals::random_point(std::uint64_t place) const {
  std::uint64_t rest = order_.at(place);
  Point point;
  for (const Axis& axis : axes_) {
    point.push_back(static_cast<std::uint32_t>(rest % axis.values.size()));
    rest /= axis.values.size();
  }
  return point;
}

std::vector<Proposals::Odds> Proposals::odds_of(std::span<const Point> points,
                                                std::span<const double> results) const {
  constexpr std::size_t kGoodShare = 4;
  constexpr double kPrior = 1;       // of all values of an axis together
  constexpr double kNeighbor = 0.5;  // of what a result gives to values beside its own
  std::vector<std::size_t> ranks(points.size());
  std::iota(ranks.begin(), ranks.end(), std::size_t{0});
  std::ranges::stable_sort(ranks, {}, [&](std::size_t i) {
    return std::isnan(results[i]) ? std::numeric_limits<double>::infinity() : results[i];
  });
  const std::size_t good = (points.size() + kGoodShare - 1) / kGoodShare;
  std::vector<Odds> all;
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    const std::size_t count = axes_[a].values.size();
    std::vector<double> l(count, kPrior / static_cast<double>(count));
    std::vector<double> g = l;
    for (std::size_t r = 0; r < ranks.size(); ++r) {
      const std::size_t value = points[ranks[r]][a];
      std::vector<double>& weights = r < good ? l : g;
      weights[value] += 1;
      if (!has_order_[a]) continue;
      if (value > 0) weights[value - 1] += kNeighbor;
      if (value + 1 < count) weights[value + 1] += kNeighbor;
    }
    const double sum_l = std::accumulate(l.begin(), l.end(), 0.0);
    const double sum_g = std::accumulate(g.begin(), g.end(), 0.0);
    Odds odds{.good = l, .gain = {}};
    for (std::size_t v = 0; v < count; ++v)
      odds.gain.push_back(math::log(l[v] / sum_l) - math::log(g[v] / sum_g));
    all.push_back(std::move(odds));
  }
  return all;
}

Proposals::Point Proposals::at(std::span<const Point> before,
                               std::span<const double> results) const {
  constexpr std::uint64_t kDraws = 24;
  const std::uint64_t place = before.size();
  if (place < kRandom) return random_point(place);
  const std::uint64_t known = needed(place);
  const std::vector<Odds> odds = odds_of(before.first(known), results.first(known));
  const auto is_new = [&](const Point& point) {
    return std::ranges::find(before, point) == before.end();
  };
  Point best;
  double best_gain = 0;
  const CounterRng random(seed_, place);
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    Point point;
    double gain = 0;
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      point.push_back(drawn(odds[a].good, random.uniform(draw * axes_.size() + a)));
      gain += odds[a].gain[point.back()];
    }
    if ((best.empty() || gain > best_gain) && is_new(point)) {
      best = std::move(point);
      best_gain = gain;
    }
  }
  // Where all that was drawn has been tried, the first of the random order that has not.
  for (std::uint64_t i = 0; best.empty(); ++i) {
    if (Point point = random_point(i); is_new(point)) best = std::move(point);
  }
  return best;
}

}  // namespace neve::grid

#include "algos/families/linear/quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <neve/base/error.hpp>

#include "algos/families/linear/lanes.hpp"

namespace neve::algos::linear {
namespace {

/// The state of a coordinate descent.
class Descent {
 public:
  Descent(const linalg::Symmetric& h, std::vector<double> rest, const Penalty& penalty,
          std::span<const double> start)
      : size_(rest.size()),
        h_(h),
        penalty_(penalty),
        b_(start.begin(), start.end()),
        rest_(std::move(rest)) {
    for (std::size_t j = 0; j < size_; ++j) {
      if (const double move = within(j, b_[j]) - b_[j]; move != 0) shift(j, move);
    }
  }

  std::vector<double> run() {
    constexpr int kMostRounds = 2000;
    constexpr int kSweepsPerRound = 5;
    Reached reached = Reached::lowest_in_play;
    double moved = 0;
    for (int round = 0; round < kMostRounds && reached != Reached::minimum; ++round) {
      // Those that are held stay so until a valley is left: it would go to and fro.
      if (reached != Reached::stop_in_valley) moved = sweep(true);
      for (int s = 1; s < kSweepsPerRound; ++s) sweep(false);
      reached = solve_in_play();
      if (moved == 0 && reached == Reached::lowest_in_play) break;
    }
    return b_;
  }

 private:
  [[nodiscard]] std::span<const double> column(std::size_t j) const {
    return h_.values().subspan(j * size_, size_);
  }
  [[nodiscard]] double diagonal(std::size_t j) const {
    return column(j)[j] + penalty_.curvature(j);
  }
  /// Moves one coefficient.
  void shift(std::size_t j, double by) {
    b_[j] += by;
    const double* h = column(j).data();
    for (std::size_t i = 0; i < size_; ++i) rest_[i] -= h[i] * by;
    rest_[j] -= penalty_.curvature(j) * by;
  }
  [[nodiscard]] double within(std::size_t j, double value) const {
    return std::clamp(value, penalty_.low(j), penalty_.high(j));
  }
  /// Neither at a kink nor at a bound.
  [[nodiscard]] bool in_play(std::size_t j, double value) const {
    if (value == 0 && penalty_.l1[j] > 0) return false;
    return value > penalty_.low(j) && value < penalty_.high(j);
  }
  [[nodiscard]] double best(std::size_t j) const {
    const double curvature = diagonal(j);
    if (!(curvature > 0)) return within(j, 0);
    const double pull = rest_[j] + curvature * b_[j];
    const double shrunk = std::max(0.0, std::fabs(pull) - penalty_.l1[j]);
    return within(j, std::copysign(shrunk, pull) / curvature);
  }
  /// Returns the largest move, in units of the objective's curvature; 0 where all of them are
  /// rounding.
  double sweep(bool all) {
    double most = 0;
    double largest = 0;
    for (std::size_t j = 0; j < size_; ++j) {
      if (!all && !in_play(j, b_[j])) continue;
      const double unit = std::sqrt(diagonal(j));
      largest = std::max(largest, std::fabs(b_[j]) * unit);
      const double move = best(j) - b_[j];
      if (move == 0) continue;
      shift(j, move);
      most = std::max(most, std::fabs(move) * unit);
    }
    constexpr double kRounding = 1e-14;
    return most > 1e-15 + kRounding * largest ? most : 0;
  }
  /// What a move that keeps signs lowers the objective by per unit.
  [[nodiscard]] double pull(std::size_t j) const {
    return rest_[j] - (b_[j] != 0 ? std::copysign(penalty_.l1[j], b_[j]) : 0);
  }
  enum class Reached {
    stop,            ///< a kink or bound before the lowest place over the coefficients in play
    stop_in_valley,  ///< the same where columns depend on each other
    lowest_in_play,  ///< that place, but coefficients that are held by kinks or bounds want to
                     ///< leave
    minimum,
  };
  /// Goes towards the minimum over the coefficients in play.
  Reached solve_in_play() {
    std::vector<std::size_t> moving;
    for (std::size_t j = 0; j < size_; ++j) {
      if (in_play(j, b_[j])) moving.push_back(j);
    }
    const linalg::Cholesky factor(curvature_of(moving));
    std::vector<double> right(moving.size());
    for (std::size_t k = 0; k < moving.size(); ++k) right[k] = pull(moving[k]);
    const bool dependent = factor.rank() < moving.size();
    if (walk({moving, factor.solve(right)}, 1)) {
      return dependent ? Reached::stop_in_valley : Reached::stop;
    }
    if (dependent && leave_valley(moving, factor)) return Reached::stop_in_valley;
    return is_minimum(dependent) ? Reached::minimum : Reached::lowest_in_play;
  }
  [[nodiscard]] linalg::Symmetric curvature_of(std::span<const std::size_t> moving) const {
    linalg::Symmetric part = linalg::pick(h_, moving);
    for (std::size_t k = 0; k < moving.size(); ++k) part.at(k, k) += penalty_.curvature(moving[k]);
    return part;
  }
  /// A direction: how much the coefficients in play move per unit, the others do not.
  struct Direction {
    std::span<const std::size_t> moving;
    std::vector<double> by;
  };
  /// Columns that depend on others make a valley whose floor is straight: it slopes by the kinks
  /// alone, down to where a coefficient is 0. Whether there was one to go down.
  bool leave_valley(const std::vector<std::size_t>& moving, const linalg::Cholesky& factor) {
    for (std::size_t k = 0; k < moving.size(); ++k) {
      if (std::ranges::binary_search(factor.kept(), k)) continue;
      std::vector<double> by(moving.size());
      for (std::size_t i = 0; i < moving.size(); ++i) by[i] = -column(moving[k])[moving[i]];
      by = factor.solve(by);
      by[k] = 1;
      if (walk_down({moving, std::move(by)})) return true;
    }
    return false;
  }
  /// Along a valley's floor, in the sense that the kinks slope down. Whether they do.
  bool walk_down(Direction along) {
    double slope = 0;
    double length = 0;
    double steepest = 0;
    for (std::size_t k = 0; k < along.moving.size(); ++k) {
      const std::size_t j = along.moving[k];
      slope += std::copysign(penalty_.l1[j], b_[j]) * along.by[k];
      length += std::fabs(along.by[k]);
      steepest = std::max(steepest, penalty_.l1[j]);
    }
    // A direction is known to rounding only.
    if (std::fabs(slope) <= kSlack * steepest * length) return false;
    if (slope > 0) {
      for (double& by : along.by) by = -by;
    }
    return slope_of(along) < 0 && walk(along, std::numeric_limits<double>::infinity());
  }
  [[nodiscard]] double slope_of(const Direction& along) const {
    double slope = 0;
    for (std::size_t k = 0; k < along.by.size(); ++k) slope -= pull(along.moving[k]) * along.by[k];
    return slope;
  }
  /// Goes to the lowest place of a line, `most` units away at most. Returns whether a kink or bound
  /// was met.
  bool walk(const Direction& along, double most) {
    const std::vector<double> change = curved(along);
    double curvature = 0;
    for (std::size_t k = 0; k < along.moving.size(); ++k) {
      curvature += along.by[k] * change[along.moving[k]];
    }
    const Stop stop = lowest(along, std::max(curvature, 0.0), most);
    if (std::isinf(stop.distance)) return false;
    for (std::size_t k = 0; k < along.moving.size(); ++k) {
      b_[along.moving[k]] += stop.distance * along.by[k];
    }
    for (std::size_t i = 0; i < size_; ++i) rest_[i] -= stop.distance * change[i];
    if (!stop.at) return stop.crossed;
    b_[*stop.at] = stop.value;
    return true;
  }
  /// The objective's second derivative times a direction.
  [[nodiscard]] std::vector<double> curved(const Direction& along) const {
    std::vector<double> change(size_, 0.0);
    for (std::size_t k = 0; k < along.moving.size(); ++k) {
      const std::size_t j = along.moving[k];
      const double* h = column(j).data();
      for (std::size_t i = 0; i < size_; ++i) change[i] += h[i] * along.by[k];
      change[j] += penalty_.curvature(j) * along.by[k];
    }
    return change;
  }
  /// Where the coefficient moving[k] changes its sign.
  struct Kink {
    double distance;
    std::size_t k;
  };
  /// Where a walk ends: `at` is the coefficient whose kink or bound it ends at, with its value
  /// there.
  struct Stop {
    double distance;
    std::optional<std::size_t> at;
    double value = 0;
    bool crossed = false;  ///< went over kinks
  };
  /// The lowest place of the line: its slope rises by the curvature, and at the kink of each
  /// coefficient that changes its sign.
  [[nodiscard]] Stop lowest(const Direction& along, double curvature, double most) const {
    std::vector<Kink> kinks;
    Stop bound{most, std::nullopt};
    for (std::size_t k = 0; k < along.moving.size(); ++k) {
      const std::size_t j = along.moving[k];
      const double by = along.by[k];
      if (by == 0) continue;
      const double zero = -b_[j] / by;
      if (penalty_.l1[j] > 0 && zero > 0 && zero < most) kinks.push_back({zero, k});
      const double edge = by > 0 ? penalty_.high(j) : penalty_.low(j);
      const double distance = (edge - b_[j]) / by;
      if (distance < bound.distance) bound = {distance, j, edge};
    }
    std::ranges::sort(kinks, [](const Kink& a, const Kink& b) {
      return a.distance != b.distance ? a.distance < b.distance : a.k < b.k;
    });
    double slope = slope_of(along);
    bool crossed = false;
    for (const Kink& kink : kinks) {
      if (kink.distance >= bound.distance || slope + curvature * kink.distance >= 0) break;
      const std::size_t j = along.moving[kink.k];
      slope += 2 * penalty_.l1[j] * std::fabs(along.by[kink.k]);
      if (slope + curvature * kink.distance >= 0) return {kink.distance, j, 0, true};
      crossed = true;
    }
    // Without kinks a step of a solve is exactly one.
    const double distance = crossed || std::isinf(most) ? -slope / curvature : most;
    if (!(distance < bound.distance)) {
      bound.crossed = crossed;
      return bound;
    }
    return {distance, std::nullopt, 0, crossed};
  }
  /// Whether no coefficient that is held by a kink or bound wants to leave it, nor any at all wants
  /// to move where some were left out as dependent.
  [[nodiscard]] bool is_minimum(bool any_left_out) const {
    const double rounding = slope_rounding();
    for (std::size_t j = 0; j < size_; ++j) {
      if (!any_left_out && in_play(j, b_[j])) continue;
      const double size = std::fabs(rest_[j]) + diagonal(j) * std::fabs(b_[j]);
      const double slack = kSlack * (penalty_.l1[j] + size) + rounding;
      if (std::fabs(penalty_.steepest(j, b_[j], -rest_[j])) > slack) return false;
    }
    return true;
  }
  /// What rounding leaves unknown of a slope, a sum over all coefficients.
  [[nodiscard]] double slope_rounding() const {
    double largest = 0;
    for (std::size_t j = 0; j < size_; ++j) {
      largest = std::max(largest, diagonal(j) * std::fabs(b_[j]));
    }
    constexpr double kParts = 8;
    return kParts * std::numeric_limits<double>::epsilon() * std::sqrt(static_cast<double>(size_)) *
           largest;
  }

  /// Slopes are known to so much of what they are the sums of.
  static constexpr double kSlack = 1e-9;

  std::size_t size_;
  const linalg::Symmetric& h_;
  const Penalty& penalty_;
  std::vector<double> b_;
  std::vector<double> rest_;  ///< minus the gradient of all but the kinks
};

}  // namespace

void mirror(linalg::Symmetric& h) {
  constexpr std::size_t kTile = 32;
  for (std::size_t tile = 0; tile < h.size(); tile += kTile) {
    for (std::size_t i = tile; i < h.size(); ++i) {
      for (std::size_t j = tile; j < std::min(tile + kTile, i); ++j) h.at(j, i) = h.at(i, j);
    }
  }
}

std::vector<double> times(const linalg::Symmetric& h, std::span<const double> b) {
  std::vector<double> product(b.size(), 0.0);
  for (std::size_t j = 0; j < b.size(); ++j) {
    if (b[j] == 0) continue;
    const double* column = h.values().data() + j * b.size();
    for (std::size_t i = 0; i < b.size(); ++i) product[i] += column[i] * b[j];
  }
  return product;
}

std::vector<double> minimise_quadratic(const linalg::Symmetric& h, std::vector<double> rest,
                                       const Penalty& penalty, const std::vector<double>& start) {
  const std::size_t n = h.size();
  NEVE_CHECK(rest.size() == n && start.size() == n && penalty.l1.size() == n);
  return Descent(h, std::move(rest), penalty, start).run();
}

}  // namespace neve::algos::linear

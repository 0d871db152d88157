#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/grid/grid.hpp>

#include "grid/permutation.hpp"

namespace neve::grid {

/// The points of a space in an order that depends on what came of earlier ones: the tree-structured
/// Parzen estimator (J. Bergstra, R. Bardenet, Y. Bengio, B. Kégl, Algorithms for Hyper-Parameter
/// Optimization, 2011) over lists of values. For each axis, values of the best quarter of the
/// results and those of the others make two distributions, l and g; of some points drawn from l the
/// one with the largest l / g comes next. Numbers lend weight to the values beside them.
///
/// A point is a function of the seed, of its place, and of the results of the rounds before its
/// own, so that all points of a round may be tried at once. Each point comes once.
class Proposals {
 public:
  /// The numbers of an axis' values, axis by axis.
  using Point = std::vector<std::uint32_t>;
  static constexpr std::uint64_t kRound = 4;    ///< points that are made of the same results
  static constexpr std::uint64_t kRandom = 12;  ///< points at the beginning, made of none

  /// The space is checked and has no subspaces; `points` is its size.
  Proposals(std::vector<Axis> axes, std::uint64_t points, std::int64_t seed);
  /// How many results there must be before the point of a place can be made.
  static std::uint64_t needed(std::uint64_t place) {
    return place < kRandom ? 0 : place / kRound * kRound;
  }
  /// `before` has the points of all places before this one, `results` what came of the first of
  /// them, needed() at least: the less the better, NaN where there is no model.
  [[nodiscard]] Point at(std::span<const Point> before, std::span<const double> results) const;
  [[nodiscard]] schema::Form values(const Point& point) const;

 private:
  struct Odds;
  [[nodiscard]] Point random_point(std::uint64_t place) const;
  [[nodiscard]] std::vector<Odds> odds_of(std::span<const Point> points,
                                          std::span<const double> results) const;
  std::vector<Axis> axes_;
  std::vector<bool> has_order_;  ///< whose values are numbers that rise or fall
  std::uint64_t seed_;
  Permutation order_;
};

}  // namespace neve::grid

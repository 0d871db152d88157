#pragma once

#include <span>
#include <vector>

namespace neve::algos::linear {

/// The elastic net (Zou and Hastie 2005), coefficient by coefficient, with bounds and pulls towards
/// given values. All on centred and scaled columns.
struct Penalty {
  std::vector<double> l1;          ///< of |beta|; 0 for the intercept
  std::vector<double> l2;          ///< of beta² / 2
  std::vector<double> lower = {};  ///< bounds; both empty where there are none
  std::vector<double> upper = {};
  std::vector<double> towards = {};  ///< with `pull` of (beta - towards)² / 2; both empty without
  std::vector<double> pull = {};

  [[nodiscard]] bool bounded() const { return !lower.empty(); }
  [[nodiscard]] double low(std::size_t j) const;
  [[nodiscard]] double high(std::size_t j) const;
  /// No kinks and no bounds.
  [[nodiscard]] bool smooth() const;
  [[nodiscard]] double of(std::span<const double> beta) const;
  /// The derivative of the parts that are squares, by beta j.
  [[nodiscard]] double slope(std::size_t j, double beta) const {
    return l2[j] * beta + (pull.empty() ? 0 : pull[j] * (beta - towards[j]));
  }
  /// The steepest one-sided slope of the objective by beta j, where `gradient` is that of all but
  /// the kinks; 0 where the objective rises on both sides, or a bound is met.
  [[nodiscard]] double steepest(std::size_t j, double beta, double gradient) const;
  /// The second derivative of those.
  [[nodiscard]] double curvature(std::size_t j) const {
    return l2[j] + (pull.empty() ? 0 : pull[j]);
  }
};

}  // namespace neve::algos::linear

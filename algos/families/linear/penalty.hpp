#pragma once

#include <span>
#include <vector>

#include <neve/linalg/symmetric.hpp>

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
  /// The second derivative of those.
  [[nodiscard]] double curvature(std::size_t j) const {
    return l2[j] + (pull.empty() ? 0 : pull[j]);
  }
};

/// Minimises b'Hb/2 - c'b + sum of l1 |b| within the bounds over b (from b = `start`): coordinate
/// descent (Friedman, Hastie, Tibshirani 2010) finds signs and the bounds that hold, a Cholesky
/// solve over the coefficients in play then gives the exact answer. H holds the squares' curvature.
std::vector<double> minimise_quadratic(const linalg::Symmetric& h, std::span<const double> c,
                                       const Penalty& penalty, std::span<const double> start);

}  // namespace neve::algos::linear

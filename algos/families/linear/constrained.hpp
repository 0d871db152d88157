#pragma once

#include <span>
#include <vector>

#include <neve/linalg/symmetric.hpp>

namespace neve::algos::linear {

/// rows[i] · beta is limits[i] for the first `equalities`, and at most that for the others.
struct LinearConstraints {
  std::vector<std::vector<double>> rows;
  std::vector<double> limits;
  std::size_t equalities = 0;

  /// By how much constraint i is off at beta: rows[i] · beta - limits[i].
  [[nodiscard]] double excess(std::size_t i, std::span<const double> beta) const;
  /// By how much the worst one is not met.
  [[nodiscard]] double violation(std::span<const double> beta) const;
};

/// How an augmented Lagrangian grows, by the names of Bierlaire, Optimization: Principles and
/// Algorithms, 2018, algorithm 19.1: penalty c0, grown by tau; tolerance eta0 / c0^alpha, shrunk by
/// c^beta.
struct Augmentation {
  double c0 = 10;
  double tau = 10;
  double eta0 = 0.1258925;
  double alpha = 0.1;
  double beta = 0.9;
};

/// Minimises b'Hb/2 - c'b over the b that meet the constraints: an augmented Lagrangian (Nocedal
/// and Wright, Numerical Optimization, 2nd ed. 2006, section 17.4) finds which of them hold with
/// equality, from which the exact answer follows (their section 16.2). Where no b meets all, the
/// answer does not.
std::vector<double> minimise_constrained(const linalg::Symmetric& h, std::span<const double> c,
                                         const LinearConstraints& constraints,
                                         const Augmentation& augmentation);

/// The point nearest to `from` that meets the constraints, if there is any.
std::vector<double> nearest(const LinearConstraints& constraints, std::span<const double> from,
                            const Augmentation& augmentation);

/// Constraints that follow from others up to their limits.
std::vector<std::size_t> redundant(const LinearConstraints& constraints);

}  // namespace neve::algos::linear

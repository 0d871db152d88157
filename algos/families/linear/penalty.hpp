#pragma once

#include <span>
#include <vector>

#include <neve/linalg/symmetric.hpp>

namespace neve::algos::linear {

/// The elastic net (Zou and Hastie 2005), coefficient by coefficient, and a bound at zero. All on
/// centred and scaled columns.
struct Penalty {
  std::vector<double> l1;     ///< of |beta|; 0 for the intercept
  std::vector<double> l2;     ///< of beta² / 2
  bool non_negative = false;  ///< for all but the intercept

  [[nodiscard]] bool smooth() const;
  [[nodiscard]] double of(std::span<const double> beta) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(l1, l2, non_negative);
  }
};

/// Minimises b'Hb/2 - c'b + sum of l1 |b| over b (from b = `start`; b >= 0 where asked for):
/// coordinate descent (Friedman, Hastie, Tibshirani 2010) finds the signs, a Cholesky solve over
/// the coefficients in play then gives the exact answer. The last coefficient is the intercept
/// where `free_last`.
std::vector<double> minimise_quadratic(const linalg::Symmetric& h, std::span<const double> c,
                                       const Penalty& penalty, std::span<const double> start,
                                       bool free_last);

}  // namespace neve::algos::linear

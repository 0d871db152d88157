#pragma once

#include <cstdint>
#include <vector>

#include <neve/linalg/symmetric.hpp>

#include "algos/families/linear/design.hpp"

namespace neve::algos::linear {

/// Covariance of the raw coefficients (order of the design, intercept last), from the inverse of
/// X'WX over scaled columns times the dispersion. Left-out coefficients have NaN.
linalg::Symmetric raw_covariance(const Design& design, const linalg::Cholesky& information,
                                 double dispersion);

/// Newton's method: from where, and until a step is less than this share (it is taken), or so many.
struct ShapeSteps {
  double start = 1;
  double step = 1e-4;
  int most = 3000;
};
/// The most likely shape of gamma rows whose mean deviance is this: log(shape) - digamma(shape) is
/// half of it.
double gamma_shape(double mean_deviance, const ShapeSteps& steps);

/// P(|Z| >= |z|) of a standard normal Z.
double two_sided_normal(double z);
/// P(|T| >= |t|) of Student's T, by the incomplete beta function's continued fraction
/// (DLMF 8.17.22).
double two_sided_t(double t, double degrees_of_freedom);

}  // namespace neve::algos::linear

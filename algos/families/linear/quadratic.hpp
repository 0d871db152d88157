#pragma once

#include <span>
#include <vector>

#include <neve/linalg/symmetric.hpp>

#include "algos/families/linear/penalty.hpp"

namespace neve::algos::linear {

/// Copies the lower triangle to the upper one, as the functions below want it.
void mirror(linalg::Symmetric& h);

/// H b.
std::vector<double> times(const linalg::Symmetric& h, std::span<const double> b);

/// Minimises b'Hb/2 - c'b + penalty within the bounds over b, where c - H b less the penalty's
/// slope is `rest` at b = `start`: coordinate descent (Friedman, Hastie, Tibshirani 2010) finds
/// signs and the bounds that hold, solves over the coefficients in play take it, past kinks where
/// it goes on downwards, to the exact answer.
std::vector<double> minimise_quadratic(const linalg::Symmetric& h, std::vector<double> rest,
                                       const Penalty& penalty, const std::vector<double>& start);

}  // namespace neve::algos::linear

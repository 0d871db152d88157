#pragma once

#include <span>
#include <vector>

#include "rapids/evaluation.hpp"

namespace neve::rapids {

/// A column and how often each of its rows counts.
struct Weighted {
  frame::LayoutPtr layout;
  munge::ExpressionPtr values;
  munge::ExpressionPtr weights;  ///< 0 or more; rows without a weight do not count
};

/// As quantiles of a column in which each row stands as often as its weight says: the value at rank
/// p · (sum of weights - 1). NaN where nothing has a weight.
std::vector<double> weighted_quantiles(Evaluation& evaluation, const Weighted& of,
                                       std::span<const double> probs, munge::Interpolation between);

}  // namespace neve::rapids

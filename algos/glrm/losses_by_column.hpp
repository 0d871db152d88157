#pragma once

#include <string>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/glrm/parameters.hpp"

namespace neve::algos::glrm {

/// A column of the training frame that is fitted, unless it is constant.
struct FittedColumn {
  std::string name;
  frame::DomainPtr domain;  ///< null for numbers
  Loss loss = Loss::quadratic;
};

/// The columns of a frame that are not ignored, and the loss of each: what is said of it, or that
/// of its kind. Adds an error where what is said does not fit the columns.
std::vector<FittedColumn> fitted_columns(const Parameters& parameters, const frame::Frame& training,
                                         model::Messages& messages);

}  // namespace neve::algos::glrm

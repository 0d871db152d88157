#pragma once

#include <vector>

#include "algos/families/linear/design.hpp"
#include "algos/families/linear/response.hpp"
#include "algos/glm/parameters.hpp"

namespace neve::algos::glm {

/// The intercept that a fit starts from: the mean's, or one inside the range where the mean is at
/// its edge, as a response of one class is.
double start_eta(const linear::Response& response, double mean);

/// Scaled coefficients of the fit from the parameter startval, which has the model's coefficients,
/// standardised where the model standardises; those of each class in turn where there are several.
/// Of an ordinal model the first class' slopes count. Throws InputError where there are too many or
/// too few, or thresholds out of order.
std::vector<double> start_values(const Parameters& parameters, const linear::Design& design,
                                 const linear::Response& response);

}  // namespace neve::algos::glm

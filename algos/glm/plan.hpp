#pragma once

#include <vector>

#include <neve/model/algorithm.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/linear/likelihood.hpp"
#include "algos/families/linear/penalty.hpp"
#include "algos/families/linear/prepare.hpp"
#include "algos/families/linear/response.hpp"
#include "algos/glm/parameters.hpp"
#include "algos/glm/path.hpp"

namespace neve::algos::glm {

/// Throws InputError where responses are outside the family's range.
void check_response(const linear::Response& response, const linear::MomentsTask::Partial& moments);

/// Whether the user asked for a path of lambdas and gave none.
bool searches_lambda(const Parameters& parameters);
/// Lambdas of such a path.
std::int32_t path_length(const Parameters& parameters);

/// Every alpha with every lambda, largest lambda first, and the smallest lambda that leaves no
/// predictor. `steepest` is the largest slope of the objective by a standardised coefficient at the
/// null model; from it come the lambdas of users who gave none: a geometric path down to
/// lambda_min_ratio of that lambda, or 10 times the path's last one.
struct Plan {
  std::vector<Submodel> submodels;
  double largest_lambda = 0;
};
Plan plan_submodels(const Parameters& parameters, double steepest,
                    const linear::Prepared& prepared);

/// The penalty on scaled coefficients. Without `standardize` it is on the raw ones.
linear::Penalty penalty_of(const Parameters& parameters, const Submodel& submodel,
                           const linear::Design& design);

/// Makes the penalty of one set of coefficients that of all, where the response is one of several
/// classes. `design` is that of the fit.
void spread(const linear::Design& design, const linear::Response& response,
            linear::Penalty& penalty);

}  // namespace neve::algos::glm

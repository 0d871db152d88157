#include "algos/glm/plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/base/math.hpp>

namespace neve::algos::glm {
namespace {

std::vector<double> alphas_of(const Parameters& parameters) {
  if (parameters.alpha && !parameters.alpha->empty()) return *parameters.alpha;
  return {parameters.solver == Solver::l_bfgs ? 0.0 : 0.5};
}

/// The smallest lambda of a path as a share of the largest.
double least_ratio(const Parameters& parameters, double alpha, const linear::Prepared& prepared) {
  if (parameters.lambda_min_ratio != -1) return parameters.lambda_min_ratio;
  const std::int64_t many = prepared.moments.rows / 16;
  const double ratio = many > prepared.design.slopes() ? 1e-4 : 1e-2;
  return alpha == 0 ? ratio * 1e-2 : ratio;
}

}  // namespace

void check_response(const linear::Response& response, const linear::MomentsTask::Partial& moments) {
  using linear::Family;
  const auto refuse = [](const std::string& family, double value, const std::string& allowed) {
    throw InputError::illegal_argument("The response holds " + java_double(value) + "; family " +
                                       family + " needs " + allowed + ".");
  };
  const double low = moments.response.min;
  switch (response.family) {
    case Family::binomial:
    case Family::quasibinomial:
      if (moments.fractional_responses == 0) return;
      throw InputError::illegal_argument(
          "The response holds " + std::to_string(moments.fractional_responses) +
          " values that are neither 0 nor 1; families binomial and quasibinomial need two levels, "
          "or 0 and 1.");
    case Family::poisson:
      if (low < 0) refuse("poisson", low, "numbers of at least 0");
      return;
    case Family::gamma:
      if (low <= 0) refuse("gamma", low, "numbers above 0");
      return;
    case Family::fractionalbinomial:
      if (low < 0) refuse("fractionalbinomial", low, "numbers between 0 and 1");
      if (moments.response.max > 1) {
        refuse("fractionalbinomial", moments.response.max, "numbers between 0 and 1");
      }
      return;
    case Family::negativebinomial:
      if (low < 0) refuse("negativebinomial", low, "numbers of at least 0");
      return;
    case Family::tweedie:
      if (response.variance_power >= 2 && low <= 0) {
        refuse("tweedie with a variance power from 2 on", low, "numbers above 0");
      }
      if (response.variance_power > 0 && low < 0) {
        refuse("tweedie with a variance power above 0", low, "numbers of at least 0");
      }
      return;
    default:
      return;
  }
}

bool searches_lambda(const Parameters& parameters) {
  return parameters.lambda_search && (!parameters.lambda_ || parameters.lambda_->empty());
}

bool plans_several(const Parameters& parameters) {
  const bool alphas = parameters.alpha && parameters.alpha->size() > 1;
  const bool lambdas = parameters.lambda_ && parameters.lambda_->size() > 1;
  return alphas || lambdas || searches_lambda(parameters);
}

std::int32_t path_length(const Parameters& parameters) {
  if (parameters.nlambdas != -1) return parameters.nlambdas;
  constexpr std::int32_t kDefault = 100;
  constexpr std::int32_t kRidge = 30;
  return alphas_of(parameters)[0] == 0 ? kRidge : kDefault;
}

Plan plan_submodels(const Parameters& parameters, double steepest,
                    const linear::Prepared& prepared) {
  const std::vector<double> alphas = alphas_of(parameters);
  constexpr double kLeastAlpha = 1e-2;
  Plan plan{.submodels = {}, .largest_lambda = steepest / std::max(kLeastAlpha, alphas[0])};
  std::vector<double> lambdas = parameters.lambda_.value_or(std::vector<double>());
  const double ratio = least_ratio(parameters, alphas[0], prepared);
  if (lambdas.empty() && parameters.lambda_search) {
    const std::int32_t count = path_length(parameters);
    const double by = count == 1 ? 1 : math::pow(ratio, 1.0 / (count - 1));
    double lambda = plan.largest_lambda;
    for (std::int32_t i = 0; i < count; ++i, lambda *= by) lambdas.push_back(lambda);
  } else if (lambdas.empty()) {
    lambdas = {10 * ratio * plan.largest_lambda};
  }
  std::ranges::sort(lambdas, std::greater<>());
  for (const double alpha : alphas) {
    for (const double lambda : lambdas) plan.submodels.push_back({alpha, lambda});
  }
  return plan;
}

namespace {

/// All but the intercept are at least 0.
void bound_at_zero(const linear::Design& design, linear::Penalty& penalty) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  penalty.lower.assign(penalty.l1.size(), 0);
  penalty.upper.assign(penalty.l1.size(), kInfinity);
  if (design.intercept) penalty.lower.back() = -kInfinity;
}

}  // namespace

linear::Penalty penalty_of(const Parameters& parameters, const Submodel& submodel,
                           const linear::Design& design) {
  const auto size = static_cast<std::size_t>(design.size());
  linear::Penalty penalty{.l1 = std::vector<double>(size, submodel.lambda * submodel.alpha),
                          .l2 = std::vector<double>(size, submodel.lambda * (1 - submodel.alpha))};
  if (parameters.non_negative) bound_at_zero(design, penalty);
  if (design.intercept) penalty.l1.back() = penalty.l2.back() = 0;
  for (std::size_t j = 0; j < size && !parameters.standardize; ++j) {
    const double scale = design.scale_of(j);
    penalty.l1[j] /= scale;
    penalty.l2[j] /= scale * scale;
  }
  return penalty;
}

void spread(const linear::Design& design, const linear::Response& response,
            linear::Penalty& penalty) {
  const std::size_t count = linear::coefficient_count(design, response);
  const auto slopes = static_cast<std::size_t>(design.slopes());
  for (auto* part : {&penalty.l1, &penalty.l2}) {
    const std::vector<double> once = *part;
    part->assign(count, 0.0);
    const bool ordinal = response.family == linear::Family::ordinal;
    for (std::size_t j = 0; j < (ordinal ? slopes : count); ++j) (*part)[j] = once[j % once.size()];
  }
}

}  // namespace neve::algos::glm

#include "algos/glm/plan.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

namespace neve::algos::glm {
namespace {

template <class T>
void permute(const std::vector<std::size_t>& order, std::vector<T>& values) {
  std::vector<T> moved;
  moved.reserve(order.size());
  for (const std::size_t at : order) moved.push_back(values[at]);
  values = std::move(moved);
}

}  // namespace

std::vector<std::size_t> coefficient_order(const model::ColumnRoles& roles) {
  std::vector<std::size_t> order(roles.predictors.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto levels = [&](std::size_t i) {
    const bool categorical = roles.types[i] == frame::ColumnType::categorical;
    return categorical ? static_cast<std::ptrdiff_t>(roles.domains[i]->size()) : -1;
  };
  std::ranges::stable_sort(order, std::greater<>(), levels);
  return order;
}

void reorder(const std::vector<std::size_t>& order, model::ColumnRoles& roles) {
  permute(order, roles.predictors);
  permute(order, roles.types);
  permute(order, roles.domains);
}

void reorder(const std::vector<std::size_t>& order, model::Dataset& data) {
  permute(order, data.predictors);
  permute(order, data.levels);
}

linear::Design bare_design(const Parameters& parameters, const model::ColumnRoles& roles) {
  linear::Design design;
  const bool penalised = !parameters.lambda_ || parameters.lambda_->empty() ||
                         *std::ranges::max_element(*parameters.lambda_) > 0;
  // A penalty settles which of the dependent levels count; without one the first is the reference.
  const bool all_levels = penalised || !parameters.intercept;
  for (std::size_t i = 0; i < roles.predictors.size(); ++i) {
    if (roles.types[i] == frame::ColumnType::categorical) {
      design.categoricals.push_back({.name = roles.predictors[i],
                                     .levels = *roles.domains[i],
                                     .first_level = all_levels ? 0 : 1});
    } else {
      design.numerics.push_back({.name = roles.predictors[i]});
    }
  }
  design.missing = parameters.missing_values_handling == MissingValues::skip
                       ? linear::Missing::skip
                       : linear::Missing::fill;
  design.intercept = parameters.intercept;
  design.has_weights = !roles.weights.empty();
  design.has_offset = !roles.offset.empty();
  design.place_coefficients();
  return design;
}

mr::Inputs design_inputs(const model::Dataset& data) {
  mr::Inputs inputs{data.inputs.layout, {}};
  const auto add = [&](std::int32_t at) {
    if (at >= 0) inputs.columns.push_back(data.inputs.columns[static_cast<std::size_t>(at)]);
  };
  for (const std::int32_t at : data.predictors) add(at);
  add(data.response);
  add(data.weights);
  add(data.offset);
  return inputs;
}

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
    case Family::gaussian:
      return;
  }
}

std::vector<Submodel> submodels(const Parameters& parameters, double steepest,
                                const linear::Prepared& prepared) {
  std::vector<double> alphas = parameters.alpha.value_or(std::vector<double>());
  if (alphas.empty()) alphas = {parameters.solver == Solver::l_bfgs ? 0.0 : 0.5};
  std::vector<double> lambdas = parameters.lambda_.value_or(std::vector<double>());
  if (lambdas.empty()) {
    double ratio = parameters.lambda_min_ratio;
    if (ratio == -1) {
      const std::int64_t many = prepared.moments.rows / 16;
      ratio = many > prepared.design.slopes() ? 1e-4 : 1e-2;
      if (alphas[0] == 0) ratio *= 1e-2;
    }
    constexpr double kLeastAlpha = 1e-2;
    lambdas = {10 * ratio * steepest / std::max(kLeastAlpha, alphas[0])};
  }
  std::ranges::sort(lambdas, std::greater<>());
  std::vector<Submodel> all;
  for (const double alpha : alphas) {
    for (const double lambda : lambdas) all.push_back({alpha, lambda});
  }
  return all;
}

linear::Penalty penalty_of(const Parameters& parameters, const Submodel& submodel,
                           const linear::Design& design) {
  const auto size = static_cast<std::size_t>(design.size());
  linear::Penalty penalty{.l1 = std::vector<double>(size, submodel.lambda * submodel.alpha),
                          .l2 = std::vector<double>(size, submodel.lambda * (1 - submodel.alpha)),
                          .non_negative = parameters.non_negative};
  if (design.intercept) penalty.l1.back() = penalty.l2.back() = 0;
  if (parameters.standardize) return penalty;
  const auto first = static_cast<std::size_t>(design.categorical_size());
  for (std::size_t j = 0; j < design.numerics.size(); ++j) {
    const double scale = design.numerics[j].scale;
    penalty.l1[first + j] /= scale;
    penalty.l2[first + j] /= scale * scale;
  }
  return penalty;
}

}  // namespace neve::algos::glm

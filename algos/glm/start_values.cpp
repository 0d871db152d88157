#include "algos/glm/start_values.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>

namespace neve::algos::glm {
namespace {

/// Of one class, or of all.
std::vector<double> scaled(const Parameters& parameters, const linear::Design& design,
                           std::vector<double> values) {
  if (parameters.standardize) return values;
  if (!design.intercept) values.push_back(0);
  return linear::to_scaled(design, values);
}

/// Slopes, then the threshold of each class but the last.
std::vector<double> ordinal_start(const std::vector<std::vector<double>>& classes) {
  std::vector<double> made = classes[0];
  for (std::size_t k = 1; k + 1 < classes.size(); ++k) {
    if (!(classes[k].back() > classes[k - 1].back())) {
      throw InputError::illegal_argument(
          "startval: the intercepts of the classes of an ordinal model must rise from class to "
          "class, up to the last but one.");
    }
    made.push_back(classes[k].back());
  }
  return made;
}

}  // namespace

double start_eta(const linear::Response& response, double mean) {
  constexpr double kEdge = 1e-10;
  if (response.is_share()) return response.eta_of(std::clamp(mean, kEdge, 1 - kEdge));
  return response.eta_of(response.is_positive() ? std::max(mean, kEdge) : mean);
}

std::vector<double> start_values(const Parameters& parameters, const linear::Design& design,
                                 const linear::Response& response) {
  const std::vector<double>& values = *parameters.startval;
  const auto each = static_cast<std::size_t>(design.size());
  const auto count = static_cast<std::size_t>(design.response_classes);
  if (values.size() != each * count) {
    std::string names;
    for (const std::string& name : design.coefficient_names()) {
      names += (names.empty() ? "" : ", ") + name;
    }
    throw InputError::illegal_argument("startval has " + std::to_string(values.size()) +
                                       " values; this model has " + std::to_string(each * count) +
                                       " coefficients: " + names +
                                       (count > 1 ? ", for each class in turn." : "."));
  }
  for (const double value : values) {
    if (std::isfinite(value)) continue;
    throw InputError::illegal_argument("startval must hold finite numbers.");
  }
  std::vector<std::vector<double>> classes;
  for (auto first = values.begin(); first != values.end();) {
    const auto end = first + static_cast<std::ptrdiff_t>(each);
    classes.push_back(scaled(parameters, design, {first, end}));
    first = end;
  }
  if (response.family == linear::Family::ordinal) return ordinal_start(classes);
  std::vector<double> made;
  for (const auto& of_class : classes) made.insert(made.end(), of_class.begin(), of_class.end());
  return made;
}

}  // namespace neve::algos::glm

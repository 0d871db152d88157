#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "algos/families/linear/likelihood.hpp"
#include "algos/families/linear/penalty.hpp"
#include "algos/glm/parameters.hpp"

namespace neve::algos::glm {

/// One fit of several.
struct Submodel {
  double alpha = 0;
  double lambda = 0;
};

/// Standard errors and what goes with them, by raw coefficient (order of the design); NaN for those
/// that are not in the model.
struct CoefficientErrors {
  std::vector<double> standard_errors;
  std::vector<double> z_values;
  std::vector<double> p_values;
  template <class Archive>
  void fields(Archive& archive) {
    archive(standard_errors, z_values, p_values);
  }
};

/// What a submodel came to.
struct SubmodelFit {
  double alpha = 0;
  double lambda = 0;
  std::int32_t iterations = 0;  ///< of all submodels so far
  std::vector<double> beta;     ///< of scaled columns
  double deviance = 0;
  double validation_deviance = std::numeric_limits<double>::quiet_NaN();  ///< NaN without a frame
  std::optional<CoefficientErrors> errors = {};  ///< where p-values are asked for
  template <class Archive>
  void fields(Archive& archive) {
    archive(alpha, lambda, iterations, beta, deviance, validation_deviance, errors);
  }
};

/// The gradient of minus half the deviance times the deviance's scale: how hard each coefficient
/// would pull away from 0.
struct Pulls {
  const std::vector<double>& gradient;
  double scale;
};

/// The coefficients that a fit is likely to need, by the sequential strong rule (Tibshirani and
/// others 2012): those not 0, and those whose pull at the fit before is at least twice the new
/// penalty less the old one. Empty where all are, or where the rule says nothing.
std::vector<bool> strong_set(const Pulls& before, const std::vector<double>& beta,
                             const linear::Penalty& old, const linear::Penalty& now);

/// Adds the coefficients that were left out but would lower the objective (the conditions of
/// Karush, Kuhn and Tucker); false where there are none.
bool add_violators(const Pulls& pulls, const linear::Penalty& penalty, std::vector<bool>& wanted);

/// Coefficients of a multinomial fit, class after class. Adding the same to one coefficient of
/// every class changes no probability: those that no penalty settles are moved to a sum of 0.
std::vector<double> center_classes(std::vector<double> beta, const linear::Penalty& penalty,
                                   std::size_t classes);

/// Whether the path of one alpha that ends with the last fit has come to rest, as H2O-3 sees it:
/// none of the last five submodels improved the deviance on the training frame by 1e-4 of it, or
/// none the one on the validation frame at all.
bool at_rest(const std::vector<SubmodelFit>& fits, double null_deviance,
             double null_validation_deviance);

/// The submodel of least deviance, among those that do not worsen the one on the validation frame.
std::size_t best_of(const std::vector<SubmodelFit>& fits);

}  // namespace neve::algos::glm

#pragma once

#include <optional>

#include "algos/families/linear/response.hpp"
#include "algos/glm/tweedie_density.hpp"

namespace neve::algos::glm {

/// One row; `offset` is 0 without.
struct ObservedRow {
  double y;
  double mean;
  double weight;
  double offset;
};

/// A response as it is distributed: its family with all its numbers.
struct Distribution {
  linear::Response response;
  double dispersion = 0;
  double accuracy = kDensityAccuracy;  ///< of sums in the tweedie density
  template <class Archive>
  void fields(Archive& archive) {
    archive(response, dispersion, accuracy);
  }
};

/// The logarithm of a row's likelihood, as H2O-3 weighs it: a weight is a number of copies for
/// counts and classes, and divides the dispersion of gaussian, gamma and tweedie rows. Of families
/// that have none here, minus half the deviance. Not thread-safe.
class RowLikelihood {
 public:
  explicit RowLikelihood(const Distribution& distribution);
  double log_likelihood(const ObservedRow& row);

 private:
  Distribution distribution_;
  std::optional<TweedieDensity> tweedie_;
};

/// Keeps probabilities that rounded to 0 or 1 from an infinite deviance.
double inside(const linear::Response& response, double mean);

}  // namespace neve::algos::glm

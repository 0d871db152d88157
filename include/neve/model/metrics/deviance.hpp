#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <neve/schema/values.hpp>

namespace neve::model::metrics {

/// What the mean residual deviance of a regression is the deviance of.
enum class DevianceFamily : std::uint8_t {
  gaussian,
  poisson,
  gamma,
  tweedie,
  laplace,
  quantile,
  huber
};

/// A family with the parameters that its deviance needs.
struct Deviance {
  DevianceFamily family = DevianceFamily::gaussian;
  double tweedie_power = 1.5;  ///< above 1, below 2
  double quantile_alpha = 0.5;
  double huber_delta = 1;  ///< where squares turn into lines
  template <class Archive>
  void fields(Archive& archive) {
    archive(family, tweedie_power, quantile_alpha, huber_delta);
  }
};

/// Writes the deviance of each row, without its weight: twice the difference of the log-likelihood
/// from the saturated model's for the exponential families (McCullagh and Nelder 1989,
/// section 2.3), the loss itself for the others. Predictions are on the scale of the response.
void unit_deviances(const Deviance& deviance, std::span<const double> actual,
                    std::span<const double> predicted, std::span<double> out);

}  // namespace neve::model::metrics

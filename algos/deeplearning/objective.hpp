#pragma once

#include <cstdint>
#include <span>

#include <neve/model/metrics/deviance.hpp>

namespace neve::algos::deeplearning {

/// What the response follows, and with it link and loss.
enum class Family : std::uint8_t {
  classes,  ///< softmax
  gaussian,
  laplace,
  huber,
  quantile,
  poisson,
  gamma,
  tweedie
};
/// Of classes: how far probabilities are from what is so.
enum class ClassLoss : std::uint8_t { cross_entropy, quadratic, absolute };

/// The loss of one row, as a function of the last layer's sums: of numbers half the square, the
/// absolute error, Huber's (1964), the quantile's, or the negative log-likelihood without what the
/// sums do not change. A number is trained as
/// (response - center) / scale; with a log link center is 0 and scale 1.
struct Objective {
  Family family = Family::gaussian;
  ClassLoss class_loss = ClassLoss::cross_entropy;
  double tweedie_power = 1.5;
  double quantile_alpha = 0.5;
  double huber_delta = 1;  ///< of trained numbers: where squares turn into lines
  double center = 0;
  double scale = 1;
  template <class Archive>
  void fields(Archive& archive) {
    archive(family, class_loss, tweedie_power, quantile_alpha, huber_delta, center, scale);
  }
  [[nodiscard]] bool has_log_link() const {
    return family == Family::poisson || family == Family::gamma || family == Family::tweedie;
  }
  /// Writes the loss's derivatives by the sums. `response` is as it is trained, or the class;
  /// `offset` likewise, added to a single sum.
  void differentiate(std::span<const float> sums, double response, double offset,
                     std::span<float> gradient) const;
  /// Class probabilities, or the predicted number on the scale of the response.
  void predict(std::span<const float> sums, double offset, std::span<double> out) const;
  /// The metrics' deviance of such predictions.
  [[nodiscard]] model::metrics::Deviance deviance() const;
};

}  // namespace neve::algos::deeplearning

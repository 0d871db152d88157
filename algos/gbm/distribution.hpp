#pragma once

#include <cstdint>
#include <span>

namespace neve::algos::gbm {

/// What the response is assumed to follow, and with it loss and link.
enum class Family : std::uint8_t { gaussian, bernoulli, multinomial, poisson, gamma, tweedie };

struct Distribution {
  Family family = Family::gaussian;
  double tweedie_power = 1.5;
  template <class Archive>
  void fields(Archive& archive) {
    archive(family, tweedie_power);
  }
  /// The mean is exp(score).
  [[nodiscard]] bool has_log_link() const {
    return family == Family::poisson || family == Family::gamma || family == Family::tweedie;
  }
};

/// Response from score, in place: probability of the second class, or the mean. Not for
/// multinomial.
void to_response(const Distribution& distribution, std::span<double> scores);

/// Half the negative gradient of the deviance, per row: what the next tree fits. `scores` comes in
/// as the sum of trees and is overwritten. Not for multinomial.
void residuals(const Distribution& distribution, std::span<const double> response,
               std::span<double> scores, std::span<float> out);

/// Probabilities of all classes in place of their scores: scores[k] are rows of class k.
void softmax(std::span<const std::span<double>> scores);

/// One row's part in its leaf's value, which is link(Σ weight · numerator / Σ weight ·
/// denominator): one Newton step for the additive families, the exact minimum for those with a log
/// link (Friedman 2001; sections 4.1 to 4.6).
struct LeafTerm {
  double numerator = 0;
  double denominator = 0;
};
LeafTerm leaf_term(const Distribution& distribution, double response, double score,
                   double residual);

/// The leaf's value from the two sums; `classes` is the number of trees per iteration.
double leaf_value(const Distribution& distribution, double numerator, double denominator,
                  std::int32_t classes);

/// The score that gives this mean response to every row.
double link(const Distribution& distribution, double mean);

}  // namespace neve::algos::gbm

#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace neve::algos::gbm {

/// What the response is assumed to follow, and with it loss and link.
enum class Family : std::uint8_t {
  gaussian,
  bernoulli,
  multinomial,
  poisson,
  gamma,
  tweedie,
  quasibinomial,
  laplace,
  quantile,
  huber
};

struct Distribution {
  Family family = Family::gaussian;
  double tweedie_power = 1.5;
  double quantile_alpha = 0.5;
  double huber_alpha = 0.9;  ///< the quantile of |response - score| that is huber_delta
  double huber_delta = 1;    ///< where squares turn into lines; of the iteration
  template <class Archive>
  void fields(Archive& archive) {
    archive(family, tweedie_power, quantile_alpha, huber_alpha, huber_delta);
  }
  /// The mean is exp(score).
  [[nodiscard]] bool has_log_link() const {
    return family == Family::poisson || family == Family::gamma || family == Family::tweedie;
  }
  /// Two classes: the score is the logit of the second one's probability.
  [[nodiscard]] bool is_binomial() const {
    return family == Family::bernoulli || family == Family::quasibinomial;
  }
  /// First score and leaf values rest on quantiles of response less score: on which one.
  [[nodiscard]] std::optional<double> leaf_quantile() const {
    if (family == Family::laplace || family == Family::huber) return 0.5;
    if (family == Family::quantile) return quantile_alpha;
    return std::nullopt;
  }
};

/// The value within ±bound.
double clip(double value, double bound);

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

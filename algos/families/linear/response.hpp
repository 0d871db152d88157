#pragma once

#include <cstdint>
#include <span>

namespace neve::algos::linear {

enum class Family : std::uint8_t {
  gaussian,
  binomial,
  quasibinomial,
  poisson,
  gamma,
  fractionalbinomial,
  tweedie,
  negativebinomial,
  multinomial,
  ordinal
};
enum class Link : std::uint8_t { identity, logit, log, inverse, tweedie, multinomial, ologit };

/// How the response is distributed around the linear predictor (McCullagh and Nelder, Generalized
/// Linear Models, 1989). Function names follow that book: eta, mu, variance, deviance.
struct Response {
  Family family = Family::gaussian;
  Link link = Link::identity;
  double variance_power = 0;  ///< tweedie: the variance is this power of the mean
  double link_power = 1;      ///< link tweedie: eta is this power of the mean, its logarithm for 0
  double theta = 0;           ///< negative binomial: the variance is mu + theta · mu²

  [[nodiscard]] bool canonical() const;
  /// The mean of a row lies between 0 and 1.
  [[nodiscard]] bool is_share() const {
    return family == Family::binomial || family == Family::quasibinomial ||
           family == Family::fractionalbinomial;
  }
  /// The mean of a row is above 0.
  [[nodiscard]] bool is_positive() const;
  /// Variance known (1) rather than estimated from residuals.
  [[nodiscard]] bool fixed_dispersion() const {
    return family == Family::binomial || family == Family::poisson ||
           family == Family::fractionalbinomial;
  }
  [[nodiscard]] double eta_of(double mu) const;
  [[nodiscard]] double mu_of(double eta) const;
  [[nodiscard]] double variance(double mu) const;
  /// Of one row of weight 1: twice the log-likelihood lost against a perfect fit.
  [[nodiscard]] double deviance(double y, double mu) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(family, link, variance_power, link_power, theta);
  }
};

/// Rows in, rows out; all of one length.
struct Working {
  std::span<const double> eta;
  std::span<const double> y;
  std::span<const double> prior;  ///< weight of the row; 0 where it does not count
  std::span<double> mu;
  std::span<double> weight;  ///< prior · (dmu/deta)² / variance
  std::span<double> score;   ///< prior · (y - mu) · (dmu/deta) / variance
};

/// Mean, Fisher weight and score of each row of a block; returns the sum of prior · deviance.
double work(const Response& response, const Working& rows);
/// The mean for a block of linear predictors, in place; NaN where a power link has none.
void apply_inverse_link(const Response& response, std::span<double> values);

}  // namespace neve::algos::linear

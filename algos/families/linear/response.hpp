#pragma once

#include <cstdint>
#include <span>

namespace neve::algos::linear {

enum class Family : std::uint8_t { gaussian, binomial, quasibinomial, poisson, gamma };
enum class Link : std::uint8_t { identity, logit, log, inverse };

/// How the response is distributed around the linear predictor (McCullagh and Nelder, Generalized
/// Linear Models, 1989). Function names follow that book: eta, mu, variance, deviance.
struct Response {
  Family family = Family::gaussian;
  Link link = Link::identity;

  [[nodiscard]] bool canonical() const;
  /// Variance known (1) rather than estimated from residuals.
  [[nodiscard]] bool fixed_dispersion() const {
    return family == Family::binomial || family == Family::poisson;
  }
  [[nodiscard]] double eta_of(double mu) const;
  [[nodiscard]] double mu_of(double eta) const;
  [[nodiscard]] double variance(double mu) const;
  /// Of one row of weight 1: twice the log-likelihood lost against a perfect fit.
  [[nodiscard]] double deviance(double y, double mu) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(family, link);
  }
};

/// Rows in, rows out; all of one length.
struct Working {
  std::span<const double> eta;
  std::span<const double> y;
  std::span<const double> prior;  ///< weight of the row; 0 where it does not count
  std::span<double> mu;
  std::span<double> weight;    ///< prior · (dmu/deta)² / variance
  std::span<double> score;     ///< prior · (y - mu) · (dmu/deta) / variance
  std::span<double> deviance;  ///< prior · deviance
};

/// Mean, Fisher weight, score and deviance of a block of rows.
void work(const Response& response, const Working& rows);
/// The mean for a block of linear predictors, in place.
void apply_inverse_link(Link link, std::span<double> values);

}  // namespace neve::algos::linear

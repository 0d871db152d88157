#pragma once

#include <array>
#include <vector>

namespace neve::algos::glm {

/// The share of a sum at which its terms no longer count, where the user says nothing.
inline constexpr double kDensityAccuracy = 8e-17;

/// Log-densities of the tweedie distributions of one variance power above 1 (Jorgensen 1987). As in
/// Dunn and Smyth 2005 the density is that of a perfect fit, less half the deviance over the
/// dispersion; the former is a function of one number, the row's depth. Below power 2 that function
/// is a sum over the counts of a compound Poisson distribution; above, the density of a positive
/// stable distribution: by its power series where that settles, or by Zolotarev's integral (Nolan
/// 1997), whose integrand is positive, so that no digits cancel. Not thread-safe.
class TweedieDensity {
 public:
  /// `accuracy` is the share of a sum at which its terms no longer count.
  explicit TweedieDensity(double power, double accuracy = kDensityAccuracy);
  /// Of a response of at least 0 with this mean; minus infinity where it cannot be.
  double log_density(double y, double mean, double dispersion);

 private:
  /// The log-density at a perfect fit plus log(y).
  double at_depth(double depth);
  [[nodiscard]] double by_counts(double depth) const;
  [[nodiscard]] double by_series(double depth) const;
  double by_integral(double depth);
  struct Node {
    double rise = 0;    ///< logarithm of the integrand's exponent over that at 0
    double weight = 0;  ///< with which the integrand counts
  };
  const std::vector<Node>& nodes(std::size_t zoom);
  [[nodiscard]] double rise_at(double u, double from_pi) const;

  double power_;
  double accuracy_;
  double index_;  ///< above power 2 of the stable distribution
  static constexpr std::size_t kZooms = 40;
  std::array<std::vector<Node>, kZooms> nodes_;  ///< by how far they reach; made when asked for
};

}  // namespace neve::algos::glm

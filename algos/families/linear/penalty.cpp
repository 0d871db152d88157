#include "algos/families/linear/penalty.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace neve::algos::linear {
double Penalty::low(std::size_t j) const {
  return lower.empty() ? -std::numeric_limits<double>::infinity() : lower[j];
}

double Penalty::high(std::size_t j) const {
  return upper.empty() ? std::numeric_limits<double>::infinity() : upper[j];
}

bool Penalty::smooth() const {
  return !bounded() && std::ranges::all_of(l1, [](double value) { return value == 0; });
}

double Penalty::steepest(std::size_t j, double beta, double gradient) const {
  const double up = gradient + (beta >= 0 ? l1[j] : -l1[j]);
  const double down = gradient + (beta <= 0 ? -l1[j] : l1[j]);
  if (up < 0 && beta < high(j)) return up;
  if (down > 0 && beta > low(j)) return down;
  return 0;
}

double Penalty::of(std::span<const double> beta) const {
  double total = 0;
  for (std::size_t j = 0; j < beta.size(); ++j) {
    total += l1[j] * std::fabs(beta[j]) + l2[j] * beta[j] * beta[j] / 2;
  }
  for (std::size_t j = 0; j < pull.size(); ++j) {
    const double off = beta[j] - towards[j];
    total += pull[j] * off * off / 2;
  }
  return total;
}

}  // namespace neve::algos::linear

#include "algos/glm/path.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace neve::algos::glm {
namespace {

/// Fits that are looked back at before a path may end.
constexpr std::size_t kLookBack = 5;
constexpr double kLeastImprovement = 1e-4;

/// The largest of the last improvements, as shares; improvements not made yet count as none.
double best_improvement(const std::vector<double>& deviances) {
  std::array<double, kLookBack> last{};
  for (std::size_t i = 1; i < deviances.size(); ++i) {
    last[i % kLookBack] = (deviances[i - 1] - deviances[i]) / deviances[i - 1];
  }
  return *std::ranges::max_element(last);
}

}  // namespace

std::vector<bool> strong_set(const Pulls& before, const std::vector<double>& beta,
                             const linear::Penalty& old, const linear::Penalty& now) {
  if (now.bounded() || before.gradient.empty()) return {};
  std::vector<bool> wanted(beta.size());
  bool all = true;
  for (std::size_t j = 0; j < beta.size(); ++j) {
    const double pull = std::fabs(before.gradient[j]) * before.scale;
    wanted[j] = beta[j] != 0 || now.l1[j] == 0 || pull >= 2 * now.l1[j] - old.l1[j];
    all = all && wanted[j];
  }
  if (all || std::ranges::none_of(wanted, [](bool is) { return is; })) return {};
  return wanted;
}

bool add_violators(const Pulls& pulls, const linear::Penalty& penalty, std::vector<bool>& wanted) {
  constexpr double kSlack = 1e-9;
  bool any = false;
  for (std::size_t j = 0; j < wanted.size(); ++j) {
    const double pull = std::fabs(pulls.gradient[j]) * pulls.scale;
    if (wanted[j] || pull <= penalty.l1[j] * (1 + kSlack)) continue;
    wanted[j] = true;
    any = true;
  }
  return any;
}

std::vector<double> center_classes(std::vector<double> beta, const linear::Penalty& penalty,
                                   std::size_t classes) {
  const std::size_t size = beta.size() / classes;
  for (std::size_t j = 0; j < size; ++j) {
    if (penalty.l1[j] + penalty.l2[j] > 0) continue;
    double total = 0;
    for (std::size_t k = 0; k < classes; ++k) total += beta[k * size + j];
    for (std::size_t k = 0; k < classes; ++k) {
      beta[k * size + j] -= total / static_cast<double>(classes);
    }
  }
  return beta;
}

bool at_rest(const std::vector<SubmodelFit>& fits, double null_deviance,
             double null_validation_deviance) {
  if (fits.back().iterations < static_cast<std::int32_t>(kLookBack)) return false;
  auto first = fits.end() - 1;
  while (first != fits.begin() && (first - 1)->alpha == fits.back().alpha) --first;
  std::vector<double> training = {null_deviance};
  std::vector<double> validation = {null_validation_deviance};
  for (auto fit = first; fit != fits.end(); ++fit) {
    training.push_back(fit->deviance);
    validation.push_back(fit->validation_deviance);
  }
  if (best_improvement(training) < kLeastImprovement) return true;
  return !std::isnan(null_validation_deviance) && best_improvement(validation) < 0;
}

std::size_t best_of(const std::vector<SubmodelFit>& fits) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < fits.size(); ++i) {
    const bool worse = fits[i].validation_deviance > fits[best].validation_deviance;
    if (!worse && fits[i].deviance < fits[best].deviance) best = i;
  }
  return best;
}

}  // namespace neve::algos::glm

#include "grid/halving.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace neve::grid {

/// The points that were begun on a rung.
struct Halving::Rung {
  std::vector<std::pair<double, std::uint64_t>> results;  ///< that there are, and of which points
  std::uint64_t trained = 0;                              ///< also those without a result
  std::set<std::uint64_t> gone_on;

  /// The best of the points that are among the first `most` results and have not gone on.
  [[nodiscard]] std::optional<std::uint64_t> best(std::uint64_t most) const {
    for (std::size_t i = 0; i < std::min<std::uint64_t>(most, results.size()); ++i) {
      if (!gone_on.contains(results[i].second)) return results[i].second;
    }
    return std::nullopt;
  }
};

std::vector<Halving::Rung> Halving::rungs_after(std::span<const Step> before,
                                                std::span<const double> results) const {
  std::vector<Rung> rungs(rungs_);
  for (std::size_t place = 0; place < before.size(); ++place) {
    const Step& step = before[place];
    if (step.idle) continue;
    if (step.rung > 0) rungs[step.rung - 1].gone_on.insert(step.point);
    if (place >= results.size()) continue;
    Rung& rung = rungs[step.rung];
    ++rung.trained;
    if (!std::isnan(results[place])) rung.results.emplace_back(results[place], step.point);
  }
  // Of equal ones the one that was begun first.
  for (Rung& rung : rungs)
    std::ranges::stable_sort(rung.results, {}, &std::pair<double, std::uint64_t>::first);
  return rungs;
}

std::optional<Halving::Step> Halving::next(std::span<const Step> before,
                                           std::span<const double> results) const {
  const std::uint64_t known = needed(before.size());
  const std::vector<Rung> rungs = rungs_after(before, results.first(known));
  for (std::uint32_t r = rungs_ - 1; r > 0; --r) {
    const Rung& below = rungs[r - 1];
    if (const auto point = below.best(below.trained / eta_)) return Step{*point, r};
  }
  const auto begun = static_cast<std::uint64_t>(
      std::ranges::count_if(before, [](const Step& step) { return !step.idle && step.rung == 0; }));
  if (begun < points_) return Step{begun, 0};
  const bool awaits =
      std::ranges::any_of(before.subspan(known), [](const Step& step) { return !step.idle; });
  if (awaits) return Step{.idle = true};
  // Of too few points for an eta-th part the best one goes on, so that one comes to the end.
  for (std::uint32_t r = 1; r < rungs_; ++r) {
    const Rung& below = rungs[r - 1];
    if (!below.gone_on.empty()) continue;
    if (const auto point = below.best(1)) return Step{*point, r};
  }
  return std::nullopt;
}

double Halving::steps() const {
  double all = 0;
  auto on_rung = static_cast<double>(points_);
  for (std::uint32_t r = 0; r < rungs_; ++r) {
    all += std::max(on_rung, 1.0);
    on_rung = std::floor(on_rung / eta_);
  }
  return all;
}

}  // namespace neve::grid

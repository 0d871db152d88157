#include "algos/glm/shape_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <neve/base/math.hpp>

namespace neve::algos::glm {
namespace {

/// Distance of the differences: squared, its error is that of a Newton step's last digits.
constexpr double kDifference = 1e-4;
constexpr double kLongestStep = 1;
/// Coordinates end here: a theta, or a power less 1, of 1e-10.
constexpr double kFarthest = 23.025850929940457;
/// A gain below this share of the likelihood is rounding.
constexpr double kLeastGain = 1e-14;

}  // namespace

ShapeSearch::ShapeSearch(const Distribution& start, const ShapeWanted& wanted,
                         const ShapeTolerance& tolerance)
    : start_(start),
      wanted_(wanted),
      tolerance_(tolerance),
      best_value_(-std::numeric_limits<double>::infinity()) {
  if (wanted.theta) best_.push_back(math::log(start.response.theta));
  if (wanted.power) {
    const double above = start.response.variance_power - 1;
    best_.push_back(math::log(wanted.zeros ? above / (1 - above) : above));
  }
  if (wanted.dispersion) best_.push_back(math::log(start.dispersion));
  next_ = best_;
  done_ = best_.empty() || tolerance.most <= 0;
}

Distribution ShapeSearch::at(const std::vector<double>& place) const {
  Distribution made = start_;
  auto coordinate = place.begin();
  if (wanted_.theta) made.response.theta = math::exp(*coordinate++);
  if (wanted_.power) {
    const double x = *coordinate++;
    made.response.variance_power = 1 + (wanted_.zeros ? math::logistic(x) : math::exp(x));
  }
  if (wanted_.dispersion) made.dispersion = math::exp(*coordinate);
  return made;
}

/// The place itself; then each coordinate up and down; of two, both up and both down.
std::vector<Distribution> ShapeSearch::candidates() const {
  std::vector<Distribution> made = {at(next_)};
  const auto add = [&](std::size_t first, std::size_t last, double by) {
    std::vector<double> place = next_;
    for (std::size_t i = first; i <= last; ++i) place[i] += by;
    made.push_back(at(place));
  };
  for (std::size_t i = 0; i < next_.size(); ++i) {
    for (const double by : {kDifference, -kDifference}) add(i, i, by);
  }
  if (next_.size() == 2) {
    for (const double by : {kDifference, -kDifference}) add(0, 1, by);
  }
  return made;
}

std::vector<double> ShapeSearch::newton_step(const std::vector<double>& values) const {
  const auto slope = [&](std::size_t i) {
    return (values[1 + 2 * i] - values[2 + 2 * i]) / (2 * kDifference);
  };
  const auto bend = [&](std::size_t i) {
    return (values[1 + 2 * i] - 2 * values[0] + values[2 + 2 * i]) / (kDifference * kDifference);
  };
  const double a = bend(0);
  if (next_.size() == 1) {
    if (a < 0) return {-slope(0) / a};
    return {std::copysign(kLongestStep, slope(0))};
  }
  const double c = bend(1);
  const double outer = values[5] - 2 * values[0] + values[6];
  const double b = (outer / (kDifference * kDifference) - a - c) / 2;
  const double determinant = a * c - b * b;
  if (a < 0 && determinant > 0) {
    return {(b * slope(1) - c * slope(0)) / determinant,
            (b * slope(0) - a * slope(1)) / determinant};
  }
  const double size = std::max(std::fabs(slope(0)), std::fabs(slope(1)));
  return {slope(0) / size * kLongestStep, slope(1) / size * kLongestStep};
}

/// Goes a step from the best place, or a part of it; false where it is too short to matter.
bool ShapeSearch::go(const std::vector<double>& step) {
  double longest = 0;
  for (const double part : step) longest = std::max(longest, std::fabs(part));
  const double share = longest > kLongestStep ? kLongestStep / longest : 1;
  double moved = 0;
  for (std::size_t i = 0; i < step.size(); ++i) {
    next_[i] = std::clamp(best_[i] + share * step[i], -kFarthest, kFarthest);
    moved = std::max(moved, std::fabs(next_[i] - best_[i]));
  }
  return moved >= tolerance_.step;
}

void ShapeSearch::advance(const std::vector<double>& log_likelihoods) {
  const double value = log_likelihoods[0];
  ++steps_;
  if (steps_ > 1 && !(value > best_value_)) {
    std::vector<double> step;
    for (std::size_t i = 0; i < best_.size(); ++i) {
      step.push_back(tolerance_.shorten * (next_[i] - best_[i]));
    }
    settled_ = !go(step);
  } else {
    const bool flat = value - best_value_ < kLeastGain * std::fabs(value);
    best_ = next_;
    best_value_ = value;
    settled_ = flat || !go(newton_step(log_likelihoods));
    if (settled_ && std::ranges::all_of(next_, [](double x) { return std::isfinite(x); })) {
      best_ = next_;
    }
  }
  done_ = settled_ || steps_ >= tolerance_.most;
}

}  // namespace neve::algos::glm

#include "algos/families/linear/quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <neve/base/error.hpp>

#include "algos/families/linear/lanes.hpp"

namespace neve::algos::linear {
namespace {

/// The state of a coordinate descent.
class Descent {
 public:
  Descent(const linalg::Symmetric& h, std::vector<double> rest, const Penalty& penalty,
          std::span<const double> start)
      : size_(rest.size()),
        h_(h),
        penalty_(penalty),
        b_(start.begin(), start.end()),
        rest_(std::move(rest)) {
    for (std::size_t j = 0; j < size_; ++j) {
      if (const double move = within(j, b_[j]) - b_[j]; move != 0) shift(j, move);
    }
  }

  std::vector<double> run() {
    constexpr int kMostRounds = 2000;
    constexpr int kSweepsPerRound = 5;
    constexpr int kPatience = 4;
    for (int round = 0; round < kMostRounds; ++round) {
      double moved = sweep(true);
      for (int s = 1; s < kSweepsPerRound; ++s) moved = sweep(false);
      if (auto exact = solve_signs(round >= kPatience)) return *exact;
      if (moved == 0) break;
    }
    return b_;
  }

 private:
  [[nodiscard]] std::span<const double> column(std::size_t j) const {
    return h_.values().subspan(j * size_, size_);
  }
  [[nodiscard]] double diagonal(std::size_t j) const {
    return column(j)[j] + penalty_.curvature(j);
  }
  /// Moves one coefficient.
  void shift(std::size_t j, double by) {
    b_[j] += by;
    const double* h = column(j).data();
    for (std::size_t i = 0; i < size_; ++i) rest_[i] -= h[i] * by;
    rest_[j] -= penalty_.curvature(j) * by;
  }
  [[nodiscard]] double within(std::size_t j, double value) const {
    return std::clamp(value, penalty_.low(j), penalty_.high(j));
  }
  /// Neither at a kink nor at a bound.
  [[nodiscard]] bool in_play(std::size_t j, double value) const {
    if (value == 0 && penalty_.l1[j] > 0) return false;
    return value > penalty_.low(j) && value < penalty_.high(j);
  }
  [[nodiscard]] double best(std::size_t j) const {
    const double curvature = diagonal(j);
    if (!(curvature > 0)) return within(j, 0);
    const double pull = rest_[j] + curvature * b_[j];
    const double shrunk = std::max(0.0, std::fabs(pull) - penalty_.l1[j]);
    return within(j, std::copysign(shrunk, pull) / curvature);
  }
  /// Returns the largest move, in units of the objective's curvature.
  double sweep(bool all) {
    double most = 0;
    for (std::size_t j = 0; j < size_; ++j) {
      if (!all && !in_play(j, b_[j])) continue;
      const double move = best(j) - b_[j];
      if (move == 0) continue;
      shift(j, move);
      most = std::max(most, std::fabs(move) * std::sqrt(diagonal(j)));
    }
    return most > 1e-15 ? most : 0;
  }
  /// Columns that depend on others make a valley, which the descent mostly goes down until a
  /// coefficient is 0. It stays where the floor is level: with `dependent`, or as the intercepts of
  /// several classes do.
  [[nodiscard]] std::optional<linalg::Cholesky> factor_of(const linalg::Symmetric& part,
                                                          const std::vector<std::size_t>& moving,
                                                          bool dependent) const {
    const auto is_free = [&](std::size_t j) { return penalty_.l1[j] == 0; };
    if (dependent || std::ranges::count_if(moving, is_free) > 1) return linalg::Cholesky(part);
    return linalg::Cholesky::of_independent(part);
  }
  /// The minimum among b of the present signs and bounds, where that is the minimum of all.
  /// Columns may be `dependent`.
  [[nodiscard]] std::optional<std::vector<double>> solve_signs(bool dependent) const {
    std::vector<std::size_t> moving;
    for (std::size_t j = 0; j < size_; ++j) {
      if (in_play(j, b_[j])) moving.push_back(j);
    }
    linalg::Symmetric part(moving.size());
    std::vector<double> right(moving.size());
    for (std::size_t j = 0; j < moving.size(); ++j) {
      const std::size_t at = moving[j];
      const double* h = column(at).data();
      right[j] = rest_[at] - (b_[at] != 0 ? std::copysign(penalty_.l1[at], b_[at]) : 0);
      for (std::size_t i = j; i < moving.size(); ++i) part.at(i, j) = h[moving[i]];
      part.at(j, j) += penalty_.curvature(at);
    }
    const auto factor = factor_of(part, moving, dependent);
    if (!factor) return std::nullopt;
    const auto steps = factor->solve(right);
    std::vector<double> whole = b_;
    for (std::size_t j = 0; j < moving.size(); ++j) {
      const std::size_t at = moving[j];
      whole[at] += steps[j];
      const bool turned = penalty_.l1[at] > 0 && !(whole[at] * b_[at] > 0);
      if (turned || !in_play(at, whole[at])) return std::nullopt;
    }
    if (!is_minimum(whole, factor->rank() < moving.size())) return std::nullopt;
    return whole;
  }
  /// Whether no coefficient that is held by a kink or bound wants to leave it, nor any at all wants
  /// to move where some were left out as dependent.
  [[nodiscard]] bool is_minimum(const std::vector<double>& b, bool any_left_out) const {
    constexpr double kSlack = 1e-9;
    std::vector<double> step(size_);
    for (std::size_t j = 0; j < size_; ++j) step[j] = b[j] - b_[j];
    for (std::size_t j = 0; j < size_; ++j) {
      if (!any_left_out && in_play(j, b[j])) continue;
      const double gradient = dot(column(j), step) - rest_[j];
      const double size = std::fabs(rest_[j]) + diagonal(j) * std::fabs(b[j]);
      const double slack = kSlack * (penalty_.l1[j] + size);
      if (std::fabs(penalty_.steepest(j, b[j], gradient)) > slack) return false;
    }
    return true;
  }

  std::size_t size_;
  const linalg::Symmetric& h_;
  const Penalty& penalty_;
  std::vector<double> b_;
  std::vector<double> rest_;  ///< minus the gradient of all but the kinks
};

}  // namespace

void mirror(linalg::Symmetric& h) {
  constexpr std::size_t kTile = 32;
  for (std::size_t tile = 0; tile < h.size(); tile += kTile) {
    for (std::size_t i = tile; i < h.size(); ++i) {
      for (std::size_t j = tile; j < std::min(tile + kTile, i); ++j) h.at(j, i) = h.at(i, j);
    }
  }
}

std::vector<double> times(const linalg::Symmetric& h, std::span<const double> b) {
  std::vector<double> product(b.size(), 0.0);
  for (std::size_t j = 0; j < b.size(); ++j) {
    if (b[j] == 0) continue;
    const double* column = h.values().data() + j * b.size();
    for (std::size_t i = 0; i < b.size(); ++i) product[i] += column[i] * b[j];
  }
  return product;
}

std::vector<double> minimise_quadratic(const linalg::Symmetric& h, std::vector<double> rest,
                                       const Penalty& penalty, const std::vector<double>& start) {
  const std::size_t n = h.size();
  NEVE_CHECK(rest.size() == n && start.size() == n && penalty.l1.size() == n);
  return Descent(h, std::move(rest), penalty, start).run();
}

}  // namespace neve::algos::linear

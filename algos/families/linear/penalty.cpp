#include "algos/families/linear/penalty.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <neve/base/error.hpp>

#include "algos/families/linear/lanes.hpp"

namespace neve::algos::linear {
namespace {

/// The state of a coordinate descent.
class Descent {
 public:
  Descent(const linalg::Symmetric& h, std::span<const double> c, const Penalty& penalty,
          std::span<const double> start)
      : size_(h.size()),
        c_(c.begin(), c.end()),
        penalty_(penalty),
        full_(size_ * size_),
        b_(start.begin(), start.end()) {
    for (std::size_t j = 0; j < size_; ++j) {
      for (std::size_t i = 0; i < size_; ++i) full_[j * size_ + i] = h.get(i, j);
      b_[j] = within(j, b_[j]);
    }
    set(b_);
  }

  std::vector<double> run(const linalg::Symmetric& h) {
    constexpr int kMostRounds = 2000;
    constexpr int kSweepsPerRound = 5;
    for (int round = 0; round < kMostRounds; ++round) {
      double moved = sweep(true);
      for (int s = 1; s < kSweepsPerRound; ++s) moved = sweep(false);
      if (auto exact = solve_signs(h)) return *exact;
      if (moved == 0) break;
    }
    return b_;
  }

 private:
  [[nodiscard]] std::span<const double> column(std::size_t j) const {
    return {full_.data() + j * size_, size_};
  }
  /// Takes b over and makes the gradient anew.
  void set(const std::vector<double>& b) {
    b_ = b;
    rest_ = c_;
    for (std::size_t j = 0; j < size_; ++j) {
      if (b_[j] != 0) add_to_rest(j, -b_[j]);
    }
  }
  void add_to_rest(std::size_t j, double by) {
    const double* h = full_.data() + j * size_;
    for (std::size_t i = 0; i < size_; ++i) rest_[i] += h[i] * by;
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
    const double diagonal = column(j)[j];
    if (!(diagonal > 0)) return within(j, 0);
    const double pull = rest_[j] + diagonal * b_[j];
    const double shrunk = std::max(0.0, std::fabs(pull) - penalty_.l1[j]);
    return within(j, std::copysign(shrunk, pull) / diagonal);
  }
  /// Returns the largest move, in units of the objective's curvature.
  double sweep(bool all) {
    double most = 0;
    for (std::size_t j = 0; j < size_; ++j) {
      if (!all && !in_play(j, b_[j])) continue;
      const double move = best(j) - b_[j];
      if (move == 0) continue;
      b_[j] += move;
      add_to_rest(j, -move);
      most = std::max(most, std::fabs(move) * std::sqrt(column(j)[j]));
    }
    return most > 1e-15 ? most : 0;
  }
  /// The minimum among b of the present signs and bounds, where that is the minimum of all.
  [[nodiscard]] std::optional<std::vector<double>> solve_signs(const linalg::Symmetric& h) const {
    std::vector<std::size_t> moving;
    std::vector<double> whole(size_, 0.0);
    for (std::size_t j = 0; j < size_; ++j) {
      if (in_play(j, b_[j])) {
        moving.push_back(j);
      } else {
        whole[j] = b_[j];
      }
    }
    linalg::Symmetric part(moving.size());
    std::vector<double> right(moving.size());
    for (std::size_t j = 0; j < moving.size(); ++j) {
      const std::size_t at = moving[j];
      right[j] = c_[at] - std::copysign(penalty_.l1[at], b_[at]);
      if (penalty_.bounded()) right[j] -= dot(column(at), whole);
      for (std::size_t i = j; i < moving.size(); ++i) part.at(i, j) = h.get(moving[i], at);
    }
    const linalg::Cholesky factor(part);
    // What depends on others becomes 0: as good as any value where it costs nothing, as intercepts
    // of several classes do, and otherwise noticed below.
    const auto values = factor.solve(right);
    for (std::size_t j = 0; j < moving.size(); ++j) {
      const std::size_t at = moving[j];
      const bool turned = penalty_.l1[at] > 0 && !(values[j] * b_[at] > 0);
      if (turned || !in_play(at, values[j])) return std::nullopt;
      whole[at] = values[j];
    }
    if (!is_minimum(whole)) return std::nullopt;
    return whole;
  }
  /// Whether no coefficient that is held by a kink or bound wants to leave it.
  [[nodiscard]] bool is_minimum(const std::vector<double>& b) const {
    constexpr double kSlack = 1e-9;
    for (std::size_t j = 0; j < size_; ++j) {
      if (in_play(j, b[j])) continue;
      const double slope = c_[j] - dot(column(j), b);
      const double l1 = penalty_.l1[j];
      const double slack = kSlack * (l1 + std::fabs(c_[j]));
      const bool up = slope > (b[j] >= 0 ? l1 : -l1) + slack && b[j] < penalty_.high(j);
      const bool down = slope < (b[j] <= 0 ? -l1 : l1) - slack && b[j] > penalty_.low(j);
      if (up || down) return false;
    }
    return true;
  }

  std::size_t size_;
  std::vector<double> c_;
  const Penalty& penalty_;
  std::vector<double> full_;
  std::vector<double> b_;
  std::vector<double> rest_;  ///< c - H b
};

}  // namespace

double Penalty::low(std::size_t j) const {
  return lower.empty() ? -std::numeric_limits<double>::infinity() : lower[j];
}

double Penalty::high(std::size_t j) const {
  return upper.empty() ? std::numeric_limits<double>::infinity() : upper[j];
}

bool Penalty::smooth() const {
  return !bounded() && std::ranges::all_of(l1, [](double value) { return value == 0; });
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

std::vector<double> minimise_quadratic(const linalg::Symmetric& h, std::span<const double> c,
                                       const Penalty& penalty, std::span<const double> start) {
  NEVE_CHECK(c.size() == h.size() && start.size() == h.size() && penalty.l1.size() == h.size());
  return Descent(h, c, penalty, start).run(h);
}

}  // namespace neve::algos::linear

#include "algos/families/linear/penalty.hpp"

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
  Descent(const linalg::Symmetric& h, std::span<const double> c, const Penalty& penalty,
          std::span<const double> start, bool free_last)
      : size_(h.size()),
        c_(c.begin(), c.end()),
        penalty_(penalty),
        free_(free_last ? size_ - 1 : size_),
        full_(size_ * size_),
        b_(start.begin(), start.end()) {
    for (std::size_t j = 0; j < size_; ++j) {
      for (std::size_t i = 0; i < size_; ++i) full_[j * size_ + i] = h.get(i, j);
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
  [[nodiscard]] double best(std::size_t j) const {
    const double diagonal = column(j)[j];
    if (!(diagonal > 0)) return 0;
    const double pull = rest_[j] + diagonal * b_[j];
    if (j == free_) return pull / diagonal;
    const double shrunk = std::max(0.0, std::fabs(pull) - penalty_.l1[j]);
    const double value = std::copysign(shrunk, pull) / diagonal;
    return penalty_.non_negative ? std::max(0.0, value) : value;
  }
  /// Returns the largest move, in units of the objective's curvature.
  double sweep(bool all) {
    double most = 0;
    for (std::size_t j = 0; j < size_; ++j) {
      if (!all && b_[j] == 0 && j != free_) continue;
      const double move = best(j) - b_[j];
      if (move == 0) continue;
      b_[j] += move;
      add_to_rest(j, -move);
      most = std::max(most, std::fabs(move) * std::sqrt(column(j)[j]));
    }
    return most > 1e-15 ? most : 0;
  }
  /// The minimum among b of the present signs, where that is the minimum of all.
  [[nodiscard]] std::optional<std::vector<double>> solve_signs(const linalg::Symmetric& h) const {
    std::vector<std::size_t> in_play;
    for (std::size_t j = 0; j < size_; ++j) {
      if (b_[j] != 0 || j == free_) in_play.push_back(j);
    }
    linalg::Symmetric part(in_play.size());
    std::vector<double> right(in_play.size());
    for (std::size_t j = 0; j < in_play.size(); ++j) {
      const std::size_t at = in_play[j];
      right[j] = at == free_ ? c_[at] : c_[at] - std::copysign(penalty_.l1[at], b_[at]);
      for (std::size_t i = j; i < in_play.size(); ++i) part.at(i, j) = h.get(in_play[i], at);
    }
    const linalg::Cholesky factor(part);
    if (factor.rank() != in_play.size()) return std::nullopt;
    const auto values = factor.solve(right);
    std::vector<double> whole(size_, 0.0);
    for (std::size_t j = 0; j < in_play.size(); ++j) {
      const std::size_t at = in_play[j];
      if (at != free_ && !(values[j] * b_[at] > 0)) return std::nullopt;
      whole[at] = values[j];
    }
    if (!is_minimum(whole)) return std::nullopt;
    return whole;
  }
  /// Whether no coefficient that is 0 wants to leave it.
  [[nodiscard]] bool is_minimum(const std::vector<double>& b) const {
    constexpr double kSlack = 1e-9;
    for (std::size_t j = 0; j < size_; ++j) {
      if (b[j] != 0 || j == free_) continue;
      const double slope = c_[j] - dot(column(j), b);
      const double pull = penalty_.non_negative ? slope : std::fabs(slope);
      if (pull > penalty_.l1[j] * (1 + kSlack) + kSlack * std::fabs(c_[j])) return false;
    }
    return true;
  }

  std::size_t size_;
  std::vector<double> c_;
  const Penalty& penalty_;
  std::size_t free_;  ///< the intercept's index, or size_
  std::vector<double> full_;
  std::vector<double> b_;
  std::vector<double> rest_;  ///< c - H b
};

}  // namespace

bool Penalty::smooth() const {
  return !non_negative && std::ranges::all_of(l1, [](double value) { return value == 0; });
}

double Penalty::of(std::span<const double> beta) const {
  double total = 0;
  for (std::size_t j = 0; j < beta.size(); ++j) {
    total += l1[j] * std::fabs(beta[j]) + l2[j] * beta[j] * beta[j] / 2;
  }
  return total;
}

std::vector<double> minimise_quadratic(const linalg::Symmetric& h, std::span<const double> c,
                                       const Penalty& penalty, std::span<const double> start,
                                       bool free_last) {
  NEVE_CHECK(c.size() == h.size() && start.size() == h.size() && penalty.l1.size() == h.size());
  return Descent(h, c, penalty, start, free_last).run(h);
}

}  // namespace neve::algos::linear

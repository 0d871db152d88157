#include "algos/families/linear/constrained.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>

#include "algos/families/linear/lanes.hpp"

namespace neve::algos::linear {
namespace {

/// Which constraints hold with equality.
using Active = std::vector<bool>;

/// The quadratic, its constraints with rows of length 1, and where the search stands.
class Lagrangian {
 public:
  Lagrangian(const linalg::Symmetric& h, std::span<const double> c,
             const LinearConstraints& constraints, const Augmentation& augmentation)
      : h_(h), c_(c), constraints_(constraints), how_(augmentation) {
    for (std::size_t i = 0; i < constraints_.rows.size(); ++i) {
      auto& row = constraints_.rows[i];
      const double size = std::sqrt(dot(row, row));
      if (size == 0) continue;
      for (double& value : row) value /= size;
      constraints_.limits[i] /= size;
    }
    for (std::size_t j = 0; j < h.size(); ++j) curvature_ = std::max(curvature_, h.at(j, j));
    if (!(curvature_ > 0)) curvature_ = 1;
    multipliers_.assign(constraints_.rows.size(), 0.0);
  }

  std::vector<double> run() {
    constexpr int kMostRounds = 100;
    constexpr double kEnough = 1e-12;
    constexpr double kMostGrowth = 1e10;
    double growth = how_.c0;
    double tolerance = how_.eta0 / math::pow(growth, how_.alpha);
    for (int round = 0; round < kMostRounds; ++round) {
      penalty_ = growth * curvature_;
      minimise();
      const double off = infeasibility();
      if (off <= tolerance || growth >= kMostGrowth) {
        for (std::size_t i = 0; i < multipliers_.size(); ++i) multipliers_[i] = raised(i);
        if (off <= kEnough * (1 + largest_limit())) break;
        tolerance /= math::pow(growth, how_.beta);
      } else {
        growth = std::min(growth * how_.tau, kMostGrowth);
        tolerance = how_.eta0 / math::pow(growth, how_.alpha);
      }
    }
    return polished();
  }

 private:
  [[nodiscard]] bool is_equality(std::size_t i) const { return i < constraints_.equalities; }
  /// The multiplier after a step of the method, 0 where the constraint does not count.
  [[nodiscard]] double raised(std::size_t i) const {
    const double value = multipliers_[i] + penalty_ * constraints_.excess(i, b_);
    return is_equality(i) ? value : std::max(0.0, value);
  }
  [[nodiscard]] double infeasibility() const {
    double most = 0;
    for (std::size_t i = 0; i < multipliers_.size(); ++i) {
      const double off = constraints_.excess(i, b_);
      const double counts = is_equality(i) ? off : std::max(off, -multipliers_[i] / penalty_);
      most = std::max(most, std::fabs(counts));
    }
    return most;
  }
  [[nodiscard]] double largest_limit() const {
    double most = 0;
    for (const double limit : constraints_.limits) most = std::max(most, std::fabs(limit));
    return most;
  }
  /// H plus the penalty's curvature along the active constraints.
  [[nodiscard]] linalg::Cholesky curved(const Active& active) const {
    linalg::Symmetric sum = h_;
    for (std::size_t i = 0; i < active.size(); ++i) {
      if (!active[i]) continue;
      const auto& row = constraints_.rows[i];
      for (std::size_t k = 0; k < row.size(); ++k) {
        if (row[k] == 0) continue;
        for (std::size_t j = k; j < row.size(); ++j) {
          sum.at(j, k) += penalty_ * row[k] * row[j];
        }
      }
    }
    return linalg::Cholesky(sum);
  }
  void add(std::vector<double>& to, std::size_t i, double by) const {
    for (std::size_t j = 0; j < to.size(); ++j) to[j] += by * constraints_.rows[i][j];
  }
  [[nodiscard]] Active counting() const {
    Active active(multipliers_.size());
    for (std::size_t i = 0; i < active.size(); ++i) active[i] = is_equality(i) || raised(i) > 0;
    return active;
  }
  /// The augmented Lagrangian's minimum at these multipliers: Newton's method on its pieces, which
  /// are quadratic.
  void minimise() {
    constexpr int kMostPieces = 100;
    if (b_.empty()) b_.assign(h_.size(), 0.0);
    Active active = counting();
    for (int piece = 0; piece < kMostPieces; ++piece) {
      std::vector<double> right(c_.begin(), c_.end());
      for (std::size_t i = 0; i < active.size(); ++i) {
        if (active[i]) add(right, i, penalty_ * constraints_.limits[i] - multipliers_[i]);
      }
      b_ = curved(active).solve(right);
      Active next = counting();
      if (next == active) return;
      active = std::move(next);
    }
  }

  struct Exact {
    std::vector<double> b;
    std::vector<double> multipliers;
  };
  /// The minimum where these constraints hold with equality.
  [[nodiscard]] Exact solve(const Active& active) const {
    std::vector<std::size_t> held;
    for (std::size_t i = 0; i < active.size(); ++i) {
      if (active[i]) held.push_back(i);
    }
    const auto factor = curved(active);
    std::vector<double> right(c_.begin(), c_.end());
    for (const std::size_t i : held) add(right, i, penalty_ * constraints_.limits[i]);
    Exact made{factor.solve(right), std::vector<double>(active.size(), 0.0)};
    std::vector<std::vector<double>> along;
    for (const std::size_t i : held) along.push_back(factor.solve(constraints_.rows[i]));
    linalg::Symmetric schur(held.size());
    for (std::size_t k = 0; k < held.size(); ++k) {
      for (std::size_t j = k; j < held.size(); ++j) {
        schur.at(j, k) = dot(constraints_.rows[held[j]], along[k]);
      }
    }
    const linalg::Cholesky inner(schur);
    // Twice: the second time takes the constraints to their last digits.
    for (int pass = 0; pass < 2; ++pass) {
      std::vector<double> off;
      for (const std::size_t i : held) off.push_back(constraints_.excess(i, made.b));
      const auto pulls = inner.solve(off);
      for (std::size_t k = 0; k < held.size(); ++k) {
        made.multipliers[held[k]] += pulls[k];
        for (std::size_t j = 0; j < made.b.size(); ++j) made.b[j] -= pulls[k] * along[k][j];
      }
    }
    return made;
  }
  /// The exact minimum, starting from the constraints that the multipliers say hold: one that is
  /// not met joins, one that pulls the wrong way leaves. What the method has found where that
  /// leads nowhere.
  [[nodiscard]] std::vector<double> polished() const {
    const double slack = 1e-11 * (1 + largest_limit());
    Active active(multipliers_.size());
    for (std::size_t i = 0; i < active.size(); ++i) {
      active[i] = is_equality(i) || multipliers_[i] > 0;
    }
    for (std::size_t change = 0; change <= 2 * active.size(); ++change) {
      const Exact exact = solve(active);
      std::size_t worst = active.size();
      double most = 0;
      for (std::size_t i = constraints_.equalities; i < active.size(); ++i) {
        const double wrong =
            active[i] ? -exact.multipliers[i] / curvature_ : constraints_.excess(i, exact.b);
        if (wrong <= std::max(most, slack)) continue;
        most = wrong;
        worst = i;
      }
      if (worst == active.size()) return exact.b;
      active[worst] = !active[worst];
    }
    return b_;
  }

  const linalg::Symmetric& h_;
  std::span<const double> c_;
  LinearConstraints constraints_;
  Augmentation how_;
  double curvature_ = 0;  ///< the largest of H: the unit of penalties
  double penalty_ = 1;
  std::vector<double> b_;
  std::vector<double> multipliers_;
};

}  // namespace

double LinearConstraints::excess(std::size_t i, std::span<const double> beta) const {
  return dot(rows[i], beta) - limits[i];
}

double LinearConstraints::violation(std::span<const double> beta) const {
  double most = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double off = excess(i, beta);
    most = std::max(most, i < equalities ? std::fabs(off) : off);
  }
  return most;
}

std::vector<double> minimise_constrained(const linalg::Symmetric& h, std::span<const double> c,
                                         const LinearConstraints& constraints,
                                         const Augmentation& augmentation) {
  NEVE_CHECK(c.size() == h.size() && constraints.limits.size() == constraints.rows.size());
  return Lagrangian(h, c, constraints, augmentation).run();
}

std::vector<double> nearest(const LinearConstraints& constraints, std::span<const double> from,
                            const Augmentation& augmentation) {
  linalg::Symmetric unit(from.size());
  for (std::size_t j = 0; j < from.size(); ++j) unit.at(j, j) = 1;
  return minimise_constrained(unit, from, constraints, augmentation);
}

std::vector<std::size_t> redundant(const LinearConstraints& constraints) {
  const std::size_t count = constraints.rows.size();
  linalg::Symmetric products(count);
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t j = k; j < count; ++j) {
      products.at(j, k) = dot(constraints.rows[j], constraints.rows[k]) +
                          constraints.limits[j] * constraints.limits[k];
    }
  }
  const linalg::Cholesky factor(products);
  std::vector<std::size_t> left_out;
  for (std::size_t i = 0; i < count; ++i) {
    if (!std::ranges::binary_search(factor.kept(), i)) left_out.push_back(i);
  }
  return left_out;
}

}  // namespace neve::algos::linear

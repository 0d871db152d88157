#include "algos/families/linear/quadratic.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include <neve/base/rng.hpp>

namespace {

using namespace neve;
using namespace neve::algos::linear;

constexpr std::size_t kLevels = 6;
constexpr std::size_t kSize = kLevels + 3;  // two numbers and an intercept

/// X'X / rows of levels, two numbers and an intercept: the levels add up to the intercept.
struct Problem {
  linalg::Symmetric h{kSize};
  std::vector<double> rest = std::vector<double>(kSize, 0.0);  ///< X'y / rows
};

Problem problem(std::uint64_t seed) {
  constexpr std::size_t kRows = 200;
  Problem made;
  for (std::size_t i = 0; i < kRows; ++i) {
    const auto draw = [&](std::uint64_t which) { return CounterRng(seed).uniform(10 * i + which); };
    std::vector<double> x(kSize, 0.0);
    const std::size_t level = static_cast<std::size_t>(draw(0) * kLevels);
    x[level] = 1;
    x[kLevels] = draw(1) - 0.5;
    x[kLevels + 1] = draw(2) - 0.5;
    x.back() = 1;
    const double sign = level % 2 == 0 ? 1 : -1;
    const double y = sign * static_cast<double>(level + 1) + 3 * x[kLevels] + draw(3);
    for (std::size_t j = 0; j < kSize; ++j) {
      made.rest[j] += x[j] * y / kRows;
      for (std::size_t k = j; k < kSize; ++k) made.h.at(k, j) += x[j] * x[k] / kRows;
    }
  }
  mirror(made.h);
  return made;
}

TEST(Quadratic, LevelsThatAddUpToTheInterceptStillMeetTheConditions) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const double lambda : {0.3, 0.05, 1e-3, 1e-6}) {
      const Problem at = problem(seed);
      Penalty penalty{.l1 = std::vector<double>(kSize, lambda),
                      .l2 = std::vector<double>(kSize, 0.0)};
      penalty.l1.back() = 0;
      const std::vector<double> start(kSize, 0.0);
      const auto b = minimise_quadratic(at.h, at.rest, penalty, start);
      const auto fitted = times(at.h, b);
      for (std::size_t j = 0; j < kSize; ++j) {
        EXPECT_NEAR(penalty.steepest(j, b[j], fitted[j] - at.rest[j]), 0, 1e-9 * (1 + lambda))
            << seed << " " << lambda << " " << j;
      }
    }
  }
}

/// X'X / rows of several factors and an intercept: every factor's levels add up to the intercept.
struct Factors {
  static constexpr std::size_t kFactors = 4;
  static constexpr std::size_t kEach = 30;
  static constexpr std::size_t kColumns = kFactors * kEach + 1;
  linalg::Symmetric h{kColumns};
  std::vector<double> rest = std::vector<double>(kColumns, 0.0);

  explicit Factors(std::uint64_t seed) {
    constexpr std::size_t kRows = 2000;
    const CounterRng random(seed);
    for (std::size_t i = 0; i < kRows; ++i) {
      std::array<std::size_t, kFactors + 1> on;
      double y = 300 * random.uniform(8 * i);
      for (std::size_t f = 0; f < kFactors; ++f) {
        const double drawn = random.uniform(8 * i + f + 1);
        const auto level = static_cast<std::size_t>(drawn * drawn * kEach);
        on[f] = f * kEach + level;
        y += 100 * std::sin(static_cast<double>((f + 1) * level));
      }
      on.back() = kColumns - 1;
      for (const std::size_t j : on) {
        rest[j] += y / kRows;
        for (const std::size_t k : on) h.at(k, j) += 1.0 / kRows;
      }
    }
  }
};

TEST(Quadratic, SeveralFactorsMeetTheConditionsAtAnyLambda) {
  constexpr std::size_t kColumns = Factors::kColumns;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Factors at(seed);
    for (const double lambda : {20.0, 1.0, 0.03, 1e-3, 1e-5}) {
      for (const double ridge : {0.0, 0.5}) {
        Penalty penalty{.l1 = std::vector<double>(kColumns, lambda),
                        .l2 = std::vector<double>(kColumns, ridge * lambda)};
        penalty.l1.back() = penalty.l2.back() = 0;
        const auto b =
            minimise_quadratic(at.h, at.rest, penalty, std::vector<double>(kColumns, 0.0));
        const auto fitted = times(at.h, b);
        for (std::size_t j = 0; j < kColumns; ++j) {
          const double gradient = fitted[j] - at.rest[j] + penalty.slope(j, b[j]);
          const double size = std::fabs(at.rest[j]) + lambda;
          EXPECT_NEAR(penalty.steepest(j, b[j], gradient), 0, 2e-9 * size)
              << seed << " " << lambda << " " << ridge << " " << j;
        }
      }
    }
  }
}

TEST(Quadratic, CurvatureAndBoundsOfThePenaltyCount) {
  const Problem at = problem(3);
  Penalty penalty{.l1 = std::vector<double>(kSize, 0.01), .l2 = std::vector<double>(kSize, 0.02)};
  penalty.l1.back() = penalty.l2.back() = 0;
  penalty.lower.assign(kSize, -0.5);
  penalty.upper.assign(kSize, 2.0);
  const std::vector<double> start(kSize, 0.25);
  // Away from 0 the gradient's matrix part is subtracted.
  auto rest = at.rest;
  const auto there = times(at.h, start);
  for (std::size_t j = 0; j < kSize; ++j) rest[j] -= there[j] + penalty.slope(j, start[j]);
  const auto b = minimise_quadratic(at.h, rest, penalty, start);
  const auto fitted = times(at.h, b);
  int at_bound = 0;
  for (std::size_t j = 0; j < kSize; ++j) {
    EXPECT_GE(b[j], -0.5);
    EXPECT_LE(b[j], 2.0);
    if (b[j] == -0.5 || b[j] == 2) ++at_bound;
    const double gradient = fitted[j] - at.rest[j] + penalty.slope(j, b[j]);
    EXPECT_NEAR(penalty.steepest(j, b[j], gradient), 0, 1e-9) << j;
  }
  EXPECT_GT(at_bound, 0);
}

}  // namespace

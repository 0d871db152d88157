#include "algos/families/linear/quadratic.hpp"

#include <gtest/gtest.h>

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

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "algos/glrm/row_fit.hpp"

namespace {

using namespace neve;
using namespace neve::algos::glrm;

constexpr std::size_t kCells = 9;
constexpr std::size_t kRank = 3;
constexpr std::size_t kRows = 53;

Factors make_factors(const std::vector<Loss>& losses, const Penalty& on_x) {
  const CounterRng random(2);
  Factors made{.space = {}, .k = kRank, .y = {}, .on_x = on_x};
  for (std::size_t j = 0; j < kCells; ++j) {
    Feature feature;
    feature.column = feature.first = static_cast<std::int32_t>(j);
    feature.loss = {.loss = losses[j % losses.size()], .period = 5};
    made.space.features.push_back(feature);
    for (std::size_t c = 0; c < kRank; ++c) made.y.push_back(2 * random.uniform(kRank * j + c) - 1);
  }
  return made;
}

/// Values that any loss can be taken of; every eleventh is missing.
std::vector<double> make_targets() {
  const CounterRng random(3);
  std::vector<double> made;
  for (std::size_t i = 0; i < kRows * kCells; ++i)
    made.push_back(i % 11 == 4 ? frame::kMissingDouble : static_cast<double>(random.below(i, 2)));
  return made;
}

struct Kept {
  std::vector<double> x;
  std::vector<double> product;
  double value = 0;
  bool operator==(const Kept&) const = default;
};

std::map<std::size_t, Kept> fit_all(const Factors& factors, std::span<const double> targets) {
  std::map<std::size_t, Kept> made;
  RowFit(factors).fit(
      targets, targets.size() / kCells, [&](std::size_t row, const FittedRow& fitted) {
        const bool fresh =
            made.try_emplace(row, Kept{{fitted.x.begin(), fitted.x.end()},
                                       {fitted.product.begin(), fitted.product.end()},
                                       fitted.loss + fitted.penalty})
                .second;
        EXPECT_TRUE(fresh) << row;
      });
  return made;
}

double value_at(const Factors& factors, std::span<const double> targets,
                std::span<const double> x) {
  double sum = factors.on_x.value(x);
  for (std::size_t j = 0; j < kCells; ++j) {
    if (std::isnan(targets[j])) continue;
    double u = 0;
    for (std::size_t c = 0; c < kRank; ++c) u += x[c] * factors.cell(j)[c];
    sum += factors.space.features[j].loss.value(u, targets[j]);
  }
  return sum;
}

const std::vector<std::vector<Loss>> kLosses = {
    {Loss::quadratic}, {Loss::huber},
    {Loss::absolute},  {Loss::poisson},
    {Loss::logistic},  {Loss::hinge},
    {Loss::periodic},  {Loss::poisson, Loss::huber, Loss::logistic, Loss::quadratic}};

TEST(GlrmRowFit, ARowIsFittedAsIfItWereAlone) {
  const auto targets = make_targets();
  for (const Regularizer kind : {Regularizer::none, Regularizer::quadratic, Regularizer::l1}) {
    for (const auto& losses : kLosses) {
      const Factors factors = make_factors(losses, {kind, 0.1});
      const auto together = fit_all(factors, targets);
      ASSERT_EQ(together.size(), kRows);
      for (std::size_t i = 0; i < kRows; i += 5) {
        const auto row = std::span(targets).subspan(i * kCells, kCells);
        EXPECT_EQ(fit_all(factors, row).at(0), together.at(i)) << i;
      }
    }
  }
}

/// Where a penalty sees to a minimum. Losses with a kink are followed to a hundredth.
TEST(GlrmRowFit, NoXNearbyLosesLess) {
  const auto targets = make_targets();
  const CounterRng random(5);
  for (const Regularizer kind : {Regularizer::quadratic, Regularizer::l2, Regularizer::l1}) {
    for (const auto& losses : kLosses) {
      const bool kink = losses[0] == Loss::absolute || losses[0] == Loss::hinge;
      const double share = kink ? 1e-2 : 1e-4;
      const Factors factors = make_factors(losses, {kind, 0.1});
      for (const auto& [i, fitted] : fit_all(factors, targets)) {
        const auto row = std::span(targets).subspan(i * kCells, kCells);
        EXPECT_NEAR(fitted.value, value_at(factors, row, fitted.x), 1e-12 * (1 + fitted.value));
        for (std::size_t other = 0; other < 20; ++other) {
          std::vector<double> x = fitted.x;
          for (std::size_t c = 0; c < kRank; ++c)
            x[c] +=
                (other % 2 == 0 ? 1e-2 : 0.3) * (random.uniform(1000 * i + 10 * other + c) - 0.5);
          EXPECT_GE(value_at(factors, row, x), fitted.value - share * (1 + fitted.value))
              << static_cast<int>(losses[0]) << " " << static_cast<int>(kind) << " " << i;
        }
      }
    }
  }
}

/// Without a penalty a quadratic row solves its normal equations.
TEST(GlrmRowFit, QuadraticRowsLeaveNothingAlongY) {
  const auto targets = make_targets();
  const Factors factors = make_factors({Loss::quadratic}, {});
  for (const auto& [i, fitted] : fit_all(factors, targets)) {
    for (std::size_t c = 0; c < kRank; ++c) {
      double along = 0;
      for (std::size_t j = 0; j < kCells; ++j) {
        const double target = targets[i * kCells + j];
        if (!std::isnan(target)) along += (target - fitted.product[j]) * factors.cell(j)[c];
      }
      EXPECT_NEAR(along, 0, 1e-12);
    }
  }
}

}  // namespace

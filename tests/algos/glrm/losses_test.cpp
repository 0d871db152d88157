#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "algos/glrm/components.hpp"
#include "algos/glrm/losses.hpp"
#include "algos/glrm/regularizers.hpp"
#include "algos/glrm/space.hpp"

namespace {

using namespace neve;
using namespace neve::algos::glrm;

const std::vector<double> kPoints = {-3.1, -1, -0.4, 0, 0.2, 1, 1.7, 4};

TEST(GlrmLosses, AreTheirFormulas) {
  const auto of = [](Loss loss, double u, double a) { return CellLoss{loss, 3}.value(u, a); };
  for (const double u : kPoints) {
    const double off = u - 1;
    EXPECT_DOUBLE_EQ(of(Loss::quadratic, u, 1), off * off);
    EXPECT_DOUBLE_EQ(of(Loss::absolute, u, 1), std::fabs(off));
    EXPECT_DOUBLE_EQ(of(Loss::huber, u, 1),
                     std::fabs(off) > 1 ? std::fabs(off) - 0.5 : off * off / 2);
    EXPECT_NEAR(of(Loss::poisson, u, 2), std::exp(u) - 2 * u + 2 * std::log(2.0) - 2, 1e-12);
    EXPECT_NEAR(of(Loss::poisson, u, 0), std::exp(u), 1e-12);
    EXPECT_NEAR(of(Loss::logistic, u, 1), std::log1p(std::exp(-u)), 1e-12);
    EXPECT_NEAR(of(Loss::logistic, u, 0), std::log1p(std::exp(u)), 1e-12);
    EXPECT_DOUBLE_EQ(of(Loss::hinge, u, 1), std::fmax(1 - u, 0));
    EXPECT_DOUBLE_EQ(of(Loss::hinge, u, 0), std::fmax(1 + u, 0));
    EXPECT_NEAR(of(Loss::periodic, u, 1), 1 - std::cos(2 * std::numbers::pi * off / 3), 1e-12);
  }
}

TEST(GlrmLosses, LieBelowTheirParabolas) {
  for (const Loss loss : {Loss::quadratic, Loss::absolute, Loss::huber, Loss::hinge, Loss::logistic,
                          Loss::periodic, Loss::categorical, Loss::ordinal}) {
    const CellLoss cell{loss, 3};
    for (const double a : {0.0, 1.0}) {
      for (const double at : kPoints) {
        const Parabola p = parabola_at(cell, at, a);
        const auto height = [&](double u) { return p.weight / 2 * u * u - p.slope * u; };
        for (const double u : kPoints) {
          const double rise = height(u) - height(at);
          EXPECT_GE(rise, cell.value(u, a) - cell.value(at, a) - 1e-5)
              << static_cast<int>(loss) << " " << a << " " << at << " " << u;
        }
      }
    }
  }
}

TEST(GlrmLosses, PoissonsParabolaIsItsExpansion) {
  const CellLoss cell{Loss::poisson, 1};
  for (const double u : kPoints) {
    const Parabola p = parabola_at(cell, u, 2);
    EXPECT_NEAR(p.weight, std::exp(u), 1e-9 * std::exp(u));
    EXPECT_NEAR(p.weight * u - p.slope, std::exp(u) - 2, 1e-9 * (1 + std::exp(u)));
  }
}

/// A tenth of the cells is missing.
TEST(GlrmLosses, ManyCellsAreAsOneByOne) {
  constexpr std::size_t kCells = 203;
  const CounterRng random(6);
  std::vector<double> u(kCells);
  std::vector<double> a(kCells);
  for (std::size_t i = 0; i < kCells; ++i) {
    u[i] = 12 * random.uniform(2 * i) - 6;
    a[i] = i % 10 == 7 ? frame::kMissingDouble : static_cast<double>(random.below(2 * i + 1, 2));
  }
  for (int kind = 0; kind <= static_cast<int>(Loss::ordinal); ++kind) {
    const CellLoss loss{static_cast<Loss>(kind), 3};
    std::vector<double> value(kCells);
    std::vector<double> weight(kCells);
    std::vector<double> slope(kCells);
    evaluate(loss, {.u = u, .a = a, .value = value, .weight = weight, .slope = slope});
    for (std::size_t i = 0; i < kCells; ++i) {
      const bool missing = i % 10 == 7;
      const Parabola alone = missing ? Parabola{} : parabola_at(loss, u[i], a[i]);
      EXPECT_EQ(weight[i], alone.weight) << kind;
      EXPECT_EQ(slope[i], alone.slope) << kind;
      EXPECT_EQ(value[i], missing ? 0 : loss.value(u[i], a[i]) - loss.constant(a[i])) << kind;
    }
  }
}

TEST(GlrmLosses, FirstParabolasAreThoseOfAPoint) {
  const auto expect_touch = [](Loss kind, double u, double a) {
    const Parabola first = first_parabola({kind, 3}, a);
    const Parabola there = parabola_at({kind, 3}, u, a);
    EXPECT_NEAR(first.weight, there.weight, 1e-12 * there.weight) << static_cast<int>(kind);
    EXPECT_NEAR(first.slope, there.slope, 1e-12 * (1 + there.weight)) << static_cast<int>(kind);
  };
  for (const double a : {0.0, 1.0}) {
    for (const Loss kind : {Loss::quadratic, Loss::huber, Loss::periodic}) expect_touch(kind, a, a);
    expect_touch(Loss::absolute, a + 1, a);
    for (const Loss kind : {Loss::hinge, Loss::logistic, Loss::categorical, Loss::ordinal})
      expect_touch(kind, 0, a);
  }
}

TEST(GlrmLosses, ImputeWhereTheLossIsLeast) {
  EXPECT_EQ(imputed(Loss::quadratic, 1.5), 1.5);
  EXPECT_NEAR(imputed(Loss::poisson, 1.5), std::exp(1.5), 1e-12);
  EXPECT_EQ(imputed(Loss::hinge, -0.1), 0);
  EXPECT_EQ(imputed(Loss::logistic, 0.1), 1);
  Feature levels;
  levels.width = 4;
  levels.is_categorical = true;
  for (const Loss loss : {Loss::categorical, Loss::ordinal}) {
    levels.loss.loss = loss;
    const CounterRng random(3);
    for (std::uint64_t draw = 0; draw < 50; ++draw) {
      std::vector<double> u;
      for (std::uint64_t l = 0; l < 4; ++l) u.push_back(4 * random.uniform(4 * draw + l) - 2);
      std::vector<double> lost;
      for (std::size_t a = 0; a < 4; ++a) {
        double sum = 0;
        for (std::size_t l = 0; l < (loss == Loss::ordinal ? 3U : 4U); ++l) {
          const bool is = loss == Loss::ordinal ? l < a : l == a;
          sum += CellLoss{loss, 1}.value(u[l], is ? 1 : 0);
        }
        lost.push_back(sum);
      }
      const auto chosen = static_cast<std::size_t>(levels.impute(u));
      EXPECT_NEAR(lost[chosen], *std::ranges::min_element(lost), 1e-12);
    }
  }
}

TEST(GlrmRegularizers, ProximalStepsAreTheirClosedForms) {
  const auto step = [](Regularizer kind, std::vector<double> u) {
    proximal_step({kind, 0.5}, 2, u);
    return u;
  };
  const std::vector<double> u = {3, -0.5, 4};
  EXPECT_EQ(step(Regularizer::none, u), u);
  EXPECT_EQ(step(Regularizer::quadratic, u), (std::vector<double>{1, -0.5 / 3, 4.0 / 3}));
  EXPECT_EQ(step(Regularizer::l1, u), (std::vector<double>{2, 0, 3}));
  const double norm = std::sqrt(9 + 0.25 + 16);
  EXPECT_NEAR(step(Regularizer::l2, u)[2], 4 * (1 - 1 / norm), 1e-15);
  EXPECT_EQ(step(Regularizer::l2, {0.1, 0.2}), (std::vector<double>{0, 0}));
  EXPECT_EQ(step(Regularizer::non_negative, u), (std::vector<double>{3, 0, 4}));
  EXPECT_EQ(step(Regularizer::one_sparse, u), (std::vector<double>{0, 0, 4}));
  EXPECT_EQ(step(Regularizer::unit_one_sparse, u), (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(step(Regularizer::simplex, u), (std::vector<double>{0, 0, 1}));
  EXPECT_NEAR(step(Regularizer::simplex, {0.5, 0.7})[0], 0.4, 1e-15);
}

/// No feasible point near the minimum is lower, along its coordinates and between them.
TEST(GlrmRegularizers, QuadraticProgramsAreSolved) {
  constexpr std::size_t kSize = 4;
  const CounterRng random(8);
  for (std::uint64_t draw = 0; draw < 20; ++draw) {
    std::vector<double> root(2 * kSize * kSize);
    for (std::size_t i = 0; i < root.size(); ++i) root[i] = random.uniform(100 * draw + i) - 0.5;
    std::vector<double> h(kSize * kSize);
    std::vector<double> b(kSize);
    for (std::size_t i = 0; i < kSize; ++i) {
      b[i] = 2 * random.uniform(100 * draw + 90 + i) - 0.7;
      for (std::size_t j = 0; j < kSize; ++j) {
        for (std::size_t r = 0; r < 2 * kSize; ++r)
          h[i * kSize + j] += root[r * kSize + i] * root[r * kSize + j];
      }
    }
    for (int kind = 0; kind <= static_cast<int>(Regularizer::simplex); ++kind) {
      const Penalty penalty{static_cast<Regularizer>(kind), 0.3};
      const auto value = [&](const std::vector<double>& v) {
        double sum = penalty.value(v);
        for (std::size_t i = 0; i < kSize; ++i) {
          sum -= b[i] * v[i];
          for (std::size_t j = 0; j < kSize; ++j) sum += 0.5 * v[i] * h[i * kSize + j] * v[j];
        }
        return sum;
      };
      QuadraticProgram program(kSize);
      std::vector<double> v(kSize);
      program.minimize(h, b, penalty, v);
      std::vector<double> kept = v;
      proximal_step({penalty.regularizer, penalty.value(v) > 0 ? 0.0 : 0.3}, 0, kept);
      for (std::size_t i = 0; i < kSize; ++i) EXPECT_NEAR(kept[i], v[i], 1e-12) << kind;
      for (std::size_t other = 0; other < 200; ++other) {
        std::vector<double> w = v;
        const double far = other % 2 == 0 ? 1e-3 : 1;
        for (std::size_t i = 0; i < kSize; ++i)
          w[i] += far * (random.uniform(1'000'000 + 1000 * draw + 4 * other + i) - 0.5);
        if (!penalty.is_linear() && penalty.regularizer > Regularizer::l1)
          proximal_step(penalty, 0, w);
        EXPECT_GE(value(w), value(v) - 1e-9) << kind;
      }
    }
  }
}

TEST(GlrmComponents, AreTheSingularValuesOfTheProduct) {
  // X of orthogonal columns of lengths 3 and 2, Y of orthogonal rows of lengths 5 and 1.
  const std::vector<double> x_gram = {9, 0, 0, 4};
  const std::vector<double> y = {3, 0, 4, 0, 0, 1};  // cells x k
  const Components made = components_of(x_gram, y, 2);
  EXPECT_NEAR(made.singular_values[0], 15, 1e-12);
  EXPECT_NEAR(made.singular_values[1], 2, 1e-12);
  EXPECT_NEAR(made.vectors[0], 0.6, 1e-12);
  EXPECT_NEAR(made.vectors[2], 0.8, 1e-12);
  EXPECT_NEAR(made.vectors[5], 1, 1e-12);
}

}  // namespace

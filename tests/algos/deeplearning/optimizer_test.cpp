#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/base/rng.hpp>

#include "algos/deeplearning/learner.hpp"
#include "algos/deeplearning/permutation.hpp"

namespace {

using namespace neve;
using namespace neve::algos::deeplearning;

/// A layer of one weight, and the gradients that it gets.
struct OneWeight {
  Network network = make_network({.numbers = 1});
  Course course;
  StepRule rule;
  explicit OneWeight(const StepRule& with) : rule(with) {
    network.layers[0].weights[0] = 0.5;
    course = make_course(network, rule);
  }
  float step(float gradient, std::int64_t samples) {
    Stepper stepper(rule, network, course);
    stepper.begin(samples);
    stepper.step_weights(0, 0, 0, &gradient, 1);
    return network.layers[0].weights[0];
  }
};

constexpr float kGradients[] = {0.3F, -0.1F, 0.25F, 0.0F, 2.0F};

TEST(Steps, OfAdadeltaAreThoseOfThePaper) {
  OneWeight one({.rho = 0.9, .epsilon = 1e-6, .l1 = 0.01, .l2 = 0.1});
  double weight = 0.5;
  double squares = 0;
  double changes = 0;
  for (const float given : kGradients) {
    const double g = static_cast<double>(given) + std::copysign(0.01, weight) + 0.1 * weight;
    squares = 0.9 * squares + 0.1 * g * g;
    const double change = -std::sqrt(changes + 1e-6) / std::sqrt(squares + 1e-6) * g;
    changes = 0.9 * changes + 0.1 * change * change;
    weight += change;
    EXPECT_NEAR(static_cast<double>(one.step(given, 0)), weight, 1e-6);
  }
}

TEST(Steps, OfMomentumFollowTheSchedules) {
  for (const bool nesterov : {false, true}) {
    const StepRule rule{.adaptive = false,
                        .rate = 0.1,
                        .rate_annealing = 0.01,
                        .momentum_start = 0.5,
                        .momentum_stable = 0.9,
                        .momentum_ramp = 200,
                        .nesterov = nesterov};
    OneWeight one(rule);
    double weight = 0.5;
    double last = 0;
    std::int64_t samples = 0;
    for (const float given : kGradients) {
      const double rate = 0.1 / (1 + 0.01 * static_cast<double>(samples));
      const double momentum = std::min(0.9, 0.5 + 0.4 * static_cast<double>(samples) / 200);
      const double move = -rate * static_cast<double>(given);
      last = momentum * last + move;
      weight += nesterov ? momentum * last + move : last;
      EXPECT_NEAR(static_cast<double>(one.step(given, samples)), weight, 1e-6);
      samples += 75;
    }
  }
}

TEST(Steps, RatesDecayFromLayerToLayer) {
  const StepRule rule{.adaptive = false, .rate = 0.1, .rate_annealing = 0, .rate_decay = 0.5};
  EXPECT_DOUBLE_EQ(rule.rate_at(1000, 0), 0.1);
  EXPECT_DOUBLE_EQ(rule.rate_at(1000, 2), 0.025);
}

TEST(Steps, BoundTheSquaresOfWeightsIntoAUnit) {
  Network network = make_network({.numbers = 2, .outputs = 2});
  network.layers[0].weights = {3, 0.1F, 4, 0.2F};
  Course course = make_course(network, {});
  const StepRule rule{.max_w2 = 1};
  Stepper stepper(rule, network, course);
  stepper.bound(0);
  EXPECT_NEAR(network.layers[0].weights[0], 0.6, 1e-6);
  EXPECT_NEAR(network.layers[0].weights[2], 0.8, 1e-6);
  EXPECT_EQ(network.layers[0].weights[1], 0.1F);
  EXPECT_EQ(network.layers[0].weights[3], 0.2F);
}

/// Weights of inputs that no row of the batch has.
TEST(Steps, LeaveUnusedWeightsAndTheirFiguresAlone) {
  for (const bool skips : {true, false}) {
    Network network = make_network({.sparse = 3, .numbers = 2});
    std::ranges::fill(network.layers[0].weights, 0.25F);
    Course course = make_course(network, {});
    std::ranges::fill(course.first[0].weights, 0.5F);
    Pool pool(1);
    const Objective objective;
    Learner learner(pool, network, course, objective, {.skips_unused = skips, .batch_rows = 2});
    Batch batch{.rows = 2,
                .categories = 1,
                .numbers = {1, 0, -1, 0},
                .codes = {2, 0},
                .responses = {1, 2},
                .offsets = {},
                .shares = {0.5F, 0.5F},
                .samples = {0, 1}};
    learner.learn(batch, 0, [](RowRange) {});
    const auto& squares = course.first[0].weights;
    const auto& weights = network.layers[0].weights;
    EXPECT_NE(squares[0], 0.5F);
    EXPECT_EQ(squares[1], 0.5F);
    EXPECT_EQ(weights[1], 0.25F);
    EXPECT_NE(squares[2], 0.5F);
    EXPECT_NE(squares[3], 0.5F);
    EXPECT_EQ(squares[4] == 0.5F, skips);
    EXPECT_EQ(weights[4], 0.25F);
  }
}

TEST(Permutation, MeetsEveryRowOnceAndDiffersByEpochAndSeed) {
  for (const std::uint64_t count : {1U, 2U, 3U, 5U, 64U, 65U, 1000U}) {
    std::vector<std::uint64_t> first;
    for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
      const Permutation order(count, 7, epoch);
      std::vector<int> met(count);
      std::vector<std::uint64_t> places;
      for (std::uint64_t i = 0; i < count; ++i) {
        ASSERT_LT(order.at(i), count);
        ++met[order.at(i)];
        places.push_back(order.at(i));
      }
      EXPECT_EQ(met, std::vector<int>(count, 1)) << count;
      if (epoch == 0) first = places;
      if (epoch > 0 && count > 60) {
        EXPECT_NE(places, first);
      }
    }
  }
  // Neighbours do not stay together.
  const Permutation order(1000, 8, 0);
  double distance = 0;
  for (std::uint64_t i = 1; i < 1000; ++i) {
    distance += std::abs(static_cast<double>(order.at(i)) - static_cast<double>(order.at(i - 1)));
  }
  EXPECT_NEAR(distance / 999, 333, 30);
}

}  // namespace

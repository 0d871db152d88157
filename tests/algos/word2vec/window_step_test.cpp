#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/word2vec/window_step.hpp"

namespace {

using namespace neve;
using namespace neve::algos::word2vec;

using Vectors = std::vector<std::vector<float>>;

Vectors drawn(std::size_t count, std::size_t length, std::uint64_t seed) {
  const CounterRng random(seed);
  Vectors made(count, std::vector<float>(stride_of(length)));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t d = 0; d < length; ++d)
      made[i][d] = static_cast<float>(random.uniform(i * length + d) - 0.5);
  }
  return made;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double score(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d)
    sum += static_cast<double>(a[d]) * static_cast<double>(b[d]);
  return sum;
}

struct Case {
  std::size_t inputs, nodes, length;
};

struct Sides {
  Vectors inputs, nodes;
};

/// The step as a loop over pairs, in double precision.
Sides plain_step(const Sides& from, const std::vector<float>& labels, double rate) {
  Sides to = from;
  for (std::size_t i = 0; i < from.inputs.size(); ++i) {
    for (std::size_t j = 0; j < from.nodes.size(); ++j) {
      const double off =
          static_cast<double>(labels[j]) - sigmoid(score(from.inputs[i], from.nodes[j]));
      for (std::size_t d = 0; d < from.inputs[i].size(); ++d) {
        to.inputs[i][d] += static_cast<float>(rate * off * static_cast<double>(from.nodes[j][d]));
        to.nodes[j][d] += static_cast<float>(rate * off * static_cast<double>(from.inputs[i][d]));
      }
    }
  }
  return to;
}

std::vector<float*> pointers(Vectors& vectors) {
  std::vector<float*> made;
  for (auto& vector : vectors) made.push_back(vector.data());
  return made;
}

std::vector<float> alternating(std::size_t count) {
  std::vector<float> labels(count);
  for (std::size_t j = 0; j < count; ++j) labels[j] = j % 3 == 0 ? 1.0F : 0.0F;
  return labels;
}

/// The table of sigmoids is right to a quarter of half its step.
constexpr double kTableError = kSigmoidReach / kSigmoidSteps / 4;

void expect_near(const Vectors& made, const Vectors& wanted, double tolerance) {
  for (std::size_t i = 0; i < made.size(); ++i) {
    for (std::size_t d = 0; d < made[i].size(); ++d)
      EXPECT_NEAR(made[i][d], wanted[i][d], tolerance) << i << " " << d;
  }
}

class WindowStepTest : public ::testing::TestWithParam<Case> {};

TEST_P(WindowStepTest, IsThatOfAPlainLoop) {
  const Case c = GetParam();
  Sides sides{drawn(c.inputs, c.length, 1), drawn(c.nodes, c.length, 2)};
  const auto labels = alternating(c.nodes);
  constexpr float kRate = 0.1F;
  const Sides wanted = plain_step(sides, labels, kRate);
  WindowStep step(stride_of(c.length), c.nodes);
  step.step(pointers(sides.inputs), pointers(sides.nodes), labels, kRate);
  const double tolerance =
      0.5 * static_cast<double>(kRate) * kTableError * static_cast<double>(c.nodes + c.inputs) +
      1e-6;
  expect_near(sides.inputs, wanted.inputs, tolerance);
  expect_near(sides.nodes, wanted.nodes, tolerance);
}

INSTANTIATE_TEST_SUITE_P(Shapes, WindowStepTest,
                         ::testing::Values(Case{1, 1, 1}, Case{1, 2, 7}, Case{1, 15, 24},
                                           Case{2, 3, 8}, Case{2, 7, 16}, Case{3, 8, 9},
                                           Case{4, 9, 100}, Case{5, 17, 31}, Case{6, 40, 104}));

TEST(WindowKernels, MeansAndSums) {
  Vectors vectors = drawn(3, 16, 6);
  const Vectors before = vectors;
  const Vectors two = drawn(2, 16, 7);
  const WindowKernels& kernels = window_kernels();
  std::vector<float> mean(16);
  kernels.mean(mean.data(), pointers(vectors).data(), 3, 16);
  std::vector<float> sum = two[0];
  kernels.add(sum.data(), 0.25F, two[1].data(), 16);
  std::vector<float> moved = two[0];
  kernels.add_difference(moved.data(), two[0].data(), two[1].data(), 16);
  // The first vector is there twice.
  std::vector<float*> some = {vectors[0].data(), vectors[2].data(), vectors[0].data()};
  kernels.spread(some.data(), 3, two[0].data(), two[1].data(), 16);
  for (std::size_t d = 0; d < 16; ++d) {
    EXPECT_NEAR(mean[d], (before[0][d] + before[1][d] + before[2][d]) / 3, 1e-6);
    EXPECT_NEAR(sum[d], two[0][d] + two[1][d] / 4, 1e-6);
    const float off = two[0][d] - two[1][d];
    EXPECT_NEAR(moved[d], two[0][d] + off, 1e-6);
    EXPECT_NEAR(vectors[0][d], before[0][d] + 2 * off, 1e-6);
    EXPECT_EQ(vectors[1][d], before[1][d]);
    EXPECT_NEAR(vectors[2][d], before[2][d] + off, 1e-6);
  }
}

/// What each turn's probability loses, by central differences.
TEST(WindowStep, FollowsTheGradientOfTheLikelihood) {
  const Sides before{drawn(1, 8, 5), drawn(4, 8, 6)};
  const auto labels = alternating(4);
  const auto loss = [&](const Sides& at) {
    double sum = 0;
    for (std::size_t j = 0; j < at.nodes.size(); ++j) {
      const double x = score(at.inputs[0], at.nodes[j]);
      sum -= std::log(sigmoid(labels[j] > 0.5F ? x : -x));
    }
    return sum;
  };
  Sides after = before;
  constexpr float kRate = 1;
  WindowStep step(8, 4);
  step.step(pointers(after.inputs), pointers(after.nodes), labels, kRate);
  constexpr float kOff = 1.0F / 128;
  for (std::size_t d = 0; d < 8; ++d) {
    Sides up = before;
    Sides down = before;
    up.inputs[0][d] += kOff;
    down.inputs[0][d] -= kOff;
    const double slope = (loss(up) - loss(down)) / (2 * static_cast<double>(kOff));
    EXPECT_NEAR(after.inputs[0][d] - before.inputs[0][d], -slope, 4 * kTableError + 1e-5);
    up = down = before;
    up.nodes[2][d] += kOff;
    down.nodes[2][d] -= kOff;
    const double node_slope = (loss(up) - loss(down)) / (2 * static_cast<double>(kOff));
    EXPECT_NEAR(after.nodes[2][d] - before.nodes[2][d], -node_slope, kTableError + 1e-5);
  }
}

TEST(WindowStep, AWordThatIsThereTwiceMovesTwice) {
  Sides sides{drawn(1, 16, 1), drawn(3, 16, 2)};
  const auto labels = alternating(3);
  constexpr float kRate = 0.25F;
  Sides twice{{sides.inputs[0], sides.inputs[0]}, sides.nodes};
  const Sides wanted = plain_step(twice, labels, kRate);
  float* const word = sides.inputs[0].data();
  const std::vector<float> before = sides.inputs[0];
  WindowStep step(16, 3);
  const std::vector<float*> both = {word, word};
  step.step(both, pointers(sides.nodes), labels, kRate);
  for (std::size_t d = 0; d < 16; ++d) {
    const float once = wanted.inputs[0][d] - before[d];
    EXPECT_NEAR(sides.inputs[0][d], before[d] + 2 * once, 1e-3);
  }
  expect_near(sides.nodes, wanted.nodes, 1e-3);
}

TEST(WindowStep, ScoresBeyondTheTableCountAsItsEnds) {
  Vectors inputs = {std::vector<float>(8, 100)};
  Vectors nodes = {std::vector<float>(8, 100), std::vector<float>(8, -100)};
  const Sides before{inputs, nodes};
  WindowStep step(8, 2);
  step.step(pointers(inputs), pointers(nodes), std::vector<float>{1, 0}, 1);
  // Both turns are as good as certain.
  expect_near(nodes, before.nodes, 100 * 5e-4);
  step.step(pointers(inputs), pointers(nodes), std::vector<float>{0, 1}, 0.5F);
  EXPECT_LT(nodes[0][0], 60);
  EXPECT_GT(nodes[1][0], -60);
}

}  // namespace

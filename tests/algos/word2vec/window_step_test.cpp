#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/word2vec/huffman.hpp"
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

/// Labels with room behind.
class Labels {
 public:
  Labels(std::initializer_list<float> labels) : labels_(labels), count_(labels.size()) {
    labels_.resize(count_ + Tree::kLabelRoom);
  }
  static Labels alternating(std::size_t count) {
    Labels made({});
    made.labels_.resize(count + Tree::kLabelRoom);
    made.count_ = count;
    for (std::size_t j = 0; j < count; ++j) made.labels_[j] = j % 3 == 0 ? 1.0F : 0.0F;
    return made;
  }
  [[nodiscard]] std::span<const float> all() const { return std::span(labels_).first(count_); }
  float operator[](std::size_t j) const { return labels_[j]; }

 private:
  std::vector<float> labels_;
  std::size_t count_;
};

/// The step as a loop over pairs, in double precision.
Sides plain_step(const Sides& from, const Labels& labels, double rate) {
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
  const auto labels = Labels::alternating(c.nodes);
  constexpr float kRate = 0.1F;
  const Sides wanted = plain_step(sides, labels, kRate);
  WindowStep step(stride_of(c.length), c.nodes);
  step.pairs(pointers(sides.inputs), pointers(sides.nodes), labels.all(), kRate);
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

/// Each of the inputs moves by what their mean would, alone: the first is there twice.
TEST(WindowStep, AMeanLearnsForItsInputs) {
  for (const std::size_t length : {8U, 31U, 32U, 100U}) {
    Vectors vectors = drawn(2, length, 6);
    Vectors nodes = drawn(13, length, 7);
    Sides alone{{vectors[0]}, nodes};
    for (std::size_t d = 0; d < length; ++d)
      alone.inputs[0][d] = (vectors[0][d] + vectors[1][d] + vectors[0][d]) * (1.0F / 3);
    const Vectors before = vectors;
    const std::vector<float> mean = alone.inputs[0];
    const auto labels = Labels::alternating(13);
    WindowStep step(stride_of(length), 13);
    step.pairs(pointers(alone.inputs), pointers(alone.nodes), labels.all(), 0.1F);
    const std::vector<float*> around = {vectors[0].data(), vectors[1].data(), vectors[0].data()};
    step.mean(around, pointers(nodes), labels.all(), 0.1F);
    for (std::size_t d = 0; d < stride_of(length); ++d) {
      const float change = alone.inputs[0][d] - mean[d];
      EXPECT_NEAR(vectors[0][d], before[0][d] + 2 * change, 1e-6);
      EXPECT_NEAR(vectors[1][d], before[1][d] + change, 1e-6);
    }
    expect_near(nodes, alone.nodes, 1e-6);
  }
}

TEST(WindowKernels, ChangesOfCopiesAreAdded) {
  Vectors vectors = drawn(3, 24, 6);
  const Vectors before = vectors;
  const std::vector<const float*> copies = {vectors[1].data(), vectors[2].data()};
  window_kernels().join(vectors[0].data(), 0.25F, copies.data(), 2, 24);
  for (std::size_t d = 0; d < 24; ++d) {
    const float change = before[1][d] + before[2][d] - 2 * before[0][d];
    EXPECT_NEAR(vectors[0][d], before[0][d] + change / 4, 1e-6);
    EXPECT_EQ(vectors[1][d], before[1][d]);
  }
}

TEST(WindowKernels, SignsOfTheOthersAreAdded) {
  const CounterRng random(8);
  for (const std::size_t floats : {8U, 24U, 32U}) {
    Vectors vectors = drawn(4, floats, 9);
    const Vectors before = vectors;
    const std::vector<float*> at = {vectors[0].data(), vectors[1].data(), vectors[2].data(),
                                    vectors[1].data()};
    std::vector<std::uint32_t> signs;
    for (std::uint64_t i = 0; i < 4; ++i)
      signs.push_back(static_cast<std::uint32_t>(random.bits(i)));
    window_kernels().add_signs(at.data(), signs.data(), 4, floats);
    for (std::size_t d = 0; d < floats; ++d) {
      const auto sign = [&](std::size_t i) { return (signs[i] >> d & 1U) != 0 ? 1.0F : -1.0F; };
      const float sum = sign(0) + sign(1) + sign(2) + sign(3);
      EXPECT_NEAR(vectors[0][d], before[0][d] + sum - sign(0), 1e-6);
      EXPECT_NEAR(vectors[1][d], before[1][d] + 2 * sum - sign(1) - sign(3), 1e-6);
      EXPECT_NEAR(vectors[2][d], before[2][d] + sum - sign(2), 1e-6);
      EXPECT_EQ(vectors[3][d], before[3][d]);
    }
  }
}

/// What each turn's probability loses, by central differences.
TEST(WindowStep, FollowsTheGradientOfTheLikelihood) {
  const Sides before{drawn(1, 8, 5), drawn(4, 8, 6)};
  const auto labels = Labels::alternating(4);
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
  step.pairs(pointers(after.inputs), pointers(after.nodes), labels.all(), kRate);
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
  const auto labels = Labels::alternating(3);
  constexpr float kRate = 0.25F;
  Sides twice{{sides.inputs[0], sides.inputs[0]}, sides.nodes};
  const Sides wanted = plain_step(twice, labels, kRate);
  float* const word = sides.inputs[0].data();
  const std::vector<float> before = sides.inputs[0];
  WindowStep step(16, 3);
  const std::vector<float*> both = {word, word};
  step.pairs(both, pointers(sides.nodes), labels.all(), kRate);
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
  step.pairs(pointers(inputs), pointers(nodes), Labels{1, 0}.all(), 1);
  // Both turns are as good as certain.
  expect_near(nodes, before.nodes, 100 * 5e-4);
  step.pairs(pointers(inputs), pointers(nodes), Labels{0, 1}.all(), 0.5F);
  EXPECT_LT(nodes[0][0], 60);
  EXPECT_GT(nodes[1][0], -60);
}

}  // namespace

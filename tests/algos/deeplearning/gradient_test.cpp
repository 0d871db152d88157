#include <gtest/gtest.h>

#include <cmath>

#include <neve/base/pool.hpp>
#include <neve/base/rng.hpp>

#include "algos/deeplearning/learner.hpp"
#include "algos/deeplearning/plain_network.hpp"

namespace {

using namespace neve;
using namespace neve::algos::deeplearning;

constexpr std::size_t kRows = 19;
constexpr std::size_t kSparse = 6;
constexpr std::size_t kNumbers = 3;
constexpr std::size_t kCategories = 2;

Network random_network(Activation activation, std::vector<std::size_t> hidden,
                       std::size_t outputs) {
  Network made = make_network({activation, kSparse, kNumbers, std::move(hidden), outputs});
  std::uint64_t index = 0;
  const CounterRng random(3);
  for (Layer& layer : made.layers) {
    for (float& weight : layer.weights) weight = static_cast<float>(random.uniform(index++) - 0.5);
    for (float& bias : layer.biases) bias = static_cast<float>(random.uniform(index++) - 0.5);
  }
  return made;
}

/// Rows of two categories (of three inputs each, some missing) and three numbers, some 0.
Batch random_batch(std::size_t classes) {
  Batch batch;
  batch.rows = kRows;
  batch.categories = kCategories;
  const CounterRng random(4);
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t k = 0; k < kNumbers; ++k)
      batch.numbers.push_back(static_cast<float>(2 * random.uniform(index++) - 1));
    batch.codes.push_back(static_cast<std::int32_t>(random.below(index++, 4)) - 1);
    batch.codes.push_back(static_cast<std::int32_t>(3 + random.below(index++, 3)));
    batch.responses.push_back(classes > 0 ? static_cast<float>(random.below(index++, classes))
                                          : static_cast<float>(3 * random.uniform(index++)));
    batch.shares.push_back(static_cast<float>(0.5 + random.uniform(index++)));
    batch.samples.push_back(100 + i);
  }
  if (classes == 0) {
    for (std::size_t i = 0; i < kRows; ++i)
      batch.offsets.push_back(static_cast<float>(random.uniform(index++) - 0.5));
  }
  return batch;
}

std::vector<double> plain_inputs(const Batch& batch, std::size_t row, const Dropout& dropout) {
  std::vector<double> inputs(kSparse + kNumbers, 0);
  const CounterRng random(dropout.seed, 1);
  const std::size_t each = kNumbers + kCategories;
  const auto kept = [&](std::size_t i) {
    const bool dropped = random.uniform(batch.samples[row] * each + i) < dropout.inputs;
    return dropped ? 0.0 : 1 / (1 - dropout.inputs);
  };
  for (std::size_t c = 0; c < kCategories; ++c) {
    const std::int32_t code = batch.codes[row * kCategories + c];
    if (code >= 0) inputs[static_cast<std::size_t>(code)] += kept(kNumbers + c);
  }
  for (std::size_t i = 0; i < kNumbers; ++i)
    inputs[kSparse + i] = static_cast<double>(batch.numbers[row * kNumbers + i]) * kept(i);
  return inputs;
}

/// Σ share · loss in double precision.
double plain_loss(const Network& network, const Objective& objective, const Batch& batch,
                  const Dropout& dropout) {
  const algos::deeplearning::testing::Kept kept = [&](std::size_t layer, std::size_t row,
                                                      std::size_t unit) {
    if (layer >= dropout.hidden.size() || dropout.hidden[layer] == 0) return 1.0;
    const CounterRng random(dropout.seed, 2 + layer);
    const std::uint64_t at = batch.samples[row] * network.units(layer) + unit;
    return random.uniform(at) < dropout.hidden[layer] ? 0 : 1 / (1 - dropout.hidden[layer]);
  };
  double sum = 0;
  for (std::size_t i = 0; i < batch.rows; ++i) {
    const auto sums =
        algos::deeplearning::testing::plain_sums(network, plain_inputs(batch, i, dropout), i, kept);
    const double offset = batch.offsets.empty() ? 0 : static_cast<double>(batch.offsets[i]);
    sum += static_cast<double>(batch.shares[i]) *
           algos::deeplearning::testing::plain_loss_of(
               objective, sums, static_cast<double>(batch.responses[i]), offset);
  }
  return sum;
}

struct Case {
  Activation activation = Activation::rectifier;
  Objective objective = {};
  std::size_t classes = 0;
  std::vector<std::size_t> hidden = {7, 5};
  Dropout dropout = {};
};

/// The learner's gradient against central differences of the loss.
void expect_gradient(const Case& of) {
  Network network = random_network(of.activation, of.hidden, of.classes > 0 ? of.classes : 1);
  const Batch batch = random_batch(of.classes);
  Pool pool(2);
  Course course = make_course(network, {});
  Learner learner(pool, network, course, of.objective,
                  {.dropout = of.dropout, .batch_rows = kRows});
  Batch spoilt = batch;
  const std::vector<Layer> gradient = learner.gradient(spoilt);
  const auto slope = [&](float& weight) {
    constexpr float kStep = 1.0F / 1024;
    const float was = weight;
    weight = was + kStep;
    const double above = plain_loss(network, of.objective, batch, of.dropout);
    const float high = weight;
    weight = was - kStep;
    const double below = plain_loss(network, of.objective, batch, of.dropout);
    const double distance = static_cast<double>(high) - static_cast<double>(weight);
    weight = was;
    return (above - below) / distance;
  };
  std::size_t off = 0;
  std::size_t count = 0;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const auto check = [&](std::vector<float>& weights, const std::vector<float>& found) {
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const double expected = slope(weights[i]);
        const double error = std::abs(static_cast<double>(found[i]) - expected);
        ++count;
        // A difference across a kink is none of the derivative's.
        if (error > 2e-4 * (1 + std::abs(expected))) ++off;
      }
    };
    check(network.layers[l].weights, gradient[l].weights);
    check(network.layers[l].biases, gradient[l].biases);
  }
  const bool has_kinks = of.activation != Activation::tanh ||
                         of.objective.family == Family::laplace ||
                         of.objective.family == Family::quantile;
  EXPECT_LE(off, has_kinks ? count / 20 : 0) << "of " << count;
}

TEST(Gradient, IsThatOfTheLossForEveryActivation) {
  for (const Activation activation :
       {Activation::rectifier, Activation::tanh, Activation::maxout}) {
    SCOPED_TRACE(static_cast<int>(activation));
    expect_gradient({.activation = activation});
    expect_gradient(
        {.activation = activation, .objective = {.family = Family::classes}, .classes = 3});
    expect_gradient({.activation = activation, .hidden = {}});
    expect_gradient({.activation = activation, .hidden = {40}});
  }
}

TEST(Gradient, IsThatOfTheLossForEveryFamily) {
  for (const Family family : {Family::gaussian, Family::laplace, Family::huber, Family::quantile,
                              Family::poisson, Family::gamma, Family::tweedie}) {
    SCOPED_TRACE(static_cast<int>(family));
    const Objective objective{.family = family, .quantile_alpha = 0.3, .huber_delta = 0.7};
    expect_gradient({.activation = Activation::tanh, .objective = objective});
  }
  for (const ClassLoss loss :
       {ClassLoss::cross_entropy, ClassLoss::quadratic, ClassLoss::absolute}) {
    SCOPED_TRACE(static_cast<int>(loss));
    for (const std::size_t classes : {2U, 3U, 70U}) {
      expect_gradient({.activation = Activation::tanh,
                       .objective = {.family = Family::classes, .class_loss = loss},
                       .classes = classes});
    }
  }
}

TEST(Gradient, IsThatOfTheThinnedNetworkWithDropout) {
  for (const Activation activation :
       {Activation::tanh, Activation::rectifier, Activation::maxout}) {
    SCOPED_TRACE(static_cast<int>(activation));
    expect_gradient(
        {.activation = activation, .dropout = {.inputs = 0.3, .hidden = {0.4, 0.5}, .seed = 9}});
    expect_gradient({.activation = activation, .dropout = {.hidden = {0, 0.5}, .seed = 8}});
  }
}

TEST(Gradient, PushesBiasesTowardsAMeanActivation) {
  Network network = random_network(Activation::tanh, {7, 5}, 1);
  const Batch batch = random_batch(0);
  const Objective objective;
  const Sparsity sparsity{.beta = 0.7, .target = 0.2};
  Pool pool(2);
  const auto gradient_of = [&](Course& course) {
    Learner learner(pool, network, course, objective, {.sparsity = sparsity, .batch_rows = kRows});
    Batch spoilt = batch;
    return learner.gradient(spoilt);
  };
  Course free = make_course(network, {});
  const std::vector<Layer> plain = gradient_of(free);
  Course course = make_course(network, {}, sparsity);
  ASSERT_EQ(course.activations.size(), 2U);
  EXPECT_TRUE(is_sound(course, network));
  // Means of the batch, weighted by the rows' shares.
  std::vector<std::vector<double>> activations = {std::vector<double>(7), std::vector<double>(5)};
  double total = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    const auto share = static_cast<double>(batch.shares[row]);
    total += share;
    const auto note = [&](std::size_t layer, std::size_t, std::size_t unit, double value) {
      activations[layer][unit] += share * value;
    };
    algos::deeplearning::testing::plain_sums(network, plain_inputs(batch, row, {}), row, {}, note);
  }
  const double kept = std::pow(0.999, kRows);
  std::vector<std::vector<double>> means = {std::vector<double>(7, 0.2),
                                            std::vector<double>(5, 0.2)};
  for (int step = 0; step < 3; ++step) {
    const std::vector<Layer> pushed = gradient_of(course);
    for (std::size_t l = 0; l < 2; ++l) {
      EXPECT_EQ(pushed[l].weights, plain[l].weights);
      for (std::size_t u = 0; u < means[l].size(); ++u) {
        double& mean = means[l][u];
        mean = kept * mean + (1 - kept) * activations[l][u] / total;
        EXPECT_NEAR(static_cast<double>(pushed[l].biases[u]),
                    static_cast<double>(plain[l].biases[u]) + 0.7 * (mean - 0.2), 1e-6);
      }
    }
    EXPECT_EQ(pushed[2].biases, plain[2].biases);
  }
}

TEST(Gradient, HasTheSameBitsOnAnyThreads) {
  const auto bits = [](int threads) {
    Network network = random_network(Activation::rectifier, {300, 90}, 3);
    const Objective objective{.family = Family::classes};
    Pool pool(threads);
    Course course = make_course(network, {});
    Learner learner(pool, network, course, objective, {.batch_rows = kRows});
    Batch batch = random_batch(3);
    std::vector<float> all;
    for (const Layer& layer : learner.gradient(batch))
      all.insert(all.end(), layer.weights.begin(), layer.weights.end());
    return all;
  };
  const auto one = bits(1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(bits(threads), one) << threads;
}

}  // namespace

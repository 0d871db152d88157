#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "algos/word2vec/learner.hpp"
#include "algos/word2vec/text.hpp"

namespace {

using namespace neve;
using namespace neve::algos::word2vec;

constexpr std::size_t kLength = 10;
const std::vector<std::int64_t> kCounts = {40, 25, 13, 9, 8, 5, 3, 2};

/// Words 0 to 7, and now and then the end of a sentence.
Batch drawn_batch(std::size_t words) {
  const CounterRng random(21);
  Batch batch;
  for (std::size_t i = 0; i < words; ++i) {
    const auto word = static_cast<std::int32_t>(random.below(i, 9));
    batch.words.push_back(word == 8 ? Batch::kSentenceEnd : word);
    batch.rows.push_back(static_cast<std::int64_t>(3 * i));
  }
  return batch;
}

/// Begins away from 0, so that every gradient counts.
Weights drawn_weights() {
  Weights weights = Weights::drawn(kCounts.size(), kLength, 1);
  const CounterRng random(22);
  for (std::size_t row = 0; row < weights.rows(); ++row) {
    for (std::size_t d = 0; d < kLength; ++d)
      weights.row(row)[d] = static_cast<float>(random.uniform(row * kLength + d) - 0.5);
  }
  return weights;
}

/// Hierarchical softmax in double precision: skip-gram pair by pair, or the mean of each window.
class Plain {
 public:
  explicit Plain(const Weights& weights) : tree_(huffman_tree(kCounts)), words_(weights.words) {
    for (std::size_t row = 0; row < weights.rows(); ++row)
      rows_.emplace_back(weights.row(row), weights.row(row) + kLength);
  }
  void learn(WordModel model, const Batch& batch, const CounterRng& windows, double rate) {
    for (std::size_t at = 0; at < batch.words.size(); ++at) {
      if (batch.words[at] < 0) continue;
      const auto row = static_cast<std::uint64_t>(batch.rows[at]);
      const auto reach = static_cast<std::int64_t>(windows.below(row, kWindow)) + 1;
      const auto around = words_around(batch, static_cast<std::int64_t>(at), reach);
      const auto target = static_cast<std::size_t>(batch.words[at]);
      if (model == WordModel::skip_gram) {
        for (const std::size_t input : around)
          add(rows_[input], gradient(rows_[input], target, rate));
      } else if (!around.empty()) {
        std::vector<double> mean(kLength);
        for (const std::size_t input : around) add(mean, rows_[input]);
        for (double& value : mean) value /= static_cast<double>(around.size());
        const auto change = gradient(mean, target, rate);
        for (const std::size_t input : around) add(rows_[input], change);
      }
    }
  }
  [[nodiscard]] double at(std::size_t row, std::size_t d) const { return rows_[row][d]; }
  static constexpr std::uint64_t kWindow = 3;

 private:
  using Vector = std::vector<double>;
  static std::vector<std::size_t> words_around(const Batch& batch, std::int64_t at,
                                               std::int64_t reach) {
    std::vector<std::size_t> around;
    for (const int side : {-1, 1}) {
      for (std::int64_t off = 1; off <= reach; ++off) {
        const std::int64_t other = at + side * off;
        if (other < 0 || other >= static_cast<std::int64_t>(batch.words.size())) break;
        const std::int32_t word = batch.words[static_cast<std::size_t>(other)];
        if (word < 0) break;
        around.push_back(static_cast<std::size_t>(word));
      }
    }
    return around;
  }
  static void add(Vector& to, const Vector& from) {
    for (std::size_t d = 0; d < kLength; ++d) to[d] += from[d];
  }
  /// What the input has to change; nodes are moved.
  Vector gradient(const Vector& input, std::size_t target, double rate) {
    Vector change(kLength);
    const auto nodes = tree_.nodes_of(target);
    for (std::size_t j = 0; j < nodes.size(); ++j) {
      Vector& node = rows_[words_ + static_cast<std::size_t>(nodes[j])];
      double score = 0;
      for (std::size_t d = 0; d < kLength; ++d) score += input[d] * node[d];
      const double gain =
          rate * (static_cast<double>(tree_.labels_of(target)[j]) - 1 / (1 + std::exp(-score)));
      for (std::size_t d = 0; d < kLength; ++d) {
        change[d] += gain * node[d];
        node[d] += gain * input[d];
      }
    }
    return change;
  }
  Tree tree_;
  std::size_t words_;
  std::vector<Vector> rows_;
};

/// Pairs of a window see the same vectors here, one after the other there: with a small rate that
/// is nearly the same.
TEST(Learner, GoesThroughWordsAsAPlainLoopDoes) {
  const Tree tree = huffman_tree(kCounts);
  const Batch batch = drawn_batch(400);
  const CounterRng windows(5);
  constexpr float kRate = 1e-3F;
  Pool pool(1);
  for (const WordModel model : {WordModel::skip_gram, WordModel::bag_of_words}) {
    Plain plain(drawn_weights());
    plain.learn(model, batch, windows, kRate);
    Learner learner(tree, {.model = model, .window = Plain::kWindow}, 1, drawn_weights());
    learner.learn(batch, windows, kRate, pool);
    const Weights before = drawn_weights();
    double moved = 0;
    double off = 0;
    for (std::size_t row = 0; row < before.rows(); ++row) {
      for (std::size_t d = 0; d < kLength; ++d) {
        const auto value = static_cast<double>(learner.weights().row(row)[d]);
        moved = std::max(moved, std::fabs(value - static_cast<double>(before.row(row)[d])));
        off = std::max(off, std::fabs(value - plain.at(row, d)));
      }
    }
    EXPECT_LT(off, moved / 30);
    EXPECT_GT(moved, 0.01);
  }
}

/// Where a word has one neighbour, that is the mean; where it has two, each moves by what half the
/// sum of both learns.
TEST(Learner, TheMeanOfAWindowLearnsInItsWordsPlace) {
  const Tree tree = huffman_tree(kCounts);
  constexpr float kRate = 0.1F;
  Pool pool(1);
  const auto learnt = [&](WordModel model, const Weights& from, const Batch& batch) {
    Learner learner(tree, {.model = model, .window = 1}, 1, from);
    learner.learn(batch, CounterRng(1), kRate, pool);
    return learner.weights();
  };
  const Batch pair{.words = {3, 0}, .rows = {0, 1}};
  EXPECT_EQ(learnt(WordModel::bag_of_words, drawn_weights(), pair).values,
            learnt(WordModel::skip_gram, drawn_weights(), pair).values);
  // Two equal neighbours have themselves as their mean, and both move: the word twice.
  const Weights before = drawn_weights();
  const Batch around{.words = {3, 0, 3}, .rows = {0, 1, 2}};
  const Weights bag = learnt(WordModel::bag_of_words, before, around);
  EXPECT_NE(bag.values, learnt(WordModel::skip_gram, before, around).values);
}

TEST(Learner, WhatOneShardAloneMovesIsTakenAsItIs) {
  const Tree tree = huffman_tree(kCounts);
  const Settings settings{.model = WordModel::skip_gram, .window = 2};
  constexpr float kRate = 0.05F;
  Pool pool(2);
  const CounterRng windows(9);
  // Two halves whose words around differ; the ends keep them apart.
  const Batch left{.words = {0, 1, 0, -1}, .rows = {0, 1, 2, 3}};
  const Batch right{.words = {-1, 6, 7, 6}, .rows = {4, 5, 6, 7}};
  Batch both = left;
  both.words.insert(both.words.end(), right.words.begin(), right.words.end());
  both.rows.insert(both.rows.end(), right.rows.begin(), right.rows.end());
  const auto learnt = [&](const Batch& batch, std::size_t shards) {
    Learner learner(tree, settings, shards, drawn_weights());
    learner.learn(batch, windows, kRate, pool);
    return learner.weights();
  };
  const Weights joined = learnt(both, 2);
  const Weights first = learnt(left, 1);
  const Weights second = learnt(right, 1);
  const Weights before = drawn_weights();
  for (std::size_t d = 0; d < kLength; ++d) {
    EXPECT_FLOAT_EQ(joined.row(0)[d], first.row(0)[d]);
    EXPECT_FLOAT_EQ(joined.row(7)[d], second.row(7)[d]);
    EXPECT_EQ(joined.row(3)[d], before.row(3)[d]) << "no shard met it";
    // The root, which both move: by more than their mean and less than their sum.
    const std::size_t root = before.rows() - 1;
    const float sum = first.row(root)[d] + second.row(root)[d] - 2 * before.row(root)[d];
    const float made = joined.row(root)[d] - before.row(root)[d];
    EXPECT_LE(std::fabs(made), std::fabs(sum) * 1.001F + 1e-6F);
    EXPECT_GE(std::fabs(made), std::fabs(sum) * 0.499F - 1e-6F);
  }
}

/// Four batches, each of eight shards.
Weights learnt_by_eight(WordModel model, int threads, std::size_t words, float rate) {
  const Tree tree = huffman_tree(kCounts);
  Learner learner(tree, {.model = model, .window = 3}, 8, drawn_weights());
  Pool pool(threads);
  for (std::uint64_t i = 0; i < 4; ++i)
    learner.learn(drawn_batch(words), CounterRng(i), rate, pool);
  return learner.weights();
}

TEST(Learner, SameBitsOnAnyNumberOfThreads) {
  for (const WordModel model : {WordModel::skip_gram, WordModel::bag_of_words}) {
    const Weights expected = learnt_by_eight(model, 1, 3000, 0.05F);
    EXPECT_NE(expected.values, drawn_weights().values);
    for (const int threads : {2, 3, 8})
      EXPECT_EQ(learnt_by_eight(model, threads, 3000, 0.05F).values, expected.values) << threads;
  }
}

/// Shards that all move the same few vectors much: what they learn must not add up beyond what
/// there is to learn.
TEST(Learner, ManyShardsOfFewWordsDoNotRunAway) {
  for (const WordModel model : {WordModel::skip_gram, WordModel::bag_of_words}) {
    for (const float value : learnt_by_eight(model, 2, 100'000, 0.2F).values)
      ASSERT_LT(std::fabs(value), 10);
  }
}

TEST(Learner, NothingIsLearntAtRateZero) {
  const Tree tree = huffman_tree(kCounts);
  Learner learner(tree, {}, 2, drawn_weights());
  Pool pool(1);
  learner.learn(drawn_batch(100), CounterRng(5), 0, pool);
  EXPECT_EQ(learner.weights().values, drawn_weights().values);
}

TEST(Weights, BeginAtACacheLine) {
  for (const std::size_t floats : {std::size_t{8}, std::size_t{1000}, std::size_t{3} << 20U}) {
    Floats values(floats, 1);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(values.data()) % 64, 0U);
    values.resize(2 * floats);
    EXPECT_EQ(values[floats - 1], 1);
    EXPECT_EQ(values.back(), 0);
  }
}

/// Figures by the formula, in another order: (sqrt(f / s) + 1) * s / f.
TEST(Text, FrequentWordsArePassedOver) {
  const auto kept = kept_shares({9000, 900, 99, 1}, 1e-3);
  const double shares[] = {0.9, 0.09, 0.0099, 0.0001};
  for (std::size_t i = 0; i < 4; ++i) {
    const double ratio = shares[i] / 1e-3;
    EXPECT_NEAR(kept[i], (std::sqrt(ratio) + 1) / ratio, 1e-12);
  }
  EXPECT_EQ(kept_shares({9000, 1}, 0), (std::vector<double>{1, 1}));
}

TEST(Text, TheRateFallsByWordsLearnt) {
  EXPECT_EQ(falling_rate(0.025F, 0, 999), 0.025F);
  EXPECT_NEAR(falling_rate(0.025F, 400, 999), 0.025 * 0.6, 1e-9);
  EXPECT_NEAR(falling_rate(0.025F, 1000, 999), 0.025 * 1e-4, 1e-12);
}

}  // namespace

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "algos/word2vec/random_index.hpp"

namespace {

using namespace neve;
using namespace neve::algos::word2vec;

constexpr std::size_t kLength = 100;

double product(const Weights& weights, std::size_t a, std::size_t b) {
  double sum = 0;
  for (std::size_t d = 0; d < weights.stride; ++d)
    sum += static_cast<double>(weights.row(a)[d]) * static_cast<double>(weights.row(b)[d]);
  return sum;
}

/// Sentences of four words of one topic: even words are of one, odd words of the other; the last
/// word stands alone.
Batch two_topics(std::size_t words, std::size_t sentences) {
  const CounterRng random(11);
  Batch batch;
  for (std::size_t s = 0; s < sentences; ++s) {
    for (std::size_t i = 0; i < 4; ++i) {
      const auto drawn = static_cast<std::int32_t>(random.below(4 * s + i, words / 2));
      batch.words.push_back(2 * drawn + static_cast<std::int32_t>(s % 2));
    }
    batch.words.push_back(Batch::kSentenceEnd);
  }
  batch.words.push_back(static_cast<std::int32_t>(words));
  batch.rows.resize(batch.words.size());
  return batch;
}

std::vector<double> counts_of(const Batch& batch, std::size_t words) {
  std::vector<double> counts(words);
  for (const std::int32_t word : batch.words)
    if (word >= 0) counts[static_cast<std::size_t>(word)] += 1;
  return counts;
}

TEST(RandomIndex, WordsUsedAlikeBeginNearEachOther) {
  constexpr std::size_t kWords = 40;
  const Batch batch = two_topics(kWords, 2000);
  const std::vector<double> counts = counts_of(batch, kWords + 1);
  const RandomIndex index(kLength, 5);
  const auto made = [&](int threads) {
    Weights weights = Weights::zeros(kWords + 1, kLength);
    Pool pool(threads);
    index.add(batch, weights, pool);
    index.finish(weights, counts, 1, pool);
    return weights;
  };
  const Weights weights = made(1);
  for (std::size_t a = 0; a < kWords; ++a) {
    EXPECT_NEAR(product(weights, a, a), 1, 1e-5);
    for (std::size_t b = 0; b < a; ++b) {
      const double same = a % 2 == b % 2 ? 1 : -1;
      EXPECT_GT(same * product(weights, a, b), 0.5) << a << " " << b;
    }
  }
  // What stood alone, and nodes, are as drawn.
  const Weights drawn = Weights::drawn(kWords + 1, kLength, 1);
  for (std::size_t row = kWords; row < weights.rows(); ++row) {
    for (std::size_t d = 0; d < weights.stride; ++d)
      EXPECT_EQ(weights.row(row)[d], drawn.row(row)[d]);
  }
  for (const int threads : {2, 3, 8}) EXPECT_EQ(made(threads).values, weights.values) << threads;
}

/// All that stands beside a word of such a text is what any text has.
TEST(RandomIndex, AWordThatIsAllTheTextIsDrawn) {
  const RandomIndex index(7, 2);
  Weights weights = Weights::zeros(1, 7);
  Pool pool(1);
  const Batch batch{.words = {0, 0, 0, 0, 0, 0}, .rows = {0, 1, 2, 3, 4, 5}};
  index.add(batch, weights, pool);
  EXPECT_NE(weights.values, Weights::zeros(1, 7).values);
  index.finish(weights, std::vector<double>{6}, 1, pool);
  EXPECT_EQ(weights.values, Weights::drawn(1, 7, 1).values);
}

/// A run of more than two windows is cut: the ends of a long one do not meet.
TEST(RandomIndex, OnlyWordsNearEachOtherMeet) {
  const RandomIndex index(32, 1);
  Weights weights = Weights::zeros(4, 32);
  Pool pool(1);
  index.add({.words = {0, 1, 2, 3}, .rows = {0, 1, 2, 3}}, weights, pool);
  Weights pairs = Weights::zeros(4, 32);
  index.add({.words = {0, 1, Batch::kSentenceEnd, 2, 3}, .rows = {0, 1, 2, 3, 4}}, pairs, pool);
  EXPECT_EQ(weights.values, pairs.values);
  for (std::size_t d = 0; d < 32; ++d) EXPECT_EQ(std::fabs(weights.row(0)[d]), 1);
}

}  // namespace

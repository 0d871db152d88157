#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/base/wire.hpp>

#include "algos/word2vec/word_tasks.hpp"

namespace {

using namespace neve;
using namespace neve::algos::word2vec;

using Counts = std::map<std::string, std::int64_t>;

Counts sorted(const WordCounts& counts) {
  Counts made;
  for (std::size_t i = 0; i < counts.words().size(); ++i)
    EXPECT_TRUE(made.emplace(counts.words()[i], counts.counts()[i]).second) << counts.words()[i];
  return made;
}

/// Short words and long ones, and the empty one.
std::string drawn_word(std::uint64_t i) {
  const std::uint64_t number = CounterRng(31).below(i, 3000);
  return number == 0 ? "" : std::string(number % 40, 'x') + std::to_string(number);
}

TEST(WordCounts, AreThoseOfAMap) {
  WordCounts left;
  WordCounts right;
  Counts expected;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const std::string word = drawn_word(i);
    (i % 3 == 0 ? left : right).add(word, 1);
    ++expected[word];
  }
  // What comes from another node is merged, and merged into.
  auto far = wire::decode<WordCounts>(wire::encode(right));
  EXPECT_EQ(sorted(far), sorted(right));
  CountWordsTask::merge(far, left);
  CountWordsTask::merge(left, right);
  EXPECT_EQ(sorted(left), expected);
  EXPECT_EQ(sorted(far), expected);
}

TEST(Vocabulary, FindsTheFirstOfEqualWords) {
  std::vector<std::string> words;
  for (int i = 0; i < 1000; ++i) words.push_back("w" + std::to_string(i));
  words.emplace_back("w7");
  words.emplace_back("");
  const Vocabulary vocabulary(words);
  for (std::size_t i = 0; i < 1000; ++i)
    EXPECT_EQ(vocabulary.find(words[i]), static_cast<std::int32_t>(i));
  EXPECT_EQ(vocabulary.find(""), 1001);
  EXPECT_EQ(vocabulary.find("w1000"), Vocabulary::kUnknown);
  EXPECT_EQ(Vocabulary().find("w"), Vocabulary::kUnknown);
}

}  // namespace

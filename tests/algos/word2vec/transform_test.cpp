#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "algos/word2vec/session.hpp"
#include "algos/word2vec/transform.hpp"

namespace {

using namespace neve;
using namespace neve::testing::word2vec;

/// Vectors of 70 numbers, of which some are written at a time: word w has w + d / 128.
std::shared_ptr<const Word2VecModel> made_model() {
  auto model = std::make_shared<Word2VecModel>();
  model->header.category = model::Category::word_embedding;
  model->vectors.length = 70;
  for (int word = 0; word < 5; ++word) {
    model->vectors.words.push_back("w" + std::to_string(word));
    for (int d = 0; d < 70; ++d)
      model->vectors.values.push_back(static_cast<float>(word) + static_cast<float>(d) / 128);
  }
  return model;
}

/// "w5" and "w6" are unknown.
Words drawn_words(std::size_t count) {
  const CounterRng random(8);
  Words words;
  for (std::size_t i = 0; i < count; ++i) {
    const auto word = random.below(i, 10);
    word > 6 ? words.emplace_back(std::nullopt) : words.emplace_back("w" + std::to_string(word));
  }
  return words;
}

double value_of(const std::string& word, std::size_t d) {
  const int number = word[1] - '0';
  return number > 4 ? frame::kMissingDouble : number + static_cast<double>(d) / 128;
}

void expect_same(double made, double wanted) {
  EXPECT_TRUE(made == wanted || (std::isnan(made) && std::isnan(wanted)) ||
              std::fabs(made - wanted) < 1e-12)
      << made << " " << wanted;
}

TEST(Transform, EachWordHasItsVector) {
  Session session({"w1"});
  const Words words = drawn_words(300);
  const frame::Frame frame = words_frame(session.engine(), "f", words, 37);
  const frame::Frame made =
      algos::word2vec::vectors_of_words(session.engine(), made_model(), frame);
  ASSERT_EQ(made.columns.size(), 70U);
  EXPECT_EQ(made.names.front(), "C1");
  EXPECT_EQ(made.names.back(), "C70");
  for (const std::size_t d : {0U, 15U, 16U, 69U}) {
    const auto column =
        neve::testing::values_of(session.engine(), made, "C" + std::to_string(d + 1));
    ASSERT_EQ(column.size(), words.size());
    for (std::size_t i = 0; i < words.size(); ++i)
      expect_same(column[i], words[i] ? value_of(*words[i], d) : frame::kMissingDouble);
  }
}

/// The means of sentences, one word after the other.
std::vector<double> plain_means(const Words& words, std::size_t d) {
  std::vector<double> means;
  double sum = 0;
  int known = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] && !std::isnan(value_of(*words[i], d))) {
      sum += value_of(*words[i], d);
      ++known;
    }
    if (words[i] && i + 1 < words.size()) continue;
    means.push_back(known == 0 ? frame::kMissingDouble : sum / known);
    sum = 0;
    known = 0;
  }
  return means;
}

void expect_means(Session& session, const Words& words, std::int64_t rows_each) {
  const frame::Frame frame = words_frame(session.engine(), "f", words, rows_each);
  const frame::Frame made =
      algos::word2vec::means_of_sentences(session.engine(), made_model(), frame);
  for (const std::size_t d : {0U, 16U, 69U}) {
    const auto wanted = plain_means(words, d);
    const auto column =
        neve::testing::values_of(session.engine(), made, "C" + std::to_string(d + 1));
    ASSERT_EQ(column.size(), wanted.size()) << rows_each;
    for (std::size_t i = 0; i < wanted.size(); ++i) expect_same(column[i], wanted[i]);
  }
}

TEST(Transform, SentencesHaveTheirMeans) {
  for (const int nodes : {1, 3}) {
    Session session({"w1"}, nodes);
    // Sentences go on over row groups of 1, 2 and 37 rows.
    for (const std::int64_t rows_each : {1, 2, 37, 1000})
      expect_means(session, drawn_words(300), rows_each);
    expect_means(session, {"w1", "w2"}, 1);
    expect_means(session, {std::nullopt}, 1);
    expect_means(session, {std::nullopt, "w6", std::nullopt, "w4"}, 2);
    expect_means(session, {"w0", std::nullopt, std::nullopt, "w0"}, 3);
  }
}

}  // namespace

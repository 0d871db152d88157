#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "algos/word2vec/session.hpp"
#include "algos/word2vec/weights.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::testing::word2vec;
using algos::word2vec::Weights;

const schema::Form kThorough = {{"epochs", "10"},
                                {"sent_sample_rate", "0"},
                                {"init_learning_rate", "0.05"},
                                {"min_word_freq", "1"}};

std::vector<std::string> nearest(Session& session, const Word2VecModel& model,
                                 const std::string& word, std::size_t count) {
  std::vector<std::string> made;
  for (const auto& each : model.synonyms(model.find(word), count, session.engine().pool()))
    made.push_back(model.vectors.words[static_cast<std::size_t>(each.word)]);
  return made;
}

/// Of words as planted_words() has them.
void expect_topics(Session& session, const Word2VecModel& model) {
  EXPECT_EQ(model.vectors.words.size(), 60U);
  for (const std::string topic : {"t0", "t1", "t2", "t3", "t4"}) {
    for (const std::string& word : nearest(session, model, topic + "w3", 8))
      EXPECT_TRUE(word.starts_with(topic)) << topic << " " << word;
  }
}

TEST(Word2Vec, WordsOfOneTopicAreSynonyms) {
  Session session(planted_words(3'000));
  for (const char* word_model : {"SkipGram", "CBOW"}) {
    auto form = kThorough;
    form.emplace_back("word_model", word_model);
    const auto model = session.train(form);
    ASSERT_TRUE(model);
    EXPECT_EQ(model->epochs, 10);
    expect_topics(session, *model);
  }
}

/// Shards that all move the same few vectors much.
TEST(Word2Vec, ManyShardsOfFewWordsDoNotRunAway) {
  Session session(planted_words(48'000));
  for (const char* word_model : {"SkipGram", "CBOW"}) {
    const auto model = session.train({{"epochs", "3"},
                                      {"sent_sample_rate", "0"},
                                      {"init_learning_rate", "0.2"},
                                      {"min_word_freq", "1"},
                                      {"word_model", word_model}});
    ASSERT_TRUE(model);
    for (const float value : model->vectors.values) ASSERT_LT(std::fabs(value), 10) << word_model;
    expect_topics(session, *model);
  }
}

TEST(Word2Vec, SynonymsAreSortedCosines) {
  Session session(planted_words(200));
  const auto model = session.train({{"min_word_freq", "1"}});
  const std::int32_t word = model->find("t1w1");
  ASSERT_GE(word, 0);
  const auto all = model->synonyms(word, 1000, session.engine().pool());
  ASSERT_EQ(all.size(), model->vectors.words.size() - 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto a = model->vectors.of(static_cast<std::size_t>(word));
    const auto b = model->vectors.of(static_cast<std::size_t>(all[i].word));
    long double product = 0;
    long double left = 0;
    long double right = 0;
    for (std::size_t d = 0; d < a.size(); ++d) {
      product += static_cast<long double>(a[d]) * b[d];
      left += static_cast<long double>(a[d]) * a[d];
      right += static_cast<long double>(b[d]) * b[d];
    }
    EXPECT_NEAR(all[i].score, static_cast<double>(product / std::sqrt(left * right)), 1e-12);
    EXPECT_TRUE(i == 0 || all[i - 1].score >= all[i].score);
    EXPECT_NE(all[i].word, word);
  }
  EXPECT_EQ(model->find("no such word"), -1);
}

TEST(Word2Vec, FrequentWordsComeFirstAndRareOnesAreLeftOut) {
  Session session({"b", "a", "b", "c", "c", "d", std::nullopt, "b", "c", ""});
  const auto model = session.train({{"min_word_freq", "2"}});
  EXPECT_EQ(model->vectors.words, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(session.train({{"min_word_freq", "0"}})->vectors.words,
            (std::vector<std::string>{"b", "c", "", "a", "d"}));
}

TEST(Word2Vec, NothingIsLearntAcrossTheEndOfASentence) {
  Words words;
  for (int i = 0; i < 200; ++i) {
    words.emplace_back(i % 3 == 0 ? "a" : "b");
    words.emplace_back(std::nullopt);
  }
  Session session(words);
  const auto model = session.train({{"min_word_freq", "1"}, {"vec_size", "5"}});
  const Weights initial = Weights::drawn(2, 5, 1);
  for (std::size_t word = 0; word < 2; ++word) {
    for (std::size_t d = 0; d < 5; ++d) EXPECT_EQ(model->vectors.of(word)[d], initial.row(word)[d]);
  }
}

TEST(Word2Vec, SameBitsOnAnyNumberOfThreadsAndNodes) {
  const Words words = planted_words(30'000);
  for (const char* word_model : {"SkipGram", "CBOW"}) {
    const schema::Form form = {{"epochs", "2"}, {"word_model", word_model}};
    Session one(words, 1, 1);
    const auto first = one.train(form);
    ASSERT_TRUE(first);
    EXPECT_EQ(algos::word2vec::algorithm().decode(first->encode())->encode(), first->encode());
    EXPECT_TRUE(first->is_sound());
    for (const auto& [nodes, threads] : {std::pair(1, 2), {1, 3}, {1, 8}, {3, 2}}) {
      Session session(words, nodes, threads);
      EXPECT_EQ(session.train(form)->header.checksum, first->header.checksum)
          << word_model << " " << nodes << " " << threads;
    }
  }
}

TEST(Word2Vec, RowCutsShapeNothing) {
  const Words words = planted_words(3'000);
  Session session(words);
  const auto expected = session.train({})->encode_learnt();
  session.node().frames().publish(words_frame(session.engine(), "words", words, 777));
  EXPECT_EQ(session.train({})->encode_learnt(), expected);
}

TEST(Word2Vec, GoesOnAfterALossToTheSameBits) {
  const Words words = planted_words(30'000);
  const schema::Form form = {{"epochs", "2"}};
  Session whole(words);
  const auto expected = whole.train(form)->encode_learnt();
  for (const int states : {1, 3}) {
    EXPECT_EQ(neve::testing::learnt_after_loss(algos::word2vec::algorithm(), complete(form), states,
                                               [&](mr::ComputeNode& node) {
                                                 node.frames().publish(
                                                     words_frame(node.engine(), "words", words));
                                               }),
              expected)
        << states;
  }
}

TEST(Word2Vec, CanBeCancelledAndEndedByTime) {
  Session session(planted_words(30'000));
  const auto job = session.models().train(session.check_form(complete({{"epochs", "1000000"}})));
  job->cancel();
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
  EXPECT_FALSE(session.model<Word2VecModel>());
  const auto model = session.train({{"epochs", "1000000"}, {"max_runtime_secs", "0.001"}});
  ASSERT_TRUE(model);
  EXPECT_LT(model->epochs, 1'000'000);
  EXPECT_FALSE(model->header.status.empty());
}

TEST(Word2Vec, IsLoadedFromItsFile) {
  Session session(planted_words(200));
  const auto model = session.train({});
  const wire::Bytes file = session.models().to_file(*model);
  const auto loaded = session.models().from_file(file, "file", "loaded");
  EXPECT_EQ(loaded->encode_learnt(), model->encode_learnt());
  Word2VecModel broken(*model);
  broken.vectors.values.pop_back();
  EXPECT_THROW(session.models().from_file(session.models().to_file(broken), "file", "other"),
               InputError);
  Word2VecModel numeric(*model);
  numeric.header.roles.types = {frame::ColumnType::numeric};
  EXPECT_THROW(session.models().from_file(session.models().to_file(numeric), "file", "other"),
               InputError);
}

}  // namespace

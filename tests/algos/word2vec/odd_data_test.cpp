#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "algos/word2vec/session.hpp"

namespace {

using namespace neve;
using namespace neve::testing::word2vec;

constexpr double kNoNumber = frame::kMissingDouble;

void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

/// What a check says, errors only.
std::string errors_of(Session& session, const schema::Form& form) {
  const model::Build build = session.check_form(form);
  return build.errors() == 0 ? ""
                             : model::error_details(*build.algorithm->parameters, build.messages);
}

/// A frame of words and columns of numbers, "numbers".
void publish_vectors(Session& session, const Words& words,
                     const std::vector<std::vector<double>>& columns) {
  frame::Frame frame;
  frame.key = "vectors";
  frame.layout =
      session.engine().new_layout(frame::row_cuts(static_cast<std::int64_t>(words.size()), 3));
  add_words(frame, session.engine(), "word", words);
  for (std::size_t c = 0; c < columns.size(); ++c)
    neve::testing::add_column(frame, session.engine(), "v" + std::to_string(c), columns[c]);
  session.node().frames().publish(frame);
}

const schema::Form kGiven = {{"pre_trained", "vectors"}, {"model_id", "model"}};

std::string failure_of_given(Session& session) {
  const auto job = session.models().train(session.check_form(kGiven));
  job->wait();
  return job->snapshot().exception;
}

TEST(Word2VecOddData, TextWithoutWords) {
  Session session({std::nullopt, std::nullopt, std::nullopt});
  expect_says(session.failure({}), "has no word: all of its rows are missing");
  session.publish("words", {"a", "b", "a"});
  expect_says(session.failure({}),
              "No word occurs 5 times (min_word_freq); the most frequent one "
              "occurs 2 times. Lower min_word_freq.");
}

TEST(Word2VecOddData, OneWordHasAVectorAndNoSynonym) {
  Session session({"a", "a", "a"});
  const auto model = session.train({{"min_word_freq", "1"}});
  ASSERT_TRUE(model);
  EXPECT_EQ(model->vectors.values.size(), 12U);
  EXPECT_TRUE(model->synonyms(0, 5, session.engine().pool()).empty());
}

TEST(Word2VecOddData, OneColumnOfStringsIsNeeded) {
  Session session({"a"});
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "other", {{"n", {}}, {"l", {"x"}}}, {{1, 2, 3}, {0, 0, 0}}));
  const schema::Form form = {{"training_frame", "other"}};
  expect_says(errors_of(session, form), "has to be column of Strings");
  expect_says(errors_of(session, {}), "training frame is needed");
}

TEST(Word2VecOddData, ParametersHaveBounds) {
  Session session({"a"});
  for (const auto& [name, value] : schema::Form{{"vec_size", "0"},
                                                {"vec_size", "10001"},
                                                {"window_size", "0"},
                                                {"sent_sample_rate", "-0.1"},
                                                {"init_learning_rate", "-1"},
                                                {"epochs", "0"},
                                                {"min_word_freq", "-1"}}) {
    const std::string said = errors_of(session, {{"training_frame", "words"}, {name, value}});
    expect_says(said, name);
  }
  EXPECT_THROW(session.check_form({{"training_frame", "words"}, {"word_model", "other"}}),
               InputError);
  EXPECT_THROW(session.check_form({{"training_frame", "words"}, {"norm_model", "softmax"}}),
               InputError);
}

TEST(Word2VecOddData, GivenVectorsMakeTheModel) {
  Session session({"a"});
  publish_vectors(session, {"x", "y", std::nullopt, "x", "z"},
                  {{1, 2, 3, 4, 5}, {0.5, 0.25, 0, 0, -1}});
  session.train_form(kGiven);
  const auto model = session.model<Word2VecModel>();
  ASSERT_TRUE(model);
  EXPECT_EQ(model->vectors.words, (std::vector<std::string>{"x", "y", "z"}));
  EXPECT_EQ(model->vectors.values, (std::vector<float>{1, 0.5, 2, 0.25, 5, -1}));
  EXPECT_EQ(model->epochs, 0);
  ASSERT_EQ(model->header.warnings.size(), 1U);
  expect_says(model->header.warnings[0], "2 rows");
  const auto loaded =
      session.models().from_file(session.models().to_file(*model), "file", "loaded");
  EXPECT_EQ(loaded->encode_learnt(), model->encode_learnt());
}

TEST(Word2VecOddData, GivenVectorsMustBeWhole) {
  Session session({"a"});
  publish_vectors(session, {"x", "y"}, {{1, kNoNumber}});
  expect_says(failure_of_given(session), "no number for word 'y'");
  publish_vectors(session, {"x", "y"}, {{std::numeric_limits<double>::infinity(), 1}});
  expect_says(failure_of_given(session), "an infinite number for word 'x'");
  publish_vectors(session, {std::nullopt}, {{1}});
  expect_says(failure_of_given(session), "has no word");
  publish_vectors(session, {"x"}, {});
  expect_says(errors_of(session, kGiven), "one at least of numbers");
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "vectors", {{"n", {}}, {"m", {}}}, {{1}, {2}}));
  expect_says(errors_of(session, kGiven), "first column");
  frame::Frame texts = session.frame("words");
  texts.key = "vectors";
  texts.add("more", texts.columns[0]);
  session.node().frames().publish(texts);
  expect_says(errors_of(session, kGiven), "has to be numeric");
  EXPECT_THROW(session.check_form({{"pre_trained", "nowhere"}}), InputError);
}

}  // namespace

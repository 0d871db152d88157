#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/word2vec/word2vec_model.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::word2vec {
const model::Algorithm& algorithm();
}

namespace neve::testing::word2vec {

using algos::word2vec::Word2VecModel;

/// Nothing ends a sentence.
using Words = std::vector<std::optional<std::string>>;

/// Adds a column of strings to a frame, cut as its layout says.
void add_words(frame::Frame& frame, mr::Engine& engine, const std::string& name,
               const Words& words);

/// A frame of one column "words", cut as a parse cuts it or into groups of `rows_each`.
frame::Frame words_frame(mr::Engine& engine, const std::string& key, const Words& words,
                         std::int64_t rows_each = 0);

/// Sentences of ten words, each of one of five topics. The topics have ten words each, "t0w0" to
/// "t4w9"; every fourth word or so is one of ten that all sentences share.
Words planted_words(std::size_t sentences);

schema::Form complete(schema::Form form);

class Session : public TrainingNodes {
 public:
  explicit Session(const Words& words, int nodes = 1, int threads = 2)
      : TrainingNodes(algos::word2vec::algorithm(), nodes, threads) {
    publish("words", words);
  }
  void publish(const std::string& key, const Words& words) {
    node().frames().publish(words_frame(engine(), key, words));
  }
  std::shared_ptr<const Word2VecModel> train(schema::Form form) {
    train_form(complete(std::move(form)));
    return model<Word2VecModel>();
  }
  /// What is said of a training that starts and fails.
  std::string failure(schema::Form form) {
    return failure_of(check_form(complete(std::move(form))));
  }
};

}  // namespace neve::testing::word2vec

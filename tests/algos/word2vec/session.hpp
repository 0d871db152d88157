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
inline void add_words(frame::Frame& frame, mr::Engine& engine, const std::string& name,
                      const Words& words) {
  const ColumnId id = engine.new_column_id();
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    frame::TextBuilder builder;
    const auto first = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
    const auto rows = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g)));
    for (std::size_t i = first; i < first + rows; ++i) {
      words[i] ? builder.append(*words[i]) : builder.append_missing();
    }
    engine.put_chunk(*frame.layout, id, GroupIndex(g), builder.finish());
  }
  const mr::OutputColumn kind{.kind = mr::OutputKind::text, .type = frame::ColumnType::string};
  frame.add(name, engine.adopt({&id, 1}, {&kind, 1})[0]);
}

/// A frame of one column "words", cut as a parse cuts it or into groups of `rows_each`.
inline frame::Frame words_frame(mr::Engine& engine, const std::string& key, const Words& words,
                                std::int64_t rows_each = 0) {
  frame::Frame frame;
  frame.key = key;
  const auto rows = static_cast<std::int64_t>(words.size());
  std::vector<std::int64_t> cuts = frame::row_cuts(rows, 1);
  if (rows_each > 0) {
    cuts.clear();
    for (std::int64_t row = 0; row < rows; row += rows_each) cuts.push_back(row);
    cuts.push_back(rows);
  }
  frame.layout = engine.new_layout(std::move(cuts));
  add_words(frame, engine, "words", words);
  return frame;
}

/// Sentences of ten words, each of one of five topics. The topics have ten words each, "t0w0" to
/// "t4w9"; every fourth word or so is one of ten that all sentences share.
inline Words planted_words(std::size_t sentences) {
  const CounterRng random(3);
  Words words;
  std::uint64_t drawn = 0;
  for (std::size_t s = 0; s < sentences; ++s) {
    const std::string topic = std::to_string(random.below(drawn++, 5));
    for (int i = 0; i < 10; ++i) {
      const std::string word = "w" + std::to_string(random.below(drawn++, 10));
      const bool shared = random.below(drawn++, 4) == 0;
      words.emplace_back(shared ? word : "t" + topic + word);
    }
    words.emplace_back(std::nullopt);
  }
  return words;
}

inline schema::Form complete(schema::Form form) {
  const schema::Form own = form;
  for (const auto& [name, value] :
       schema::Form{{"training_frame", "words"}, {"model_id", "model"}, {"vec_size", "12"}}) {
    const auto given = std::ranges::find(own, name, [](const auto& entry) { return entry.first; });
    if (given == own.end()) form.emplace_back(name, value);
  }
  return form;
}

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
    const auto job = models().train(check_form(complete(std::move(form))));
    job->wait();
    return job->snapshot().exception;
  }
};

}  // namespace neve::testing::word2vec

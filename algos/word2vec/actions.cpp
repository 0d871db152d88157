#include "algos/word2vec/actions.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "algos/word2vec/transform.hpp"

namespace neve::algos::word2vec {

/// What is made of the vectors of a frame of words.
enum class Aggregate : std::uint8_t { none, average };

}  // namespace neve::algos::word2vec

template <>
struct neve::schema::EnumText<neve::algos::word2vec::Aggregate> {
  static constexpr std::string_view name = "Word2vecWord2VecModelAggregateMethod";
  static constexpr std::array<std::string_view, 2> values = {"NONE", "AVERAGE"};
};

namespace neve::algos::word2vec {
namespace {

/// The words that are nearest to one.
struct Synonyms {
  schema::ModelRef model;
  std::string word;
  std::int32_t count = 0;
  std::vector<std::string> synonyms;
  std::vector<double> scores;
  static const schema::Schema& schema();
};

const schema::Schema& Synonyms::schema() {
  using S = Synonyms;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<S> table("Word2VecSynonymsV3");
    table.field<&S::model>("Model of word vectors.").input().required();
    table.field<&S::word>("A word.").input().required();
    table.field<&S::count>("How many words to find at most.").input().required();
    table.field<&S::synonyms>("Words with the most similar vectors; none for an unknown word.")
        .input();
    table.field<&S::scores>("Cosines of their vectors with that of the word.").input();
    return schema::Schema(table);
  }();
  return kSchema;
}

/// The vectors of a frame of words.
struct Transform {
  schema::ModelRef model;
  schema::FrameRef words_frame;
  Aggregate aggregate_method = Aggregate::none;
  schema::FrameRef vectors_frame;
  static const schema::Schema& schema();
};

const schema::Schema& Transform::schema() {
  using T = Transform;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<T> table("Word2VecTransformV3");
    table.field<&T::model>("Model of word vectors.").input().required();
    table.field<&T::words_frame>("Frame of one column of words.").input().required();
    table
        .field<&T::aggregate_method>(
            "NONE: the vector of each word. AVERAGE: the mean of each sentence, where a missing "
            "value ends one.")
        .input();
    table.field<&T::vectors_frame>("The vectors.");
    return schema::Schema(table);
  }();
  return kSchema;
}

std::shared_ptr<const Word2VecModel> require(const model::Models& models, const std::string& key) {
  auto model = std::dynamic_pointer_cast<const Word2VecModel>(models.require(key, "model"));
  if (model != nullptr) return model;
  throw InputError::illegal_argument("Model '" + key + "' is not a Word2Vec model.",
                                     {{"model", key}});
}

model::ActionAnswer find_synonyms(model::Models& models, const void* input) {
  Synonyms made = *static_cast<const Synonyms*>(input);
  const auto model = require(models, made.model.name);
  if (made.count < 1) {
    throw InputError::illegal_argument(
        "Synonym count must be greater than 0; it is " + std::to_string(made.count) + ".",
        {{"count", std::to_string(made.count)}});
  }
  made.synonyms.clear();
  made.scores.clear();
  const std::int32_t word = model->find(made.word);
  if (word != Vocabulary::kUnknown) {
    const auto count = static_cast<std::size_t>(made.count);
    for (const Synonym& each : model->synonyms(word, count, models.engine().pool())) {
      made.synonyms.push_back(model->vectors.words[static_cast<std::size_t>(each.word)]);
      made.scores.push_back(each.score);
    }
  }
  return {.object = schema::any_object(std::move(made))};
}

std::string vectors_key() {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "word2vec_vectors_%016llx",
                static_cast<unsigned long long>(draw_seed()));
  return text.data();
}

model::ActionAnswer transform(model::Models& models, const void* input) {
  Transform made = *static_cast<const Transform*>(input);
  const auto model = require(models, made.model.name);
  const frame::Frame words = models.frames().require(made.words_frame.name, "words_frame");
  if (words.columns.size() != 1 || words.columns.front().type != frame::ColumnType::string) {
    throw InputError::illegal_argument("Frame '" + words.key +
                                           "' must have one column, of strings. Select it, and "
                                           "convert it with ascharacter.",
                                       {{"words_frame", words.key}});
  }
  frame::Frame vectors = made.aggregate_method == Aggregate::average
                             ? means_of_sentences(models.engine(), model, words)
                             : vectors_of_words(models.engine(), model, words);
  vectors.key = vectors_key();
  models.frames().publish(vectors);
  made.vectors_frame.name = vectors.key;
  return {.object = schema::any_object(std::move(made))};
}

}  // namespace

std::vector<model::Action> actions() {
  return {{.method = "GET",
           .path = "/3/Word2VecSynonyms",
           .name = "word2vec_synonyms",
           .summary = "Finds the words that are most similar to one.",
           .input = &Synonyms::schema(),
           .output = &Synonyms::schema(),
           .run = &find_synonyms},
          {.method = "GET",
           .path = "/3/Word2VecTransform",
           .name = "word2vec_transform",
           .summary = "Turns words into vectors.",
           .input = &Transform::schema(),
           .output = &Transform::schema(),
           .run = &transform}};
}

}  // namespace neve::algos::word2vec

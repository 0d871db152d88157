#include <cstdint>

#include <neve/base/budget.hpp>
#include <neve/model/models.hpp>

#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

/// The words of a model and their vectors, a row for each.
Value word_vectors_frame(Arguments& arguments) {
  const std::string key = arguments.word(0);
  const model::ModelPtr model = arguments.evaluation().models().require(key, "model");
  const model::WordVectors* vectors = model->word_vectors();
  if (vectors == nullptr) arguments.fail(0, "model '" + key + "' has no word vectors.");
  const Reservation memory = arguments.evaluation().engine().budget().reserve(
      static_cast<std::int64_t>(vectors->values.size() * sizeof(double)),
      "Vectors of " + std::to_string(vectors->words.size()) + " words");
  std::vector<Evaluation::NewColumn> columns(vectors->length + 1);
  columns[0] = {.name = "Word", .texts = vectors->words, .type = frame::ColumnType::string};
  for (std::size_t d = 0; d < vectors->length; ++d) {
    Evaluation::NewColumn& column = columns[d + 1];
    column.name = "V" + std::to_string(d + 1);
    column.numbers.reserve(vectors->words.size());
    for (std::size_t word = 0; word < vectors->words.size(); ++word)
      column.numbers.push_back(static_cast<double>(vectors->of(word)[d]));
  }
  return arguments.evaluation().new_frame(columns);
}

}  // namespace

const PrimGroup& word_vectors() {
  static const PrimGroup kGroup{{
      {{"word2vec.to.frame"}, "model", "Words of a model and their vectors.", word_vectors_frame},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims

#pragma once

#include <cstdint>

#include <neve/model/model_output.hpp>

namespace neve::algos::word2vec {

/// The object "output" of a model of word vectors, by H2O's names.
struct Word2VecOutput : model::ModelOutput {
  std::int32_t epochs = 0;
  static const schema::Schema& schema();
};

}  // namespace neve::algos::word2vec

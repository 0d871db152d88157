#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>

namespace neve::algos::word2vec {

enum class WordModel : std::uint8_t {
  skip_gram,    ///< each word around predicts the one in the middle
  bag_of_words  ///< the mean of the words around predicts it
};
/// How probabilities of words are made to sum up to 1.
enum class NormModel : std::uint8_t { hierarchical_softmax };

/// What a user may say about a model of word vectors.
struct Parameters : model::CommonParameters {
  /// There is no parameter for it.
  Parameters() { seed = 1; }
  std::int32_t vec_size = 100;
  std::int32_t window_size = 5;
  float sent_sample_rate = 0.001F;
  NormModel norm_model = NormModel::hierarchical_softmax;
  std::int32_t epochs = 5;
  std::int32_t min_word_freq = 5;
  float init_learning_rate = 0.025F;
  WordModel word_model = WordModel::skip_gram;
  schema::FrameRef pre_trained;
  static const schema::Schema& schema();
};

}  // namespace neve::algos::word2vec

template <>
struct neve::schema::EnumText<neve::algos::word2vec::WordModel> {
  static constexpr std::string_view name = "Word2vecWord2VecWordModel";
  static constexpr std::array<std::string_view, 2> values = {"SkipGram", "CBOW"};
};
template <>
struct neve::schema::EnumText<neve::algos::word2vec::NormModel> {
  static constexpr std::string_view name = "Word2vecWord2VecNormModel";
  static constexpr std::array<std::string_view, 1> values = {"HSM"};
};

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>

#include "algos/word2vec/word2vec_model.hpp"

namespace neve::algos::word2vec {

/// The vector of each word of a frame's first column, which is of strings: a row for each, missing
/// where the word is unknown. Columns C1, C2, ….
frame::Frame vectors_of_words(mr::Engine& engine, const std::shared_ptr<const Word2VecModel>& model,
                              const frame::Frame& words);

/// The mean of the vectors of each sentence's known words: a row for each sentence, which ends with
/// a missing value or the frame; missing where it has no known word.
frame::Frame means_of_sentences(mr::Engine& engine,
                                const std::shared_ptr<const Word2VecModel>& model,
                                const frame::Frame& words);

/// Writes the vectors, a number in each column.
struct WordVectorsTask {
  static constexpr std::string_view name = "word2vec.vectors";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::shared_ptr<const Word2VecModel> model;
    template <class Archive>
    void fields(Archive& archive) {
      archive(model);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// The sum of the vectors of some words.
struct VectorSum {
  std::vector<double> sum;  ///< empty before the first word
  std::int64_t words = 0;
  void add(std::span<const float> vector);
  void merge(const VectorSum& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(sum, words);
  }
};

/// What stands behind the last end of a sentence, by row group.
struct SentenceTailsTask {
  static constexpr std::string_view name = "word2vec.tails";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::shared_ptr<const Word2VecModel> model;
    template <class Archive>
    void fields(Archive& archive) {
      archive(model);
    }
  };
  struct Tail {
    bool after_end = false;  ///< a sentence ends in this group
    VectorSum sum;
    template <class Archive>
    void fields(Archive& archive) {
      archive(after_end, sum);
    }
  };
  struct Partial {
    std::map<std::int32_t, Tail> tails;
    template <class Archive>
    void fields(Archive& archive) {
      archive(tails);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Writes 1 where a sentence ends, 0 elsewhere, and there its mean, a number in each further
/// column; 0 elsewhere, which takes no room.
struct SentenceMeansTask {
  static constexpr std::string_view name = "word2vec.means";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::shared_ptr<const Word2VecModel> model;
    std::vector<VectorSum> before;  ///< by row group: of the sentence that goes on there
    std::int64_t rows = 0;          ///< of the frame
    template <class Archive>
    void fields(Archive& archive) {
      archive(model, before, rows);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::algos::word2vec

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/model/model.hpp>

#include "algos/word2vec/word_tasks.hpp"

namespace neve::algos::word2vec {

/// A word and its cosine with another one.
struct Synonym {
  std::int32_t word = 0;
  double score = 0;
};

/// Words and their vectors.
class Word2VecModel final : public model::Model {
 public:
  model::WordVectors vectors;
  std::int32_t epochs = 0;  ///< that were finished; 0 for vectors from elsewhere

  [[nodiscard]] const model::WordVectors* word_vectors() const override { return &vectors; }
  /// The number of a word, or Vocabulary::kUnknown.
  [[nodiscard]] std::int32_t find(std::string_view word) const;
  /// The `count` words whose vectors have the largest cosines with that of `word`, which is not one
  /// of them; of equal ones in the order of the words. Vectors of zeros are left out.
  [[nodiscard]] std::vector<Synonym> synonyms(std::int32_t word, std::size_t count,
                                              Pool& pool) const;
  /// Throws InputError: there is nothing to predict.
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  [[nodiscard]] model::metrics::Metrics measure_rows(mr::Engine& engine, const model::Dataset& data,
                                                     const job::TokenPtr& token) const override;
  [[nodiscard]] bool is_sound() const override;
  [[nodiscard]] schema::AnyObject output() const override;
  [[nodiscard]] wire::Bytes encode() const override;
  [[nodiscard]] wire::Bytes encode_learnt() const override;

  template <class Archive>
  void fields(Archive& archive) {
    archive(header);
    learnt(archive);
  }

 private:
  template <class Archive>
  void learnt(Archive& archive) {
    archive(vectors, epochs);
  }
  /// Made at first use.
  struct Index {
    std::once_flag once;
    Vocabulary words;
  };
  std::shared_ptr<Index> index_ = std::make_shared<Index>();
};

}  // namespace neve::algos::word2vec

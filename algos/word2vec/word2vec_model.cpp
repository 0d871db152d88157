#include "algos/word2vec/word2vec_model.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>

namespace neve::algos::word2vec {
namespace {

double product(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d)
    sum += static_cast<double>(a[d]) * static_cast<double>(b[d]);
  return sum;
}

}  // namespace

std::int32_t Word2VecModel::find(std::string_view word) const {
  std::call_once(index_->once, [this] { index_->words = Vocabulary(vectors.words); });
  return index_->words.find(word);
}

std::vector<Synonym> Word2VecModel::synonyms(std::int32_t word, std::size_t count,
                                             Pool& pool) const {
  constexpr std::size_t kWordsAtOnce = 4096;
  const std::size_t words = vectors.words.size();
  const auto own = vectors.of(static_cast<std::size_t>(word));
  const double own_squares = product(own, own);
  std::vector<Synonym> all(words);
  pool.for_each((words + kWordsAtOnce - 1) / kWordsAtOnce, [&](std::size_t part) {
    const std::size_t end = std::min(words, (part + 1) * kWordsAtOnce);
    for (std::size_t i = part * kWordsAtOnce; i < end; ++i) {
      const auto other = vectors.of(i);
      const double squares = own_squares * product(other, other);
      all[i] = {static_cast<std::int32_t>(i), product(own, other) / std::sqrt(squares)};
    }
  });
  std::erase_if(all, [&](const Synonym& s) { return s.word == word || std::isnan(s.score); });
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
  std::partial_sort(all.begin(), end, all.end(), [](const Synonym& a, const Synonym& b) {
    return a.score != b.score ? a.score > b.score : a.word < b.word;
  });
  all.erase(end, all.end());
  return all;
}

void Word2VecModel::score(const model::ScoreBlock& /*block*/,
                          std::span<const std::span<double>> /*out*/) const {
  throw InputError::unsupported("Word2Vec predicts nothing; ask for vectors with transform.",
                                {{"model", header.key}});
}

model::metrics::Metrics Word2VecModel::measure_rows(mr::Engine& /*engine*/,
                                                    const model::Dataset& /*data*/,
                                                    const job::TokenPtr& /*token*/) const {
  throw InputError::unsupported("Word2Vec has no metrics; compare words with find_synonyms.",
                                {{"model", header.key}});
}

bool Word2VecModel::is_sound() const {
  return header.category == model::Category::word_embedding && vectors.length > 0 &&
         !vectors.words.empty() && vectors.values.size() % vectors.length == 0 &&
         vectors.values.size() / vectors.length == vectors.words.size();
}

wire::Bytes Word2VecModel::encode() const { return wire::encode(*this); }

wire::Bytes Word2VecModel::encode_learnt() const {
  wire::Writer writer;
  // Only reads, as every Writer does.
  const_cast<Word2VecModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::word2vec

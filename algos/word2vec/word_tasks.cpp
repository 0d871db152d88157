#include "algos/word2vec/word_tasks.hpp"

namespace neve::algos::word2vec {

std::int32_t Vocabulary::find(std::string_view word) const {
  std::call_once(index_->once, [this] {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (index_->places.find(words_[i], words_) == WordIndex::kNone)
        index_->places.add(words_[i], static_cast<std::int32_t>(i), words_);
    }
  });
  return index_->places.find(word, words_);
}

void WordCounts::add(std::string_view word, std::int64_t count) {
  // What came from another node has no index.
  for (std::size_t i = index_.size(); i < words_.size(); ++i)
    index_.add(words_[i], static_cast<std::int32_t>(i), words_);
  const std::int32_t place = index_.find(word, words_);
  if (place != WordIndex::kNone) {
    counts_[static_cast<std::size_t>(place)] += count;
    return;
  }
  words_.emplace_back(word);
  counts_.push_back(count);
  index_.add(words_.back(), static_cast<std::int32_t>(words_.size() - 1), words_);
}

void CountWordsTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  each_word(group, [&](std::size_t /*row*/, const std::string_view* word) {
    if (word != nullptr) partial.add(*word, 1);
  });
}

void CountWordsTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < right.words().size(); ++i)
    left.add(right.words()[i], right.counts()[i]);
}

void NumberWordsTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                          mr::Outputs& outputs) {
  const std::span<std::int64_t> numbers = outputs.int64s(0);
  each_word(group, [&](std::size_t row, const std::string_view* word) {
    numbers[row] = word == nullptr ? frame::kMissingInt64 : state.find(*word);
  });
}

}  // namespace neve::algos::word2vec

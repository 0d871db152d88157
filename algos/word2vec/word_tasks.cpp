#include "algos/word2vec/word_tasks.hpp"

namespace neve::algos::word2vec {

std::int32_t Vocabulary::find(std::string_view word) const {
  std::call_once(index_->once, [this] {
    index_->numbers.reserve(words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i)
      index_->numbers.emplace(words_[i], static_cast<std::int32_t>(i));
  });
  const auto at = index_->numbers.find(word);
  return at == index_->numbers.end() ? kUnknown : at->second;
}

void CountWordsTask::map(const mr::RowGroup& group, const State& /*state*/, Partial& partial) {
  std::unordered_map<std::string_view, std::int64_t> here;
  each_word(group, [&](std::size_t /*row*/, const std::string_view* word) {
    if (word != nullptr) ++here[*word];
  });
  for (const auto& [word, count] : here) partial.counts[std::string(word)] += count;
}

void CountWordsTask::merge(Partial& left, const Partial& right) {
  for (const auto& [word, count] : right.counts) left.counts[word] += count;
}

void NumberWordsTask::map(const mr::RowGroup& group, const State& state, Partial& /*partial*/,
                          mr::Outputs& outputs) {
  const std::span<std::int64_t> numbers = outputs.int64s(0);
  each_word(group, [&](std::size_t row, const std::string_view* word) {
    numbers[row] = word == nullptr ? frame::kMissingInt64 : state.find(*word);
  });
}

}  // namespace neve::algos::word2vec

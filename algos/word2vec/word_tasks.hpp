#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/word2vec/word_index.hpp"

namespace neve::algos::word2vec {

/// Words by their numbers. Immutable once it is used.
class Vocabulary {
 public:
  static constexpr std::int32_t kUnknown = WordIndex::kNone;
  Vocabulary() = default;
  explicit Vocabulary(std::vector<std::string> words) : words_(std::move(words)) {}
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
  /// The number of a word, the first one where it is there more than once, or kUnknown.
  [[nodiscard]] std::int32_t find(std::string_view word) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(words_);
  }

 private:
  /// Made at first use.
  struct Index {
    std::once_flag once;
    WordIndex places;
  };
  std::vector<std::string> words_;
  std::shared_ptr<Index> index_ = std::make_shared<Index>();
};

/// Words, in the order in which they came, and how often each did.
class WordCounts {
 public:
  void add(std::string_view word, std::int64_t count);
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
  [[nodiscard]] const std::vector<std::int64_t>& counts() const { return counts_; }
  template <class Archive>
  void fields(Archive& archive) {
    archive(words_, counts_);
  }

 private:
  std::vector<std::string> words_;
  std::vector<std::int64_t> counts_;
  WordIndex index_;
};

/// How often each word occurs in a column of strings.
struct CountWordsTask {
  static constexpr std::string_view name = "word2vec.counts";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = mr::Nothing;
  using Partial = WordCounts;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Writes the number of each word, Vocabulary::kUnknown where it has none; missing stays missing.
struct NumberWordsTask {
  static constexpr std::string_view name = "word2vec.numbers";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = Vocabulary;
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Calls visit(row, word) for each row of a group's first column, with null where it is missing.
template <class Visit>
void each_word(const mr::RowGroup& group, const Visit& visit) {
  constexpr std::int64_t kBlock = 1024;
  std::vector<std::string_view> words;
  std::vector<std::uint8_t> missing;
  for (std::int64_t begin = 0; begin < group.rows; begin += kBlock) {
    const auto rows = static_cast<std::size_t>(std::min(kBlock, group.rows - begin));
    words.resize(rows);
    missing.resize(rows);
    group.columns[0].decode_text(begin, words, missing);
    for (std::size_t i = 0; i < rows; ++i)
      visit(static_cast<std::size_t>(begin) + i, missing[i] != 0 ? nullptr : &words[i]);
  }
}

}  // namespace neve::algos::word2vec

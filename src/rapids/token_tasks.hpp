#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "mr/api/exchange.hpp"

/// Words of texts, one below the other: CountTokensTask counts them where the texts are, and
/// WriteTokensTask fetches those of its rows from there. Texts are cut twice, which takes less
/// memory than to keep the words.
namespace neve::rapids {

/// Rows of the words of a row group: the words of each of its rows, column by column, and a missing
/// one behind them.
struct CountTokensTask {
  static constexpr std::string_view name = "rapids.count_tokens";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::string pattern;  ///< what is between words
    template <class Archive>
    void fields(Archive& archive) {
      archive(pattern);
    }
  };
  struct Scratch {
    std::string pattern;
    std::vector<frame::Chunk> texts;
    std::vector<std::int64_t> begins;  ///< of each block of texts in the words, then their end
    [[nodiscard]] std::int64_t byte_size() const {
      return static_cast<std::int64_t>(begins.size() * sizeof(std::int64_t));
    }
  };
  struct Partial {
    std::map<std::int32_t, std::int64_t> rows;  ///< by row group
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows);
    }
  };
  /// Rows of the group's words.
  struct Question {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(begin, end);
    }
  };
  struct Answer {
    std::string bytes;
    std::vector<std::size_t> ends;  ///< of each word in `bytes`
    std::vector<std::uint8_t> missing;
    template <class Archive>
    void fields(Archive& archive) {
      archive(bytes, ends, missing);
    }
  };
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch);
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right) {
    left.rows.insert(right.rows.begin(), right.rows.end());
  }
  static Answer answer(const Scratch& scratch, const Question& question);
};

/// Writes the words on the cuts of the result.
struct WriteTokensTask {
  static constexpr std::string_view name = "rapids.write_tokens";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    mr::Source words;
    std::vector<std::int64_t> begins;  ///< of each row group's words in the result, then their end
    template <class Archive>
    void fields(Archive& archive) {
      archive(words, begins);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::rapids

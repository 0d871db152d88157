#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "rapids/text_work.hpp"
#include "rapids/token_tasks.hpp"
#include "unit/rapids/logic.hpp"

namespace neve::rapids_test {
namespace {

using Cells = std::vector<std::optional<std::string>>;

/// Some words with a blank between them, or none, or nothing at all.
Cells drawn_texts(std::size_t count, std::uint64_t seed) {
  const CounterRng random(seed);
  std::uint64_t draw = 0;
  Cells texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(draw++, 9); n > 0; --n) {
      text += (text.empty() ? "" : " ") + std::string(1 + random.below(draw++, 3), 'x');
      text += std::to_string(random.below(draw++, 50));
    }
    random.below(draw++, 8) == 0 ? texts.emplace_back(std::nullopt) : texts.emplace_back(text);
  }
  return texts;
}

/// The words of each row of both columns, and a missing one behind them.
Cells plain_words(const Cells& left, const Cells& right) {
  Cells words;
  for (std::size_t i = 0; i < left.size(); ++i) {
    for (const auto* text : {&left[i], &right[i]}) {
      if (!*text) continue;
      std::string word;
      for (const char c : **text) {
        if (c == ' ') {
          words.emplace_back(std::exchange(word, {}));
        } else {
          word += c;
        }
      }
      words.emplace_back(word);
    }
    words.emplace_back(std::nullopt);
  }
  return words;
}

frame::Chunk encoded(const Cells& texts) {
  frame::TextBuilder builder;
  for (const auto& text : texts) text ? builder.append(*text) : builder.append_missing();
  return builder.finish();
}

TEST(Tokens, AnyRowsOfAGroupAreFound) {
  const Cells left = drawn_texts(300, 1);
  const Cells right = drawn_texts(300, 2);
  const Cells words = plain_words(left, right);
  const std::vector<frame::Chunk> chunks = {encoded(left), encoded(right)};
  const mr::RowGroup group{.index = GroupIndex(0), .first_row = 0, .rows = 300, .columns = chunks};
  rapids::CountTokensTask::Scratch scratch;
  rapids::CountTokensTask::rebuild(group, {" "}, scratch);
  rapids::CountTokensTask::Partial partial;
  rapids::CountTokensTask::map(group, {" "}, scratch, partial);
  const auto rows = static_cast<std::int64_t>(words.size());
  ASSERT_EQ(partial.rows.at(0), rows);
  const CounterRng random(3);
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto begin = static_cast<std::int64_t>(random.below(2 * i, words.size() + 1));
    const auto end = begin + static_cast<std::int64_t>(random.below(
                                 2 * i + 1, static_cast<std::uint64_t>(rows - begin) + 1));
    const auto found = rapids::CountTokensTask::answer(scratch, {begin, end});
    ASSERT_EQ(found.ends.size(), static_cast<std::size_t>(end - begin));
    std::size_t from = 0;
    for (std::size_t k = 0; k < found.ends.size(); ++k) {
      const auto& wanted = words[static_cast<std::size_t>(begin) + k];
      ASSERT_EQ(found.missing[k] != 0, !wanted.has_value());
      ASSERT_EQ(found.bytes.substr(from, found.ends[k] - from), wanted.value_or(""));
      from = found.ends[k];
    }
  }
}

TEST(Tokens, FrameOfManyGroups) {
  const Cells left = drawn_texts(2000, 4);
  const Cells right = drawn_texts(2000, 5);
  const auto cell = [](const std::optional<std::string>& text) {
    return !text ? std::string("NA") : text->empty() ? std::string("\"\"") : *text;
  };
  std::vector<std::string> lines = {"a:string,b:string"};
  for (std::size_t i = 0; i < left.size(); ++i)
    lines.push_back(cell(left[i]) + ',' + cell(right[i]));
  std::string expected = "C1:string";
  for (const auto& word : plain_words(left, right)) expected += '\n' + cell(word);
  for (const int nodes : {1, 3}) {
    Session session(nodes, 2);
    session.load("f", lines);
    // The same as one text and as an expression that has to be searched for.
    for (const char* pattern : {"' '", "'[ ]'"})
      EXPECT_EQ(session.run(std::string("(tokenize f ") + pattern + ")"), expected) << pattern;
  }
}

TEST(Tokens, TextsAreCutAtWholeMatches) {
  const auto pieces = [](const std::string& pattern, const std::string& text) {
    return rapids::TextSplitter(pattern).pieces(text);
  };
  using Pieces = std::vector<std::string>;
  for (const std::string pattern : {"ab", "a[b]"}) {
    EXPECT_EQ(pieces(pattern, "abxabyabab"), (Pieces{"", "x", "y"})) << pattern;
    EXPECT_EQ(pieces(pattern, "aab"), (Pieces{"a"})) << pattern;
    EXPECT_EQ(pieces(pattern, "ab"), (Pieces{""})) << pattern;
    EXPECT_EQ(pieces(pattern, ""), (Pieces{""})) << pattern;
  }
  EXPECT_EQ(pieces("", "xyz"), (Pieces{"x", "y", "z"}));
}

}  // namespace
}  // namespace neve::rapids_test

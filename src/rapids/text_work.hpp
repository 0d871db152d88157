#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/chunk_builder.hpp>
#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>

namespace neve::rapids {

/// A function of one text, as plain data that goes to any node.
struct TextWork {
  enum class Kind : std::uint8_t {
    // text to text
    upper,
    lower,
    trim,
    strip_left,  ///< characters of texts[0]
    strip_right,
    replace_all,  ///< regular expression texts[0] by texts[1]
    replace_first,
    substring,  ///< characters [numbers[0], numbers[1])
    same,
    // text to number
    length,         ///< characters
    count_matches,  ///< of the words in `texts`
    count_pieces,   ///< pieces of the text that are one of the sorted `texts`
    matches,        ///< 1 where the regular expression texts[0] occurs
    entropy,
    number,   ///< what the text says, missing where it is not a number
    date,     ///< milliseconds by the format texts[0] in the zone texts[1]
    position  ///< in the sorted `texts`
  };
  Kind kind = Kind::same;
  std::vector<std::string> texts = {};
  std::vector<double> numbers = {};
  bool ignore_case = false;
  template <class Archive>
  void fields(Archive& archive) {
    archive(kind, texts, numbers, ignore_case);
  }
  [[nodiscard]] bool gives_text() const { return kind <= Kind::same; }
  /// Whether its numbers are whole.
  [[nodiscard]] bool counts() const { return kind >= Kind::length && kind <= Kind::matches; }
};

/// Neighbouring rows of a text chunk.
struct TextBlock {
  std::span<const std::string_view> texts;
  std::span<const std::uint8_t> missing;
  bool ascii = false;  ///< all of them are known to be
  /// Their bytes one behind the other, where they lie so; empty elsewhere.
  [[nodiscard]] std::string_view joined() const;
};

/// The function made ready: patterns compiled. Throws InputError for what does not compile.
class TextWorker {
 public:
  explicit TextWorker(const TextWork& work);
  ~TextWorker();
  /// The text made of this one: a part of it, or in `room`.
  [[nodiscard]] std::string_view text(std::string_view from, std::string& room) const;
  /// NaN where there is none.
  [[nodiscard]] double number(std::string_view from) const;
  /// The same for each row of a block.
  void texts(const TextBlock& block, frame::TextBuilder& to) const;
  void numbers(const TextBlock& block, std::span<double> to) const;

 private:
  struct Parts;
  /// Whether the function turns bytes into as many others, in a block whose texts are joined: these
  /// are in `room` then.
  bool map_bytes(const TextBlock& block, std::string& room) const;
  const TextWork& work_;
  std::unique_ptr<Parts> parts_;
};

/// A string column made from a string column.
frame::Column map_texts(mr::Engine& engine, const frame::LayoutPtr& layout,
                        const frame::Column& column, const TextWork& work,
                        const job::TokenPtr& token);
/// A column of another kind made from a string column: numbers, times or (with `domain`) codes.
frame::Column measure_texts(mr::Engine& engine, const frame::LayoutPtr& layout,
                            const frame::Column& column, const TextWork& work,
                            const mr::OutputColumn& output);
/// Every text that occurs, sorted by bytes.
std::vector<std::string> distinct_texts(mr::Engine& engine, const frame::LayoutPtr& layout,
                                        const frame::Column& column);
/// Pieces of each text between matches of a regular expression, one string column per piece.
std::vector<frame::Column> split_texts(mr::Engine& engine, const frame::LayoutPtr& layout,
                                       const frame::Column& column, const std::string& pattern);
/// The same cut for single texts, its expression compiled once.
class TextSplitter {
 public:
  /// Throws InputError for what does not compile.
  explicit TextSplitter(const std::string& pattern);
  ~TextSplitter();
  [[nodiscard]] std::vector<std::string> pieces(std::string_view text) const;
  /// Adds the pieces, which lie in `text`, at the end of `pieces`.
  void cut(std::string_view text, std::vector<std::string_view>& pieces) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
/// Texts of codes (by `levels`) or of numbers (as Java writes them, whole ones without a point).
frame::Column texts_of(mr::Engine& engine, const frame::LayoutPtr& layout,
                       const frame::Column& column, const std::vector<std::string>& levels);
std::string number_text(double value);

}  // namespace neve::rapids

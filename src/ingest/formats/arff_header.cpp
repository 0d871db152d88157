#include "ingest/formats/arff_header.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <neve/base/error.hpp>

#include "ingest/formats/cell_columns.hpp"
#include "ingest/formats/format_sniff.hpp"
#include "ingest/formats/source_position.hpp"

namespace neve::ingest {

namespace {

using frame::ColumnType;

constexpr std::size_t kBlock = std::size_t{64} << 10;
constexpr std::size_t kShownBytes = 40;  // of a text that an error quotes

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_quote(char c) { return c == '\'' || c == '"'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Whether `text` begins with a word, which is given in lower case.
bool begins_with_word(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (lower(text[i]) != word[i]) return false;
  }
  if (text.size() == word.size()) return true;
  const char next = text[word.size()];
  return is_blank(next) || is_line_end(next);
}

bool is_nothing(std::string_view text) {
  text = trim(text);
  return text.empty() || text.front() == '%';
}

/// The lines of a file from some place on. Holds what was read of it so far.
class Lines {
 public:
  Lines(const ByteSource& source, std::int64_t from) : source_(source), base_(from) {}
  /// Without its end; valid until the next call. False behind the last line.
  bool next(std::string_view& line) {
    at_ = next_;
    std::size_t end = text_.find_first_of("\r\n", at_);
    while (end == std::string::npos) {
      const std::size_t seen = text_.size();
      end = read_on() ? text_.find_first_of("\r\n", seen) : seen;
    }
    if (end == text_.size() && end == at_) return false;
    // Whether a \n follows the \r has to be known.
    if (end + 1 >= text_.size()) read_on();
    const bool two = end + 1 < text_.size() && text_[end] == '\r' && text_[end + 1] == '\n';
    next_ = std::min(text_.size(), end + (two ? 2 : 1));
    line = std::string_view(text_).substr(at_, end - at_);
    return true;
  }
  /// In the file: of the line that was last given, and of the one behind it.
  [[nodiscard]] std::int64_t line_start() const { return base_ + static_cast<std::int64_t>(at_); }
  [[nodiscard]] std::int64_t next_start() const { return base_ + static_cast<std::int64_t>(next_); }

 private:
  bool read_on() {
    const std::size_t size = text_.size();
    text_.resize(size + kBlock);
    text_.resize(size + source_.read(base_ + static_cast<std::int64_t>(size),
                                     {text_.data() + size, kBlock}));
    return text_.size() > size;
  }

  const ByteSource& source_;
  std::int64_t base_;
  std::string text_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;
};

constexpr std::string_view kAttribute = "@attribute";

/// The first text of a file that is neither blank nor a comment.
struct FirstWord {
  std::int64_t at = 0;
  std::string text = {};  // enough of it to tell declarations
};

/// Keeps nothing but the word, as it looks at files of any format.
FirstWord first_word(const ByteSource& source) {
  std::vector<char> block(kBlock);
  bool comment = false;
  FirstWord word;
  for (std::size_t got = block.size(); got == block.size();) {
    got = source.read(word.at, block);
    std::size_t i = word.at == 0 ? byte_order_mark({block.data(), got}) : 0;
    for (; i < got; ++i) {
      const char c = block[i];
      if (is_line_end(c)) comment = false;
      if (comment || is_blank(c) || is_line_end(c)) continue;
      comment = c == '%';
      if (!comment) break;
    }
    word.at += static_cast<std::int64_t>(i);
    if (i == got) continue;
    word.text.assign(&block[i], std::min(got - i, kAttribute.size() + 1));
    if (word.text.size() <= kAttribute.size() && got == block.size()) {
      word.text.resize(kAttribute.size() + 1);
      word.text.resize(source.read(word.at, word.text));
    }
    break;
  }
  return word;
}

/// Reads one declaration, the text behind "@attribute".
class Attribute {
 public:
  Attribute(const ByteSource& source, std::string_view text, std::int64_t offset)
      : source_(source), text_(text), offset_(offset) {}

  std::pair<std::string, ColumnType> read() {
    skip_blanks();
    if (at_ == text_.size()) fail(at_, "an attribute needs a name and a type");
    if (is_quote(text_[at_])) {
      std::string name = quoted();
      if (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != '{') {
        fail(at_, "behind the attribute's name there has to be a blank");
      }
      skip_blanks();
      return {std::move(name), type_from(at_)};
    }
    return read_plain();
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& what) const {
    throw InputError::bad_request(
        describe_position(source_, offset_ + static_cast<std::int64_t>(at)) + ": " + what + ".");
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  /// Names should have no blanks outside quotes; H2O-3 reads them nevertheless, so the name ends
  /// before the first word with which all the rest is a type.
  std::pair<std::string, ColumnType> read_plain() {
    const std::size_t start = at_;
    std::size_t first_type = text_.size();
    for (;;) {
      while (at_ < text_.size() && !is_blank(text_[at_])) ++at_;
      const std::size_t end = at_;
      skip_blanks();
      if (at_ == text_.size()) break;
      first_type = std::min(first_type, at_);
      if (text_[at_] == '{' || plain_type(text_.substr(at_)) != ColumnType::bad) {
        return {std::string(text_.substr(start, end - start)), type_from(at_)};
      }
    }
    return {std::string(), type_from(first_type)};
  }

  /// The type that is all the rest from `at` on; fails where it is none.
  ColumnType type_from(std::size_t at) const {
    const std::string_view rest = text_.substr(at);
    if (is_nothing(rest)) fail(at, "the attribute has no type");
    if (rest.front() == '{') {
      check_levels(at);
      return ColumnType::categorical;
    }
    const ColumnType type = plain_type(rest);
    if (type != ColumnType::bad) return type;
    if (begins_with_word(rest, "relational")) {
      fail(at, "relational attributes are not read; flatten the table");
    }
    fail(at, "'" + readable_utf8(rest.substr(0, kShownBytes)) +
                 "' is no type of an attribute; types are numeric, real, integer, string, date, "
                 "enum, uuid and lists {a, b} of levels");
  }

  static ColumnType plain_type(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, ColumnType>, 9> kWords = {
        {{"numeric", ColumnType::numeric},
         {"real", ColumnType::numeric},
         {"integer", ColumnType::numeric},
         {"int", ColumnType::numeric},
         {"enum", ColumnType::categorical},
         {"string", ColumnType::string},
         {"date", ColumnType::time},
         {"time", ColumnType::time},
         {"uuid", ColumnType::uuid}}};
    for (const auto& [word, type] : kWords) {
      if (!begins_with_word(text, word)) continue;
      const std::string_view rest = trim(text.substr(word.size()));
      // A date may say how it is written; whatever it says, all forms of times are known.
      const bool pattern = type == ColumnType::time && !rest.empty() && is_quote(rest.front());
      if (pattern || is_nothing(rest)) return type;
    }
    return ColumnType::bad;
  }

  void check_levels(std::size_t open) const {
    std::size_t at = open + 1;
    bool any = false;
    bool level_begins = true;
    for (; at < text_.size() && text_[at] != '}'; ++at) {
      const char c = text_[at];
      if (is_blank(c)) continue;
      if (level_begins && is_quote(c)) at = closing_quote(at);
      level_begins = c == ',';
      any = any || !level_begins;
    }
    if (at == text_.size()) fail(open, "the list of levels that begins here has no closing }");
    if (!any) fail(open, "the list of levels is empty");
    if (!is_nothing(text_.substr(at + 1))) fail(at + 1, "there is text behind the list of levels");
  }

  std::size_t closing_quote(std::size_t open) const {
    std::size_t at = open + 1;
    while (at < text_.size() && text_[at] != text_[open]) at += text_[at] == '\\' ? 2 : 1;
    if (at >= text_.size()) fail(open, "the quote that opens here is never closed");
    return at;
  }

  std::string quoted() {
    const std::size_t close = closing_quote(at_);
    std::string name;
    for (std::size_t i = at_ + 1; i < close; ++i) {
      if (text_[i] == '\\') ++i;
      name += text_[i];
    }
    at_ = close + 1;
    return name;
  }

  const ByteSource& source_;
  std::string_view text_;
  std::int64_t offset_;  // of the text in the file
  std::size_t at_ = 0;
};

}  // namespace

std::optional<Declarations> read_arff_header(const ByteSource& source) {
  const FirstWord first = first_word(source);
  if (!begins_with_word(first.text, "@relation") && !begins_with_word(first.text, kAttribute)) {
    return std::nullopt;
  }
  Declarations declared;
  Lines lines(source, first.at);
  const auto fail = [&](std::int64_t offset, const std::string& what) {
    throw InputError::bad_request(describe_position(source, offset) + ": " + what);
  };
  std::string_view line;
  while (lines.next(line)) {
    if (is_nothing(line)) continue;
    const auto blanks = static_cast<std::size_t>(
        std::find_if_not(line.begin(), line.end(), is_blank) - line.begin());
    const std::string_view text = line.substr(blanks);
    const std::int64_t offset = lines.line_start() + static_cast<std::int64_t>(blanks);
    if (begins_with_word(text, "@data")) {
      declared.data_start = lines.next_start();
      if (declared.names.empty()) fail(offset, "no attribute is declared before @data.");
      return declared;
    }
    if (begins_with_word(text, "@relation")) continue;
    if (!begins_with_word(text, kAttribute)) {
      fail(offset,
           "an ARFF file declares attributes up to its line @data; this is no "
           "declaration.");
    }
    Attribute attribute(source, text.substr(kAttribute.size()),
                        offset + static_cast<std::int64_t>(kAttribute.size()));
    auto [name, type] = attribute.read();
    declared.names.push_back(readable_utf8(name));
    declared.types.push_back(type);
  }
  fail(lines.next_start(),
       "the file is cut off: its header has no line @data up to here. A header has at most 4 MB.");
  return std::nullopt;
}

void adapt_to_arff(const FileSetup& setup, Dialect& dialect) {
  dialect.quote = '"';
  dialect.other_quote = '\'';
  if (setup.escape == 0) dialect.escape = '\\';
  dialect.c_escapes = true;
  if (!setup.comment_markers) dialect.comment_markers = "%";
  dialect.strict_rows = true;
}

}  // namespace neve::ingest

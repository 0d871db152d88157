#include "ingest/formats/pair_line.hpp"

#include <algorithm>
#include <vector>

#include "ingest/formats/cell_columns.hpp"
#include "ingest/formats/format_sniff.hpp"

namespace neve::ingest {

namespace {

constexpr std::size_t kBlock = std::size_t{64} << 10;
constexpr std::size_t kReadable = 16;    // bytes behind a text of numbers
constexpr std::size_t kShownBytes = 40;  // of a text that an error quotes

bool is_blank(char c) { return c == ' ' || c == '\t'; }

NumberText number_of(std::string_view text) {
  std::int64_t mantissa = 0;
  int decimals = 0;
  if (!text.empty() && parse_plain_number(text.data(), text.size(), mantissa, decimals)) {
    return {.kind = NumberText::Kind::decimal, .decimals = decimals, .mantissa = mantissa};
  }
  return parse_number(text);
}

std::string quoted(std::string_view text) {
  return "'" + readable_utf8(text.substr(0, kShownBytes)) + "'";
}

/// The words of one line, up to its comment.
class Words {
 public:
  explicit Words(std::string_view line) : line_(line.substr(0, line.find('#'))) {}
  /// Empty behind the last.
  std::string_view next() {
    while (end_ < line_.size() && is_blank(line_[end_])) ++end_;
    begin_ = end_;
    while (end_ < line_.size() && !is_blank(line_[end_])) ++end_;
    return line_.substr(begin_, end_ - begin_);
  }
  /// Of the last word in the line.
  [[nodiscard]] std::size_t at() const { return begin_; }

 private:
  std::string_view line_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// The column that an index names; 0 where it is none.
std::size_t column_of(std::string_view text) {
  const NumberText index = number_of(text);
  const bool whole = index.kind == NumberText::Kind::decimal && index.decimals == 0;
  const bool names =
      whole && index.mantissa > 0 && index.mantissa < static_cast<std::int64_t>(kMostPairColumns);
  return names ? static_cast<std::size_t>(index.mantissa) : 0;
}

}  // namespace

std::optional<PairError> read_pair_line(std::string_view line, std::size_t row, PairCells& into) {
  Words words(line);
  const auto wrong = [&](std::size_t offset, const std::string& what) {
    return PairError{words.at() + offset, what};
  };
  const std::string_view label = words.next();
  const NumberText target = number_of(label);
  if (target.kind == NumberText::Kind::none) {
    return wrong(0, "a row begins with a number, which " + quoted(label) + " is not.");
  }
  into.add(0, row, target);
  std::size_t last = 0;
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    const std::size_t colon = word.find(':');
    if (colon == std::string_view::npos) {
      return wrong(0, quoted(word) + " is no pair of index:value.");
    }
    const std::string_view index = word.substr(0, colon);
    if (index == "qid") continue;
    const std::size_t column = column_of(index);
    if (column == 0) {
      return wrong(0, "the index " + quoted(index) + " is no whole number from 1 to " +
                          std::to_string(kMostPairColumns - 1) + ".");
    }
    if (column <= last) {
      return wrong(0, "the index " + quoted(index) + " follows " + std::to_string(last) +
                          "; indices of a row have to grow.");
    }
    const NumberText value = number_of(word.substr(colon + 1));
    if (value.kind == NumberText::Kind::none) {
      return wrong(colon + 1, "the value " + quoted(word.substr(colon + 1)) + " is no number.");
    }
    into.add(column, row, value);
    last = column;
  }
  return std::nullopt;
}

std::optional<Declarations> read_svmlight_start(const ByteSource& source) {
  std::vector<char> block(kBlock + kReadable);
  std::string_view text(block.data(), source.read(0, std::span(block).first(kBlock)));
  const bool whole = text.size() < kBlock;
  const auto start = static_cast<std::int64_t>(byte_order_mark(text));
  text.remove_prefix(static_cast<std::size_t>(start));
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    std::string_view line = text.substr(0, end);
    // Of a line that goes on behind the block, the last word may be cut.
    if (end == std::string_view::npos && !whole)
      line = line.substr(0, line.find_last_of(" \t") + 1);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (Words(line).next().empty()) continue;
    PairCells cells;
    const bool fits = !read_pair_line(line, 0, cells) && cells.size() > 1;
    return fits ? std::optional(Declarations{.names = {}, .types = {}, .data_start = start})
                : std::nullopt;
  }
  return std::nullopt;
}

void adapt_to_svmlight(const FileSetup& /*setup*/, Dialect& dialect) {
  dialect.pairs = true;
  dialect.separator = '\n';
  dialect.comment_markers = "#";
}

}  // namespace neve::ingest

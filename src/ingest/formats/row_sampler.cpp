#include "ingest/formats/row_sampler.hpp"

#include <array>

namespace neve::ingest {

namespace {

// The likelier come first; the space is last, as several of them may count as one.
constexpr std::array<unsigned char, 6> kSeparators = {
    Dialect::kHiveSeparator, ',', ';', '|', '\t', ' '};
using Counts = std::array<int, kSeparators.size()>;

std::string_view trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// Whether the character at `at` makes the next one plain text.
bool escapes_next(std::string_view text, std::size_t at, const Dialect& dialect, bool in_quotes) {
  if (dialect.escape != 0 && text[at] == static_cast<char>(dialect.escape)) return true;
  const char quote = static_cast<char>(dialect.quote);
  return in_quotes && text[at] == quote && at + 1 < text.size() && text[at + 1] == quote;
}

Counts count_separators(std::string_view line, const Dialect& dialect) {
  Counts counts{};
  bool in_quotes = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (escapes_next(line, at, dialect, in_quotes)) {
      ++at;
      continue;
    }
    if (line[at] == static_cast<char>(dialect.quote)) in_quotes = !in_quotes;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const bool outside = !in_quotes || kSeparators[i] == Dialect::kHiveSeparator;
      counts[i] += outside && line[at] == static_cast<char>(kSeparators[i]);
    }
  }
  return counts;
}

bool splits_evenly(std::string_view line, Dialect dialect, unsigned char separator, int count) {
  dialect.separator = separator;
  return split_line(line, dialect).size() == static_cast<std::size_t>(count) + 1;
}

struct LineCutter {
  std::string_view text;
  const Dialect& dialect;
  std::size_t at = 0;

  /// Up to the line end behind `at`; moves behind it.
  std::string_view next() {
    const std::size_t start = at;
    const bool comment = dialect.is_comment(text[at]) || text[at] == '#';
    bool in_quotes = false;
    while (at < text.size() && (in_quotes || !is_line_end(text[at]))) {
      if (!comment && text[at] == static_cast<char>(dialect.quote)) in_quotes = !in_quotes;
      ++at;
    }
    const std::string_view line = text.substr(start, at - start);
    ++at;
    if (at < text.size() && text[at] == '\n' && text[at - 1] == '\r') ++at;
    return line;
  }
};

}  // namespace

std::vector<std::string> first_lines(std::string_view text, const Dialect& dialect,
                                     std::size_t most) {
  std::vector<std::string> lines;
  LineCutter cutter{text, dialect};
  while (cutter.at < text.size() && lines.size() < most) {
    const bool comment = dialect.is_comment(text[cutter.at]);
    const std::string_view line = trim(cutter.next());
    if (!comment && !line.empty()) lines.emplace_back(line);
  }
  return lines;
}

std::vector<std::string> split_line(std::string_view line, const Dialect& dialect) {
  const char separator = static_cast<char>(dialect.separator);
  std::vector<std::string> cells;
  std::size_t at = 0;
  while (at < line.size()) {
    while (at < line.size() && line[at] == ' ') ++at;
    if (at == line.size()) break;
    std::string cell;
    bool in_quotes = line[at] == static_cast<char>(dialect.quote) && dialect.quotes();
    if (in_quotes) ++at;
    for (; at < line.size(); ++at) {
      if (escapes_next(line, at, dialect, in_quotes) && at + 1 < line.size()) {
        cell += line[++at];
      } else if (in_quotes && line[at] == static_cast<char>(dialect.quote)) {
        in_quotes = false;
      } else if (!in_quotes && (line[at] == separator || is_line_end(line[at]))) {
        break;
      } else {
        cell += line[at];
      }
    }
    cells.push_back(std::move(cell));
    if (at == line.size() || is_line_end(line[at])) break;
    ++at;
  }
  if (!line.empty() && line.back() == separator && separator != ' ') cells.emplace_back();
  return cells;
}

unsigned char guess_separator(std::string_view first, std::string_view second, Dialect dialect) {
  const Counts one = count_separators(first, dialect);
  const Counts two = count_separators(second, dialect);
  const auto splits_both = [&](std::size_t i) {
    return splits_evenly(first, dialect, kSeparators[i], one[i]) &&
           splits_evenly(second, dialect, kSeparators[i], two[i]);
  };
  std::size_t most = 0;
  for (std::size_t i = 0; i < kSeparators.size(); ++i) {
    if (one[i] == 0) continue;
    if (one[most] < one[i]) most = i;
    if (one[i] == two[i] && one[i] >= one[most] / 2 && splits_both(i)) return kSeparators[i];
  }
  return one[most] != 0 && splits_both(most) ? kSeparators[most] : 0;
}

}  // namespace neve::ingest

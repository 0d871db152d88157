#pragma once

#include <string>
#include <string_view>

namespace neve::ingest {

/// How the bytes of a delimited text file are cut into rows and cells.
struct Dialect {
  static constexpr unsigned char kHiveSeparator = 1;  // Hive's ^A files know no quotes
  unsigned char separator = ',';
  unsigned char quote = '"';
  unsigned char other_quote = 0;      // 0: none; a cell ends at the quote that it began with
  unsigned char escape = 0;           // 0: none
  bool c_escapes = false;             // escapes within quotes only; \n, \r and \t as in C
  bool strict_rows = false;           // a row has a cell for each column, else it is an error
  bool pairs = false;                 // rows of PairCells; only lines and comments are cut
  std::string comment_markers = "#";  // a line that starts with one of them is no data

  [[nodiscard]] bool quotes() const { return separator != kHiveSeparator && !pairs; }
  [[nodiscard]] bool is_quote(char c) const {
    if (!quotes()) return false;
    return c == static_cast<char>(quote) ||
           (other_quote != 0 && c == static_cast<char>(other_quote));
  }
  [[nodiscard]] bool has_quote(std::string_view text) const {
    if (!quotes()) return false;
    return text.find(static_cast<char>(quote)) != std::string_view::npos ||
           (other_quote != 0 &&
            text.find(static_cast<char>(other_quote)) != std::string_view::npos);
  }
  [[nodiscard]] bool is_comment(char first) const {
    return comment_markers.find(first) != std::string::npos;
  }
  [[nodiscard]] bool is_blank(char c) const { return c == ' ' || (c == '\t' && separator != '\t'); }
  template <class Archive>
  void fields(Archive& archive) {
    archive(separator, quote, other_quote, escape, c_escapes, strict_rows, pairs, comment_markers);
  }
};

inline bool is_line_end(char c) { return c == '\n' || c == '\r'; }

}  // namespace neve::ingest

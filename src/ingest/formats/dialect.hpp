#pragma once

#include <string>

namespace neve::ingest {

/// How the bytes of a delimited text file are cut into rows and cells.
struct Dialect {
  static constexpr unsigned char kHiveSeparator = 1;  // Hive's ^A files know no quotes
  unsigned char separator = ',';
  unsigned char quote = '"';
  unsigned char escape = 0;           // 0: none
  std::string comment_markers = "#";  // a line that starts with one of them is no data

  [[nodiscard]] bool quotes() const { return separator != kHiveSeparator; }
  [[nodiscard]] bool is_comment(char first) const {
    return comment_markers.find(first) != std::string::npos;
  }
  [[nodiscard]] bool is_blank(char c) const { return c == ' ' || (c == '\t' && separator != '\t'); }
  template <class Archive>
  void fields(Archive& archive) {
    archive(separator, quote, escape, comment_markers);
  }
};

inline bool is_line_end(char c) { return c == '\n' || c == '\r'; }

}  // namespace neve::ingest

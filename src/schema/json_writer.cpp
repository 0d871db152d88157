#include <neve/schema/json_writer.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <neve/base/java_number.hpp>
#include <neve/base/utf8.hpp>

namespace neve::schema {
namespace {

void append_escaped(std::string& out, unsigned char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[c >> 4U];
      out += kHex[c & 15U];
  }
}

template <class Integer>
void append_integer(std::string& out, Integer number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    if (c < 0x20 || c == '"' || c == '\\') {
      append_escaped(out, c);
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = c < 0x80 ? 1 : utf8_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      out.append(text.substr(0, length));
      text.remove_prefix(length);
    }
  }
  out += '"';
}

JsonWriter::JsonWriter(std::string_view excluded) {
  while (!excluded.empty()) {
    const std::size_t comma = std::min(excluded.find(','), excluded.size());
    if (comma != 0) excluded_.emplace_back(excluded.substr(0, comma));
    excluded.remove_prefix(std::min(comma + 1, excluded.size()));
  }
}

void JsonWriter::open(char bracket) {
  before_value();
  text_ += bracket;
  needs_comma_ = false;
}

void JsonWriter::close(char bracket) {
  text_ += bracket;
  needs_comma_ = true;
}

bool JsonWriter::key(std::string_view name) {
  if (!excluded_.empty()) {
    path_.push_back(path_.empty() ? std::string(name) : path_.back() + "/" + std::string(name));
    if (std::ranges::find(excluded_, path_.back()) != excluded_.end()) {
      path_.pop_back();
      return false;
    }
  }
  before_value();
  append_json_string(text_, name);
  text_ += ':';
  needs_comma_ = false;
  return true;
}

void JsonWriter::null() { raw("null"); }
void JsonWriter::value(bool flag) { raw(flag ? "true" : "false"); }

void JsonWriter::value(std::int64_t number) {
  before_value();
  append_integer(text_, number);
}

void JsonWriter::value(std::uint64_t number) {
  before_value();
  append_integer(text_, number);
}

void JsonWriter::value(double number) {
  before_value();
  const bool quoted = !std::isfinite(number);
  if (quoted) text_ += '"';
  append_java_double(text_, number);
  if (quoted) text_ += '"';
}

void JsonWriter::value(float number) {
  before_value();
  const bool quoted = !std::isfinite(number);
  if (quoted) text_ += '"';
  append_java_float(text_, number);
  if (quoted) text_ += '"';
}

void JsonWriter::value(std::string_view text) {
  before_value();
  append_json_string(text_, text);
}

void JsonWriter::raw(std::string_view json) {
  before_value();
  text_ += json;
}

}  // namespace neve::schema

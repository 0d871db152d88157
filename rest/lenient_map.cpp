#include "rest/lenient_map.hpp"

#include <algorithm>

namespace neve::rest {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool is_quote(char c) { return c == '"' || c == '\''; }

/// Where the quoted text that begins at `at` ends; npos where it does not.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      return i;
    }
  }
  return std::string_view::npos;
}

/// Where the first of these characters is outside of quotes and brackets, or the end; npos where
/// quotes or brackets do not match.
std::size_t find_outside(std::string_view text, std::string_view wanted) {
  std::string open;
  bool in_word = false;  // where a quote is an apostrophe
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (open.empty() && wanted.find(c) != std::string_view::npos) return i;
    if (is_quote(c) && !in_word) {
      i = end_of_quoted(text, i);
      if (i == std::string_view::npos) return i;
    } else if (c == '[' || c == '{') {
      open += c == '[' ? ']' : '}';
    } else if (c == ']' || c == '}') {
      if (open.empty() || open.back() != c) return std::string_view::npos;
      open.pop_back();
    }
    in_word = std::string_view(" \t\r\n,:[]{}\"'").find(c) == std::string_view::npos;
  }
  return open.empty() ? text.size() : std::string_view::npos;
}

/// Cuts at commas outside of quotes and brackets.
std::optional<std::vector<std::string_view>> split(std::string_view text) {
  std::vector<std::string_view> parts;
  text = trim(text);
  while (!text.empty()) {
    const std::size_t comma = find_outside(text, ",");
    if (comma == std::string_view::npos) return std::nullopt;
    const std::string_view part = trim(text.substr(0, comma));
    if (part.empty()) return std::nullopt;
    parts.push_back(part);
    if (comma == text.size()) break;
    text = trim(text.substr(comma + 1));
    if (text.empty()) return std::nullopt;
  }
  return parts;
}

std::optional<std::string_view> inside(std::string_view text, char open, char close) {
  text = trim(text);
  if (text.size() < 2 || text.front() != open || text.back() != close) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

/// Without quotes, where it has them.
std::string unquoted(std::string_view text) {
  if (text.empty() || !is_quote(text[0]) || end_of_quoted(text, 0) != text.size() - 1)
    return std::string(text);
  std::string made;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    made += text[i];
  }
  return made;
}

std::optional<std::string> value_text(std::string_view text);

/// Inside of a list, text keeps quotes: double ones.
std::optional<std::string> element_text(std::string_view text) {
  if (!text.empty() && is_quote(text[0])) {
    std::string made;
    schema::append_json_string(made, unquoted(text));
    return made;
  }
  return value_text(text);
}

std::optional<std::string> value_text(std::string_view text) {
  const auto list = inside(text, '[', ']');
  if (!list) return unquoted(text);
  const auto parts = split(*list);
  if (!parts) return std::nullopt;
  std::string made = "[";
  for (const std::string_view part : *parts) {
    const auto element = element_text(part);
    if (!element) return std::nullopt;
    made += (made.size() > 1 ? "," : "") + *element;
  }
  return made + "]";
}

}  // namespace

std::optional<schema::Form> split_map(std::string_view text) {
  const auto members = inside(text, '{', '}');
  const auto parts = members ? split(*members) : std::nullopt;
  if (!parts) return std::nullopt;
  schema::Form map;
  for (const std::string_view part : *parts) {
    const std::size_t sign = find_outside(part, ":=");
    if (sign == std::string_view::npos || sign == part.size()) return std::nullopt;
    std::string name = unquoted(trim(part.substr(0, sign)));
    const std::string_view given = trim(part.substr(sign + 1));
    auto value = value_text(given);
    if (name.empty() || given.empty() || !value) return std::nullopt;
    map.emplace_back(std::move(name), *std::move(value));
  }
  return map;
}

std::optional<std::vector<std::string>> split_elements(std::string_view text) {
  const auto list = inside(text, '[', ']');
  if (!list) return std::vector<std::string>{unquoted(trim(text))};
  const auto parts = split(*list);
  if (!parts) return std::nullopt;
  std::vector<std::string> elements;
  for (const std::string_view part : *parts) {
    auto element = value_text(part);
    if (!element) return std::nullopt;
    elements.push_back(*std::move(element));
  }
  return elements;
}

}  // namespace neve::rest

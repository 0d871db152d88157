#include "rest/http/form.hpp"

#include <algorithm>

#include <neve/base/utf8.hpp>

namespace neve::rest::http {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char decode_escape(std::string_view text, std::size_t at) {
  if (at + 2 < text.size()) {
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high >= 0 && low >= 0) return static_cast<char>(high * 16 + low);
  }
  throw InputError::bad_request(
      "Broken escape '" + std::string(text.substr(at, 3)) +
      "' in the URL or form: '%' must be followed by two hexadecimal digits.");
}

}  // namespace

std::string decode_percent(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out.push_back(decode_escape(text, i));
      i += 2;
    } else {
      out.push_back(text[i] == '+' && plus == Plus::is_space ? ' ' : text[i]);
    }
  }
  if (find_bad_utf8(out) != out.size()) {
    throw InputError::bad_request("The URL or form is not valid UTF-8.");
  }
  return out;
}

Pairs parse_form(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    pairs.emplace_back(decode_percent(pair.substr(0, equals), Plus::is_space),
                       decode_percent(value, Plus::is_space));
  }
  return pairs;
}

}  // namespace neve::rest::http

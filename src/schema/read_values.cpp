#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include <neve/base/error.hpp>
#include <neve/schema/values.hpp>

namespace neve::schema {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string letters_and_digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

/// Takes one list element off the front of `text`, up to a comma outside quotes and brackets.
/// False where quotes or brackets do not match.
bool take_element(std::string_view& text, std::string& element, bool& quoted) {
  element.clear();
  quoted = false;
  int depth = 0;
  char quote = 0;
  while (!text.empty()) {
    const char c = text.front();
    if (quote == 0 && depth == 0 && c == ',') break;
    text.remove_prefix(1);
    if (quote != 0) {
      if (c == '\\' && !text.empty() && depth == 0) {
        element += text.front();
        text.remove_prefix(1);
        continue;
      }
      if (c == quote) {
        quote = 0;
        if (depth == 0) continue;
      }
    } else if ((c == '"' || c == '\'') && (depth > 0 || trim(element).empty())) {
      quote = c;
      if (depth == 0) {
        quoted = true;
        element.clear();
        continue;
      }
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      if (--depth < 0) return false;
    } else if (quoted && depth == 0) {
      continue;  // space between the closing quote and the comma
    }
    element += c;
  }
  if (!quoted) element = std::string(trim(element));
  return quote == 0 && depth == 0;
}

/// Takes a quoted string off the front of `text` and appends it in double quotes.
void take_quoted(std::string_view& text, std::string& json) {
  const char quote = text.front();
  json += '"';
  std::size_t at = 1;
  for (; at < text.size() && text[at] != quote; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) {
      if (text[at + 1] != '\'') json += '\\';
      ++at;
    } else if (text[at] == '"') {
      json += '\\';
    }
    json += text[at];
  }
  if (at < text.size()) json += '"';
  text.remove_prefix(std::min(at + 1, text.size()));
}

/// Takes an unquoted word off the front of `text`: numbers and constants stay, others are strings.
void take_word(std::string_view& text, std::string& json) {
  const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n,:[]{}\"'"));
  const bool stays = nlohmann::json::accept(word);
  json += stays ? std::string(word) : '"' + std::string(word) + '"';
  text.remove_prefix(word.size());
}

/// JSON of what clients write like it: strings in single quotes or none.
std::string strict_json(std::string_view text) {
  constexpr std::string_view kMarks = " \t\r\n,:[]{}";
  std::string json;
  while (!text.empty()) {
    if (text.front() == '"' || text.front() == '\'') {
      take_quoted(text, json);
    } else if (kMarks.find(text.front()) != std::string_view::npos) {
      json += text.front();
      text.remove_prefix(1);
    } else {
      take_word(text, json);
    }
  }
  return json;
}

}  // namespace

bool is_null_text(std::string_view text) {
  const std::string word = lower(trim(text));
  return word.empty() || word == "null" || word == "none";
}

bool is_null_name(std::string_view text) {
  text = trim(text);
  return text.empty() || text == "null";
}

std::optional<std::vector<std::string>> split_list(std::string_view text) {
  text = trim(text);
  std::vector<std::string> elements;
  if (is_null_text(text)) return elements;
  if (text.front() != '[') {
    std::string element;
    bool quoted = false;
    std::string_view rest = text;
    if (text.front() == '"' && take_element(rest, element, quoted) && rest.empty())
      return {{element}};
    return {{std::string(text)}};
  }
  if (text.back() != ']') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  if (trim(text).empty()) return elements;
  while (true) {
    std::string element;
    bool quoted = false;
    if (!take_element(text, element, quoted)) return std::nullopt;
    elements.push_back(std::move(element));
    if (text.empty()) return elements;
    text.remove_prefix(1);
  }
}

std::optional<std::string> read_bool(bool& value, std::string_view text) {
  const std::string word = lower(trim(text));
  // Python's client sends None, so worded, for some that its user has left open.
  if (word == "none") return std::nullopt;
  if (word == "true" || word == "1") {
    value = true;
  } else if (word == "false" || word == "0") {
    value = false;
  } else {
    return "must be true or false, not '" + std::string(text) + "'";
  }
  return std::nullopt;
}

std::optional<std::string> read_double(double& value, std::string_view text) {
  text = trim(text);
  std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  const std::string word = lower(digits);
  if (word == "nan") {
    value = std::numeric_limits<double>::quiet_NaN();
    return std::nullopt;
  }
  if (word == "infinity" || word == "inf" || word == "-infinity" || word == "-inf") {
    value = word[0] == '-' ? -std::numeric_limits<double>::infinity()
                           : std::numeric_limits<double>::infinity();
    return std::nullopt;
  }
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size()) return std::nullopt;
  return "must be a number, not '" + std::string(text) + "'";
}

std::optional<std::string> read_integer(std::int64_t& value, std::int64_t low, std::int64_t high,
                                        std::string_view text) {
  text = trim(text);
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    // R and JSON clients write whole numbers as 5.0 or 1e+05.
    double real = 0;
    constexpr double kExact = 9007199254740992.0;
    if (read_double(real, text) || real != std::floor(real) || std::abs(real) > kExact) {
      return "must be a whole number, not '" + std::string(text) + "'";
    }
    value = static_cast<std::int64_t>(real);
  }
  if (value >= low && value <= high) return std::nullopt;
  return "must be between " + std::to_string(low) + " and " + std::to_string(high) + ", not " +
         std::string(text);
}

int find_enum(std::string_view text, const std::string_view* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (values[i] == text) return static_cast<int>(i);
  }
  const std::string wanted = letters_and_digits(text);
  for (std::size_t i = 0; i < count; ++i) {
    if (letters_and_digits(values[i]) == wanted) return static_cast<int>(i);
  }
  return -1;
}

std::string unknown_enum(std::string_view text, const std::string_view* values, std::size_t count) {
  std::string known;
  for (std::size_t i = 0; i < count; ++i) known += (i == 0 ? "" : ", ") + std::string(values[i]);
  return "has no constant '" + std::string(text) + "'; there are: " + known;
}

Form form_of_json(std::string_view body) {
  const auto json = nlohmann::ordered_json::parse(body, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    throw InputError::bad_request(
        "The body is not a JSON object. Send {\"name\": value, …} or a form.");
  }
  Form form;
  for (const auto& [name, value] : json.items()) {
    if (value.is_null()) continue;
    form.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return form;
}

std::optional<std::string> read_json_object(const Schema& schema, void* object,
                                            std::string_view text) {
  const std::string strict = strict_json(text);
  const auto json = nlohmann::ordered_json::parse(strict, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return "must be a JSON object";
  const auto problems = read_form(schema, object, form_of_json(strict));
  if (problems.empty()) return std::nullopt;
  return problems.front().message;
}

}  // namespace neve::schema

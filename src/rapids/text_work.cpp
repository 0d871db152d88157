#include "rapids/text_work.hpp"

#include <absl/time/time.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/base/math.hpp>
#include <neve/base/utf8.hpp>
#include <neve/munge/calendar.hpp>

#include "rapids/date_format.hpp"
#include "rapids/letter_case.hpp"

namespace neve::rapids {
namespace {

using Kind = TextWork::Kind;

constexpr std::string_view kBlank = " \t\r\n\f\v";

std::unique_ptr<re2::RE2> compile(const std::string& pattern, bool ignore_case) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignore_case);
  auto made = std::make_unique<re2::RE2>(pattern, options);
  if (!made->ok()) {
    throw InputError::bad_request(
        "Cannot use the regular expression '" + pattern + "': " + made->error() + ".",
        {{"pattern", pattern}});
  }
  return made;
}

/// Java writes groups as $1 where RE2 writes \1.
std::string re2_rewrite(const std::string& replacement) {
  std::string out;
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    const bool more = i + 1 < replacement.size();
    if (c == '$' && more && replacement[i + 1] >= '0' && replacement[i + 1] <= '9') {
      out += '\\';
    } else if (c == '\\' && more) {
      if (replacement[++i] == '\\') out += '\\';
      out += replacement[i];
    } else {
      out += c;
    }
  }
  return out;
}

/// Whether a regular expression means just its own characters.
bool is_literal(std::string_view pattern) {
  return !pattern.empty() && pattern.find_first_of("\\^$.|?*+()[]{}") == std::string_view::npos;
}

/// Replaces every occurrence of `what`, or the first one; the text itself where there is none.
std::string_view replaced(std::string_view text, const std::string& what, const std::string& by,
                          bool all, std::string& room) {
  std::size_t at = text.find(what);
  if (at == std::string_view::npos) return text;
  room.clear();
  std::size_t begin = 0;
  while (at != std::string_view::npos) {
    room.append(text.substr(begin, at - begin)).append(by);
    begin = at + what.size();
    at = all ? text.find(what, begin) : std::string_view::npos;
  }
  room.append(text.substr(begin));
  return room;
}

/// Byte offset of the character at `position`, at most the size.
std::size_t offset_of(std::string_view text, double position) {
  const bool within = position < static_cast<double>(text.size());
  const auto bytes = within ? static_cast<std::size_t>(std::ceil(position)) : text.size();
  if (is_ascii(text.substr(0, bytes))) return bytes;
  std::size_t at = 0;
  for (double i = 0; i < position && at < text.size(); ++i) {
    at += std::max<std::size_t>(1, utf8_length(text.substr(at)));
  }
  return at;
}

std::string_view substring(std::string_view text, double first, double last) {
  first = std::max(0.0, first);
  if (!(last > first)) return {};
  const std::size_t begin = offset_of(text, first);
  const std::string_view rest = text.substr(begin);
  return std::isfinite(last) ? rest.substr(0, offset_of(rest, last - first)) : rest;
}

/// Shannon entropy of the text's bytes, in bits per byte.
double entropy(std::string_view text) {
  std::array<int, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double sum = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    const double p = count / static_cast<double>(text.size());
    sum -= p * math::log2(p);
  }
  return sum;
}

double occurrences(std::string_view text, const std::vector<std::string>& words) {
  double count = 0;
  for (const std::string& word : words) {
    if (word.empty()) continue;
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + word.size())) {
      ++count;
    }
  }
  return count;
}

/// How many of the sorted words `text` begins with: the words that agree with it so far are a range
/// that narrows byte by byte.
double words_at_front(std::string_view text, const std::vector<std::string>& words) {
  double count = 0;
  auto first = words.begin();
  auto last = words.end();
  for (std::size_t length = 0; first != last; ++length) {
    // A word that ends here sorts before the longer ones.
    for (; first != last && first->size() == length; ++first) ++count;
    if (length == text.size()) break;
    const auto byte_of = [length](const std::string& word) {
      return static_cast<unsigned char>(word[length]);
    };
    const auto byte = static_cast<unsigned char>(text[length]);
    const auto same = std::ranges::equal_range(first, last, byte, {}, byte_of);
    first = same.begin();
    last = same.end();
  }
  return count;
}

double pieces_among(std::string_view text, const std::vector<std::string>& words) {
  double count = 0;
  for (; !text.empty(); text.remove_prefix(1)) count += words_at_front(text, words);
  return count;
}

/// The text without what `blank` has at both ends.
std::string_view trimmed(std::string_view text, std::string_view blank) {
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

double parse_number(std::string_view text) {
  text = trimmed(text, kBlank);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = result.ec == std::errc() && result.ptr == text.data() + text.size();
  return whole ? value : std::nan("");
}

/// The same byte in all eight places.
constexpr std::uint64_t eight_of(int byte) {
  return 0x0101010101010101U * static_cast<std::uint64_t>(byte);
}

/// Changes a text eight bytes at a time.
template <class Change>
void change_words(std::string& text, const Change& change) {
  for (std::size_t at = 0; at < text.size(); at += 8) {
    const std::size_t size = std::min<std::size_t>(8, text.size() - at);
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, size);
    word = change(word);
    std::memcpy(text.data() + at, &word, size);
  }
}

void change_ascii_case(std::string& text, bool upper) {
  const char first = upper ? 'a' : 'A';
  // Sums reach the highest bit of a byte from the first letter on, and from behind the last one.
  const std::uint64_t from_first = eight_of(0x80 - first);
  const std::uint64_t behind_last = eight_of(0x80 - first - 26);
  change_words(text, [&](std::uint64_t word) {
    const std::uint64_t letters = (word + from_first) & ~(word + behind_last) & eight_of(0x80);
    return word ^ (letters >> 2U);
  });
}

void replace_byte(std::string& text, char what, char by) {
  const std::uint64_t whats = eight_of(static_cast<unsigned char>(what));
  const auto difference = static_cast<std::uint64_t>(static_cast<unsigned char>(what ^ by));
  change_words(text, [&](std::uint64_t word) {
    const std::uint64_t others = word ^ whats;
    const std::uint64_t same =
        ~(((others & eight_of(0x7F)) + eight_of(0x7F)) | others | eight_of(0x7F));
    return word ^ (same >> 7U) * difference;
  });
}

std::string_view change_case(std::string_view text, bool upper, std::string& out) {
  if (!is_ascii(text)) {
    out = upper ? upper_case(text) : lower_case(text);
    return out;
  }
  out.assign(text);
  change_ascii_case(out, upper);
  return out;
}

/// A position among characters as one among bytes of ASCII.
std::size_t byte_position(double at) {
  return at < 0x1p62 ? static_cast<std::size_t>(std::ceil(std::max(0.0, at))) : std::string::npos;
}

}  // namespace

struct TextWorker::Parts {
  std::unique_ptr<re2::RE2> pattern;
  bool literal = false;  ///< the pattern, and what replaces it
  std::string replacement;
  std::optional<DateFormat> format;
};

TextWorker::TextWorker(const TextWork& work) : work_(work), parts_(std::make_unique<Parts>()) {
  if (work.kind == Kind::replace_all || work.kind == Kind::replace_first ||
      work.kind == Kind::matches) {
    parts_->pattern = compile(work.texts[0], work.ignore_case);
  }
  if (work.kind == Kind::replace_all || work.kind == Kind::replace_first) {
    parts_->replacement = re2_rewrite(work.texts[1]);
    parts_->literal = !work.ignore_case && is_literal(work.texts[0]) &&
                      parts_->replacement.find('\\') == std::string::npos;
  }
  if (work.kind == Kind::date) parts_->format.emplace(work.texts[0], work.texts[1]);
}

TextWorker::~TextWorker() = default;

std::string_view TextWorker::text(std::string_view from, std::string& room) const {
  switch (work_.kind) {
    case Kind::upper:
      return change_case(from, true, room);
    case Kind::lower:
      return change_case(from, false, room);
    case Kind::trim:
      return trimmed(from, kBlank);
    case Kind::strip_left:
      return from.substr(std::min(from.find_first_not_of(work_.texts[0]), from.size()));
    case Kind::strip_right:
      return from.substr(0, from.find_last_not_of(work_.texts[0]) + 1);
    case Kind::replace_all:
    case Kind::replace_first: {
      const bool all = work_.kind == Kind::replace_all;
      if (parts_->literal) return replaced(from, work_.texts[0], parts_->replacement, all, room);
      room.assign(from);
      if (all) {
        re2::RE2::GlobalReplace(&room, *parts_->pattern, parts_->replacement);
      } else {
        re2::RE2::Replace(&room, *parts_->pattern, parts_->replacement);
      }
      return room;
    }
    case Kind::substring:
      return substring(from, work_.numbers[0], work_.numbers[1]);
    default:
      return from;
  }
}

double TextWorker::number(std::string_view from) const {
  switch (work_.kind) {
    case Kind::length:
      return static_cast<double>(count_characters(from));
    case Kind::count_matches:
      return occurrences(from, work_.texts);
    case Kind::count_pieces:
      return pieces_among(from, work_.texts);
    case Kind::matches:
      return re2::RE2::PartialMatch(re2::StringPiece(from.data(), from.size()), *parts_->pattern)
                 ? 1
                 : 0;
    case Kind::entropy:
      return entropy(from);
    case Kind::number:
      return parse_number(from);
    case Kind::date:
      return parts_->format->parse(from);
    case Kind::position: {
      const auto at = std::lower_bound(work_.texts.begin(), work_.texts.end(), from);
      if (at == work_.texts.end() || *at != from) return std::nan("");
      return static_cast<double>(at - work_.texts.begin());
    }
    default:
      throw InternalError("text work that gives no number");
  }
}

void TextWorker::texts(const TextBlock& block, frame::TextBuilder& to) const {
  std::string room;
  if (map_bytes(block, room)) {
    std::vector<std::string_view> made;
    made.reserve(block.texts.size());
    for (const std::string_view text : block.texts) {
      made.emplace_back(room.data() + (text.data() - block.texts.front().data()), text.size());
    }
    to.append(made, block.missing);
  } else if (work_.kind == Kind::substring && block.ascii) {
    const std::size_t first = byte_position(work_.numbers[0]);
    const std::size_t size = std::max(first, byte_position(work_.numbers[1])) - first;
    std::vector<std::string_view> made(block.texts.begin(), block.texts.end());
    for (std::string_view& text : made) text = text.substr(std::min(first, text.size()), size);
    to.append(made, block.missing);
  } else {
    for (std::size_t i = 0; i < block.texts.size(); ++i) {
      if (block.missing[i] != 0) {
        to.append_missing();
      } else {
        to.append(text(block.texts[i], room));
      }
    }
  }
}

bool TextWorker::map_bytes(const TextBlock& block, std::string& room) const {
  const bool is_case = (work_.kind == Kind::upper || work_.kind == Kind::lower) && block.ascii;
  const bool is_byte = work_.kind == Kind::replace_all && parts_->literal &&
                       work_.texts[0].size() == 1 && parts_->replacement.size() == 1;
  const std::string_view joined = is_case || is_byte ? block.joined() : std::string_view();
  if (joined.empty()) return false;
  room.assign(joined);
  if (is_case) {
    change_ascii_case(room, work_.kind == Kind::upper);
  } else {
    replace_byte(room, work_.texts[0][0], parts_->replacement[0]);
  }
  return true;
}

std::string_view TextBlock::joined() const {
  if (texts.empty()) return {};
  const char* end = texts.front().data();
  bool joined = true;
  for (const std::string_view text : texts) {
    joined = joined && text.data() == end;
    end = text.data() + text.size();
  }
  if (!joined) return {};
  return {texts.front().data(), static_cast<std::size_t>(end - texts.front().data())};
}

void TextWorker::numbers(const TextBlock& block, std::span<double> to) const {
  const bool sizes = work_.kind == Kind::length && block.ascii;
  for (std::size_t i = 0; i < block.texts.size(); ++i) {
    if (block.missing[i] != 0) {
      to[i] = std::nan("");
    } else {
      to[i] = sizes ? static_cast<double>(block.texts[i].size()) : number(block.texts[i]);
    }
  }
}

struct TextSplitter::Parts {
  std::unique_ptr<re2::RE2> regex;
  std::string literal;  ///< what the expression means, where that is one text
  /// The first match from `begin` on.
  [[nodiscard]] std::optional<re2::StringPiece> find(std::string_view text,
                                                     std::size_t begin) const {
    re2::StringPiece match;
    if (literal.empty()) {
      const re2::StringPiece whole(text.data(), text.size());
      const bool found = regex->Match(whole, begin, text.size(), re2::RE2::UNANCHORED, &match, 1);
      return found ? std::optional(match) : std::nullopt;
    }
    const std::size_t at = text.find(literal, begin);
    if (at == std::string_view::npos) return std::nullopt;
    return re2::StringPiece(text.data() + at, literal.size());
  }
};

TextSplitter::TextSplitter(const std::string& pattern)
    : parts_(std::make_unique<Parts>(
          Parts{compile(pattern, false), is_literal(pattern) ? pattern : std::string()})) {}

TextSplitter::~TextSplitter() = default;

void TextSplitter::cut(std::string_view text, std::vector<std::string_view>& pieces) const {
  const std::size_t before = pieces.size();
  std::size_t begin = 0;
  std::size_t search = 0;
  while (search <= text.size()) {
    const auto match = parts_->find(text, search);
    if (!match) break;
    const auto at = static_cast<std::size_t>(match->data() - text.data());
    const std::size_t end = at + match->size();
    if (end > begin || at > begin) {
      // A match at the very start gives no empty first piece unless it has a width.
      if (end > 0 && !(at == 0 && match->empty()))
        pieces.emplace_back(text.substr(begin, at - begin));
      if (!(at == 0 && match->empty())) begin = end;
    }
    search = match->empty() ? end + 1 : end;
  }
  pieces.emplace_back(text.substr(begin));
  while (pieces.size() > before + 1 && pieces.back().empty()) pieces.pop_back();
}

std::vector<std::string> TextSplitter::pieces(std::string_view text) const {
  std::vector<std::string_view> found;
  cut(text, found);
  return {found.begin(), found.end()};
}

std::string number_text(double value) {
  if (value == std::trunc(value) && std::fabs(value) < 0x1p63) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  return java_double(value);
}

}  // namespace neve::rapids

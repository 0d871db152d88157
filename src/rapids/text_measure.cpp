#include "rapids/text_measure.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/utf8.hpp>

namespace neve::rapids {
namespace {

/// The code points of a text; a byte that begins none stands for itself, beyond all of Unicode.
std::u32string characters(std::string_view text) {
  constexpr char32_t kBeyondUnicode = 0x110000;
  std::u32string all;
  all.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char32_t first = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      all += kBeyondUnicode + first;
    } else if (length == 1) {
      all += first;
    } else {
      // The first byte holds 7 - length bits of the character, the others six each.
      char32_t c = first & (0x7FU >> length);
      for (std::size_t i = 1; i < length; ++i) {
        c = (c << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
      }
      all += c;
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return all;
}

std::size_t common_prefix(std::u32string_view a, std::u32string_view b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t length = 0;
  while (length < most && a[length] == b[length]) ++length;
  return length;
}

/// Wagner and Fischer, The string-to-string correction problem, JACM 21 (1974), one row at a time.
std::size_t edit_distance(std::u32string_view a, std::u32string_view b) {
  const std::size_t same = common_prefix(a, b);
  a.remove_prefix(same);
  b.remove_prefix(same);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

double levenshtein(std::u32string_view a, std::u32string_view b) {
  const auto longest = static_cast<double>(std::max(a.size(), b.size()));
  return 1 - static_cast<double>(edit_distance(a, b)) / longest;
}

/// The longest piece that two texts share, the first one in the left text.
struct Piece {
  std::size_t length = 0;
  std::size_t left = 0;
  std::size_t right = 0;
};

Piece longest_common(const std::u32string& a, const std::u32string& b) {
  Piece best;
  // lengths[j + 1]: of the common piece that ends at this character of a and the j-th of b.
  std::vector<std::size_t> lengths(b.size() + 1, 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t before = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t length = a[i] == b[j] ? before + 1 : 0;
      before = std::exchange(lengths[j + 1], length);
      if (length > best.length) best = {length, i + 1 - length, j + 1 - length};
    }
  }
  return best;
}

/// What is covered depends on which text comes first where pieces are equally long.
double covered(std::u32string a, std::u32string b) {
  constexpr std::size_t kShortestPiece = 2;
  const auto shorter = static_cast<double>(std::min(a.size(), b.size()));
  std::size_t taken = 0;
  for (Piece piece = longest_common(a, b); piece.length >= kShortestPiece;
       piece = longest_common(a, b)) {
    a.erase(piece.left, piece.length);
    b.erase(piece.right, piece.length);
    taken += piece.length;
  }
  return static_cast<double>(taken) / shorter;
}

double common_substrings(const std::u32string& a, const std::u32string& b) {
  if (a.empty() || b.empty()) return 0;
  return (covered(a, b) + covered(b, a)) / 2;
}

/// Sorted, each once.
std::vector<std::u32string_view> bigrams(std::u32string_view text) {
  std::vector<std::u32string_view> all;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) all.push_back(text.substr(i, 2));
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

double bigram_overlap(std::u32string_view left, std::u32string_view right) {
  const auto a = bigrams(left);
  const auto b = bigrams(right);
  if (a.empty() || b.empty()) return 0;
  std::vector<std::u32string_view> common;
  std::ranges::set_intersection(a, b, std::back_inserter(common));
  return static_cast<double>(common.size()) / static_cast<double>(std::min(a.size(), b.size()));
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) all.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

/// Each word of the text with fewer of them counts, also where it occurs twice, as in H2O-3.
double jaccard(std::string_view left, std::string_view right) {
  auto fewer = words(left);
  auto more = words(right);
  if (fewer.size() > more.size()) fewer.swap(more);
  const auto common = std::ranges::count_if(fewer, [&more](std::string_view word) {
    return std::ranges::find(more, word) != more.end();
  });
  const auto all = static_cast<double>(fewer.size() + more.size());
  return static_cast<double>(common) / (all - static_cast<double>(common));
}

/// Characters that two texts share at nearby places, and how often their order turns back.
struct Matches {
  std::size_t count = 0;
  std::size_t turns = 0;
};

Matches near_matches(std::u32string_view shorter, std::u32string_view longer) {
  const std::size_t reach = longer.size() / 2;
  std::vector<bool> used(longer.size(), false);
  Matches found;
  std::size_t last = 0;
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    const std::size_t end = std::min(longer.size(), i + reach);
    std::size_t j = i > reach ? i - reach : 0;
    while (j < end && (used[j] || longer[j] != shorter[i])) ++j;
    if (j >= end) continue;
    used[j] = true;
    if (found.count > 0 && j < last) ++found.turns;
    ++found.count;
    last = j;
  }
  return found;
}

double jaro_winkler(std::u32string_view shorter, std::u32string_view longer) {
  if (shorter.size() > longer.size()) std::swap(shorter, longer);
  const Matches found = near_matches(shorter, longer);
  if (found.count == 0) return 0;
  const auto count = static_cast<double>(found.count);
  const double jaro =
      (count / static_cast<double>(shorter.size()) + count / static_cast<double>(longer.size()) +
       (count - static_cast<double>(found.turns)) / count) /
      3;
  constexpr std::size_t kLongestPrefix = 4;
  constexpr double kPrefixWeight = 10;
  const auto prefix = static_cast<double>(std::min(kLongestPrefix, common_prefix(shorter, longer)));
  return jaro + prefix * (1 - jaro) / kPrefixWeight;
}

/// The first character and three digits. What is no letter is passed over; a letter without a digit
/// lets the same digit come again.
std::u32string soundex_code(std::u32string_view text) {
  //                                        abcdefghijklmnopqrstuvwxyz
  static constexpr std::u32string_view kDigits = U"01230120022455012623010202";
  constexpr std::size_t kLength = 4;
  if (text.empty()) return {};
  std::u32string code(1, text[0]);
  char32_t last = U'0';
  for (const char32_t c : text.substr(1)) {
    const char32_t lower = c >= U'A' && c <= U'Z' ? c + (U'a' - U'A') : c;
    if (code.size() == kLength) break;
    if (lower < U'a' || lower > U'z') continue;
    const char32_t digit = kDigits[lower - U'a'];
    if (digit != U'0' && digit != last) code += digit;
    last = digit;
  }
  code.resize(kLength, U'0');
  return code;
}

double soundex(std::u32string_view a, std::u32string_view b) {
  constexpr double kSameSound = 0.9;
  return soundex_code(a) == soundex_code(b) ? kSameSound : 0;
}

}  // namespace

std::optional<TextMeasure> measure_of(std::string_view name) {
  struct Names {
    std::string_view brief;
    std::string_view full;
    TextMeasure measure;
  };
  constexpr std::array<Names, 6> kAll = {{
      {"lv", "Levenshtein", TextMeasure::levenshtein},
      {"lcs", "LongestCommonSubstring", TextMeasure::common_substrings},
      {"qgram", "QGram", TextMeasure::bigrams},
      {"jaccard", "JaccardIndex", TextMeasure::jaccard},
      {"jw", "JaroWinkler", TextMeasure::jaro_winkler},
      {"soundex", "Soundex", TextMeasure::soundex},
  }};
  for (const Names& one : kAll) {
    if (name == one.brief || name == one.full) return one.measure;
  }
  return std::nullopt;
}

double similarity(TextMeasure measure, std::string_view left, std::string_view right) {
  if (left == right) return 1;
  if (measure == TextMeasure::jaccard) return jaccard(left, right);
  const std::u32string a = characters(left);
  const std::u32string b = characters(right);
  switch (measure) {
    case TextMeasure::levenshtein:
      return levenshtein(a, b);
    case TextMeasure::common_substrings:
      return common_substrings(a, b);
    case TextMeasure::bigrams:
      return bigram_overlap(a, b);
    case TextMeasure::jaro_winkler:
      return jaro_winkler(a, b);
    default:
      return soundex(a, b);
  }
}

}  // namespace neve::rapids

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace neve::rapids {

/// How alike two texts are: from 0, nothing in common, to 1, equal. What H2O-3 calls distances.
/// Characters are code points.
enum class TextMeasure : std::uint8_t {
  /// 1 - edit distance / length of the longer one. Levenshtein, Binary codes capable of correcting
  /// deletions, insertions and reversals, Soviet Physics Doklady 10 (1966).
  levenshtein,
  /// Share of the shorter one that common pieces of two characters or more cover, the longest taken
  /// out first. Friedman and Sideli, Tolerating spelling errors during patient validation,
  /// Computers and Biomedical Research 25 (1992).
  common_substrings,
  /// Overlap of the sets of bigrams: common ones over the size of the smaller set. After Ukkonen,
  /// Approximate string-matching with q-grams, Theoretical Computer Science 92 (1992).
  bigrams,
  /// Words in common over words in all. Jaccard, The distribution of the flora in the alpine zone,
  /// New Phytologist 11 (1912).
  jaccard,
  /// Jaro's similarity, raised where up to four first characters agree. Winkler, String comparator
  /// metrics and enhanced decision rules in the Fellegi-Sunter model, ASA (1990), as Yancey,
  /// Evaluating string comparator performance for record linkage, US Census (2005), describes it.
  jaro_winkler,
  /// 0.9 where the Soundex codes are equal. Russell, US patent 1,261,167 (1918).
  soundex
};

/// By the clients' short name, or the reference's long one.
std::optional<TextMeasure> measure_of(std::string_view name);

/// NaN where the measure says nothing: of two different texts without any word, by `jaccard`.
double similarity(TextMeasure measure, std::string_view left, std::string_view right);

}  // namespace neve::rapids

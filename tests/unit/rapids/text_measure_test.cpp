#include "rapids/text_measure.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <neve/base/rng.hpp>

namespace neve::rapids {
namespace {

using Words = std::vector<std::string>;

/// Short texts over few letters, so that most pairs have something in common.
Words random_texts(std::size_t count) {
  const CounterRng random(11);
  Words texts;
  std::uint64_t draw = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text(random.bits(draw++) % 9, ' ');
    for (char& c : text) c = "abcdab "[random.bits(draw++) % 7];
    texts.push_back(text);
  }
  return texts;
}

void check_against(TextMeasure measure,
                   const std::function<double(const std::string&, const std::string&)>& expected) {
  const Words texts = random_texts(70);
  for (const std::string& a : texts) {
    for (const std::string& b : texts) {
      const double want = a == b ? 1 : expected(a, b);
      const double got = similarity(measure, a, b);
      if (std::isnan(want)) {
        EXPECT_TRUE(std::isnan(got)) << '"' << a << "\" \"" << b << '"';
      } else {
        EXPECT_NEAR(got, want, 1e-15) << '"' << a << "\" \"" << b << '"';
      }
    }
  }
}

std::size_t edits(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t change = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
      cost[i][j] = std::min({change, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
    }
  }
  return cost[a.size()][b.size()];
}

TEST(TextMeasure, LevenshteinIsOneLessEditsPerCharacter) {
  check_against(TextMeasure::levenshtein, [](const std::string& a, const std::string& b) {
    return 1 - static_cast<double>(edits(a, b)) / static_cast<double>(std::max(a.size(), b.size()));
  });
  EXPECT_NEAR(similarity(TextMeasure::levenshtein, "kitten", "sitting"), 1 - 3.0 / 7, 1e-15);
  EXPECT_EQ(similarity(TextMeasure::levenshtein, "", ""), 1);
  EXPECT_EQ(similarity(TextMeasure::levenshtein, "", "abc"), 0);
}

/// Takes out the longest text that both hold, which ends first in a, then in b.
std::size_t taken_out(std::string a, std::string b) {
  std::size_t taken = 0;
  while (true) {
    std::string best;
    std::size_t best_end = 0;
    for (std::size_t end = 1; end <= a.size(); ++end) {
      for (std::size_t begin = 0; begin < end; ++begin) {
        const std::string piece = a.substr(begin, end - begin);
        if (piece.size() <= best.size() || b.find(piece) == std::string::npos) continue;
        best = piece;
        best_end = end;
        break;
      }
    }
    if (best.size() < 2) return taken;
    a.erase(best_end - best.size(), best.size());
    b.erase(b.find(best), best.size());
    taken += best.size();
  }
}

TEST(TextMeasure, CommonSubstringsCoverTheShorterText) {
  check_against(TextMeasure::common_substrings, [](const std::string& a, const std::string& b) {
    if (a.empty() || b.empty()) return 0.0;
    const auto taken = static_cast<double>(taken_out(a, b) + taken_out(b, a));
    return taken / 2 / static_cast<double>(std::min(a.size(), b.size()));
  });
  EXPECT_NEAR(similarity(TextMeasure::common_substrings, "peter christen", "christian pedro"),
              (6 + 2) / 14.0, 1e-15);
}

TEST(TextMeasure, BigramsOverlap) {
  check_against(TextMeasure::bigrams, [](const std::string& a, const std::string& b) {
    const auto grams = [](const std::string& text) {
      std::set<std::string> all;
      for (std::size_t i = 1; i < text.size(); ++i) all.insert({text[i - 1], text[i]});
      return all;
    };
    const auto left = grams(a);
    const auto right = grams(b);
    if (left.empty() || right.empty()) return 0.0;
    double common = 0;
    for (const std::string& gram : left) common += static_cast<double>(right.count(gram));
    return common / static_cast<double>(std::min(left.size(), right.size()));
  });
}

TEST(TextMeasure, JaccardComparesSetsOfWords) {
  check_against(TextMeasure::jaccard, [](const std::string& a, const std::string& b) {
    const auto words = [](const std::string& text) {
      std::istringstream in(text);
      Words all;
      for (std::string word; in >> word;) all.push_back(word);
      return all;
    };
    Words left = words(a);
    Words right = words(b);
    if (left.size() > right.size()) left.swap(right);
    const std::set<std::string> known(right.begin(), right.end());
    double common = 0;
    for (const std::string& word : left) common += static_cast<double>(known.count(word));
    return common / (static_cast<double>(left.size() + right.size()) - common);
  });
  EXPECT_NEAR(similarity(TextMeasure::jaccard, "the quick brown fox", "the brown dog"), 2.0 / 5,
              1e-15);
  EXPECT_TRUE(std::isnan(similarity(TextMeasure::jaccard, " ", "  ")));
}

TEST(TextMeasure, JaroWinklerOfPublishedPairs) {
  // The examples of Winkler's and Yancey's papers, to the digits printed there.
  const auto value = [](const char* a, const char* b) {
    return similarity(TextMeasure::jaro_winkler, a, b);
  };
  EXPECT_NEAR(value("MARTHA", "MARHTA"), 0.9611, 5e-5);
  EXPECT_NEAR(value("DWAYNE", "DUANE"), 0.84, 5e-5);
  EXPECT_NEAR(value("DIXON", "DICKSONX"), 0.8133, 5e-5);
  EXPECT_NEAR(value("SHACKLEFORD", "SHACKELFORD"), 0.9818, 5e-5);
  EXPECT_NEAR(value("NICHLESON", "NICHULSON"), 0.9556, 5e-5);
  EXPECT_NEAR(value("JONES", "JOHNSON"), 0.8324, 5e-5);
  EXPECT_EQ(value("ABROMS", "ABRAMS"), value("ABRAMS", "ABROMS"));
  EXPECT_EQ(value("abc", ""), 0);
  EXPECT_EQ(value("abc", "xyz"), 0);
  EXPECT_EQ(value("abc", "abc"), 1);
}

TEST(TextMeasure, JaroWinklerCountsMatchesWithinHalfTheLongerText) {
  check_against(TextMeasure::jaro_winkler, [](std::string a, std::string b) {
    if (a.size() > b.size()) a.swap(b);
    double prefix = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, a.size()) && a[i] == b[i]; ++i) ++prefix;
    const auto reach = static_cast<int>(b.size() / 2);
    std::vector<int> places;
    for (int i = 0; i < static_cast<int>(a.size()); ++i) {
      for (int j = 0; j < static_cast<int>(b.size()); ++j) {
        if (j < i - reach || j >= i + reach || b[static_cast<std::size_t>(j)] == 0) continue;
        if (b[static_cast<std::size_t>(j)] != a[static_cast<std::size_t>(i)]) continue;
        places.push_back(j);
        b[static_cast<std::size_t>(j)] = 0;
        break;
      }
    }
    if (places.empty()) return 0.0;
    double turns = 0;
    for (std::size_t i = 1; i < places.size(); ++i) turns += places[i] < places[i - 1] ? 1 : 0;
    const auto count = static_cast<double>(places.size());
    const double jaro = (count / static_cast<double>(a.size()) +
                         count / static_cast<double>(b.size()) + (count - turns) / count) /
                        3;
    return jaro + prefix / 10 * (1 - jaro);
  });
}

TEST(TextMeasure, SoundexKnowsWhatSoundsAlike) {
  const auto value = [](const char* a, const char* b) {
    return similarity(TextMeasure::soundex, a, b);
  };
  EXPECT_EQ(value("Robert", "Rupert"), 0.9);
  EXPECT_EQ(value("Robert", "Rubin"), 0);
  EXPECT_EQ(value("Smith", "Smythe"), 0.9);
  EXPECT_EQ(value("Gauss", "Ghosh"), 0.9);
  EXPECT_EQ(value("Lee", "L"), 0.9);
  EXPECT_EQ(value("O'Hara", "OHara"), 0.9);
  EXPECT_EQ(value("Robert", "Robert"), 1);
  EXPECT_EQ(value("", "Robert"), 0);
}

TEST(TextMeasure, CharactersAreCodePoints) {
  EXPECT_NEAR(similarity(TextMeasure::levenshtein, "Müller", "Muller"), 5.0 / 6, 1e-15);
  EXPECT_NEAR(similarity(TextMeasure::bigrams, "日本語", "日本"), 1, 1e-15);
  EXPECT_NEAR(similarity(TextMeasure::levenshtein, "a\xF0\x9F\x98\x80", "a"), 1.0 / 2, 1e-15);
  // Broken bytes are characters of their own.
  EXPECT_NEAR(similarity(TextMeasure::levenshtein, "a\xFF", "a\xFE"), 1.0 / 2, 1e-15);
}

TEST(TextMeasure, HasTheClientsNamesAndTheLongOnes) {
  EXPECT_EQ(measure_of("jw"), measure_of("JaroWinkler"));
  EXPECT_EQ(measure_of("lcs"), TextMeasure::common_substrings);
  EXPECT_FALSE(measure_of("cosine"));
  EXPECT_FALSE(measure_of(""));
}

}  // namespace
}  // namespace neve::rapids

/// Primitives over random frames of many row groups against simple programs, on one node and on
/// three.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <numbers>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include <neve/base/rng.hpp>

#include "series/api/words.hpp"
#include "unit/rapids/logic.hpp"

namespace neve::rapids_test {
namespace {

using Lines = std::vector<std::string>;

/// As frames are written in tests.
std::string cell(double value) {
  if (std::isnan(value)) return "NA";
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.10g", value);
  return buffer;
}

std::string joined(const Lines& lines) {
  std::string all;
  for (const std::string& line : lines) all += (all.empty() ? "" : "\n") + line;
  return all;
}

/// The frame f of these lines, and what the expression gives of it on one node and on three.
void expect_both(const Lines& frame, const std::string& expression, const std::string& expected) {
  for (const int nodes : {1, 3}) {
    Session session(nodes, 2);
    session.load("f", frame);
    EXPECT_EQ(session.run(expression), expected) << nodes << " nodes: " << expression;
  }
}

/// Whole numbers below a bound, one after the other.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t bound) { return random_.bits(next_++) % bound; }

 private:
  CounterRng random_;
  std::uint64_t next_ = 0;
};

TEST(PerfectAuc, IsTheShareOfPairsInTheRightOrder) {
  Draws draws(1);
  Lines lines = {"p,a"};
  std::vector<std::pair<double, bool>> rows;
  for (int i = 0; i < 80; ++i) {
    rows.emplace_back(static_cast<double>(draws.below(12)) / 12, draws.below(3) == 0);
    lines.push_back(cell(rows.back().first) + (rows.back().second ? ",1" : ",0"));
  }
  double ordered = 0;
  double pairs = 0;
  for (const auto& [p, positive] : rows) {
    for (const auto& [q, other] : rows) {
      if (!positive || other) continue;
      ++pairs;
      ordered += p > q ? 1 : p == q ? 0.5 : 0;
    }
  }
  expect_both(lines, "(perfectAUC (cols_py f 'p') (cols_py f 'a'))",
              "C1\n" + cell(ordered / pairs));
}

using Documents = std::vector<std::pair<double, Lines>>;

/// As (tf-idf ...) should write it.
std::string weights(const Documents& documents, double count) {
  std::set<std::string> words;
  for (const auto& document : documents)
    words.insert(document.second.begin(), document.second.end());
  Lines lines = {"DocID,Word:string,TF,IDF,TF-IDF"};
  for (const std::string& word : words) {
    std::map<double, double> frequencies;
    for (const auto& [id, text] : documents) {
      const auto found = std::count(text.begin(), text.end(), word);
      if (found > 0) frequencies[id] += static_cast<double>(found);
    }
    const double weight = std::log((count + 1) / (static_cast<double>(frequencies.size()) + 1));
    for (const auto& [id, frequency] : frequencies) {
      lines.push_back(cell(id) + ',' + word + ',' + cell(frequency) + ',' + cell(weight) + ',' +
                      cell(frequency * weight));
    }
  }
  return joined(lines);
}

TEST(TfIdf, OfWholeDocuments) {
  Draws draws(2);
  Lines lines = {"text:string,id"};
  Documents documents;
  for (int i = 0; i < 25; ++i) {
    Lines words;
    std::string text;
    for (std::size_t n = draws.below(7); n > 0; --n) {
      words.push_back({"abcdeABC"[draws.below(8)]});
      text += std::string(1 + draws.below(2), ' ') + words.back();
    }
    const bool missing = draws.below(6) == 0;
    lines.push_back((missing        ? "NA"
                     : text.empty() ? "\"\""
                                    : text) +
                    ',' + std::to_string(100 - i));
    if (!missing) documents.emplace_back(100 - i, words);
  }
  expect_both(lines, "(tf-idf f 1 0 True True)", weights(documents, 25));
  for (auto& document : documents) {
    for (std::string& word : document.second) word[0] = static_cast<char>(word[0] | 0x20);
  }
  expect_both(lines, "(tf-idf f 1 0 True False)", weights(documents, 25));
}

TEST(TfIdf, OfSingleWords) {
  Draws draws(3);
  Lines lines = {"id,word:string"};
  std::map<double, Lines> texts;
  for (int i = 0; i < 60; ++i) {
    const auto id = static_cast<double>(draws.below(9));
    const std::string word = "word " + std::string(1, "xyzw"[draws.below(4)]);
    texts[id].push_back(word);
    lines.push_back(cell(id) + ',' + word);
  }
  lines.emplace_back("17,NA");
  lines.emplace_back("NA,word x");
  const Documents documents(texts.begin(), texts.end());
  expect_both(lines, "(tf-idf f 0 1 False True)",
              weights(documents, static_cast<double>(texts.size()) + 1));
}

TEST(GroupedPermute, PairsWhatGoesInWithWhatGoesOut) {
  Draws draws(4);
  Lines lines = {"amount,account:enum,type:enum,day"};
  // By day, then direction, then account.
  std::map<std::tuple<std::size_t, bool, std::string>, double> sums;
  for (int i = 0; i < 70; ++i) {
    const std::size_t day = draws.below(6);
    const std::string account = "A" + std::to_string(draws.below(4));
    const std::string type(1, "DCX"[draws.below(3)]);
    const bool none = draws.below(15) == 0;
    const auto amount = static_cast<double>(draws.below(50));
    const std::tuple key(day, type != "D", account);
    sums[key] += none ? std::nan("") : amount;
    std::string line = none ? "NA" : cell(amount);
    for (const std::string& text : {account, type, std::to_string(day)})
      line.append(",").append(text);
    lines.push_back(line);
  }
  Lines expected = {"day,In:enum,Out:enum,InAmnt,OutAmnt"};
  for (const auto& [in, in_amount] : sums) {
    for (const auto& [out, out_amount] : sums) {
      if (std::get<0>(in) != std::get<0>(out) || std::get<1>(in) || !std::get<1>(out)) continue;
      expected.push_back(std::to_string(std::get<0>(in)) + ',' + std::get<2>(in) + ',' +
                         std::get<2>(out) + ',' + cell(in_amount) + ',' + cell(out_amount));
    }
  }
  expect_both(lines, "(grouped_permute f 1 [3] 2 0)", joined(expected));
}

/// Share of normally distributed values below.
double normal_share(double z) { return std::erfc(-z / std::numbers::sqrt2) / 2; }

TEST(Isax, BreaksCutTheNormalDistributionEvenly) {
  for (const std::int64_t count : {2, 3, 10, 1000}) {
    const auto breaks = series::normal_breaks(count);
    ASSERT_EQ(breaks.size(), static_cast<std::size_t>(count) - 1);
    for (std::size_t i = 0; i < breaks.size(); ++i) {
      EXPECT_NEAR(normal_share(breaks[i]), static_cast<double>(i + 1) / static_cast<double>(count),
                  1e-15);
    }
  }
  EXPECT_EQ(series::normal_breaks(2)[0], 0);
}

using Series = std::vector<double>;

/// The word of each of `pieces` pieces of a series, out of `intervals`: piece i begins i steps from
/// the start and is i + 1 steps long, or as long as there are points.
std::vector<int> words_of(const Series& series, std::size_t pieces, int intervals) {
  const std::size_t step = series.size() / pieces;
  std::vector<Series> parts;
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::size_t end = std::min(series.size(), i * step + (i + 1) * step);
    parts.emplace_back(series.begin() + static_cast<std::ptrdiff_t>(i * step),
                       series.begin() + static_cast<std::ptrdiff_t>(end));
  }
  const auto mean_of = [](const Series& part) {
    return std::accumulate(part.begin(), part.end(), 0.0) / static_cast<double>(part.size());
  };
  Series all;
  double squares = 0;
  for (const Series& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
    for (const double v : part) squares += (v - mean_of(part)) * (v - mean_of(part));
  }
  const double deviation = std::sqrt(squares / static_cast<double>(all.size() - 1));
  std::vector<int> words;
  for (const Series& part : parts) {
    const double share = normal_share((mean_of(part) - mean_of(all)) / deviation) * intervals;
    words.push_back(
        std::isnan(share) ? 0 : std::min(intervals - 1, static_cast<int>(std::floor(share))));
  }
  return words;
}

std::string series_text(const std::vector<std::vector<int>>& all, const std::vector<int>& counts) {
  std::string head = "iSax_index:string";
  for (std::size_t p = 0; p < counts.size(); ++p) head += ",c" + std::to_string(p);
  Lines lines = {head};
  for (const auto& words : all) {
    std::string text;
    std::string cells;
    for (std::size_t p = 0; p < counts.size(); ++p) {
      text += (p > 0 ? "_" : "") + std::to_string(words[p]) + '^' + std::to_string(counts[p]);
      cells += ',' + std::to_string(words[p]);
    }
    lines.push_back(text + cells);
  }
  return joined(lines);
}

TEST(Isax, WordsAreIntervalsOfMeans) {
  constexpr std::size_t kPoints = 11;
  constexpr std::size_t kPieces = 3;
  constexpr int kIntervals = 8;
  Draws draws(5);
  std::string head;
  for (std::size_t i = 0; i < kPoints; ++i) head += (i > 0 ? ",t" : "t") + std::to_string(i);
  Lines lines = {head};
  std::vector<std::vector<int>> all;
  for (int row = 0; row < 20; ++row) {
    Series series;
    std::string line;
    for (std::size_t i = 0; i < kPoints; ++i) {
      series.push_back(row == 3 ? 4.0 : static_cast<double>(draws.below(1000)) / 7);
      if (row == 5 && i == 4) series.back() = std::nan("");
      if (row % 4 == 1) series.back() += static_cast<double>(30 * i);
      char exact[40];
      std::snprintf(exact, sizeof exact, "%.17g", series.back());
      line += (i > 0 ? "," : "") + (std::isnan(series.back()) ? "NA" : std::string(exact));
    }
    lines.push_back(line);
    all.push_back(words_of(series, kPieces, kIntervals));
  }
  expect_both(lines, "(isax f 3 8 0)", series_text(all, {kIntervals, kIntervals, kIntervals}));
  std::vector<int> counts;
  for (std::size_t p = 0; p < kPieces; ++p) {
    std::set<int> seen;
    for (const auto& words : all) seen.insert(words[p]);
    for (auto& words : all)
      words[p] = static_cast<int>(std::distance(seen.begin(), seen.find(words[p])));
    counts.push_back(static_cast<int>(seen.size()));
  }
  expect_both(lines, "(isax f 3 8 1)", series_text(all, counts));
}

TEST(Ddply, AppliesAFunctionToEachGroup) {
  Draws draws(6);
  Lines lines = {"v,key:enum,w,number"};
  std::map<std::pair<std::string, std::size_t>, std::vector<std::pair<double, double>>> groups;
  for (int i = 0; i < 60; ++i) {
    const std::string key(1, "pqr"[draws.below(3)]);
    const std::size_t number = draws.below(3);
    const auto v = static_cast<double>(draws.below(100));
    const auto w = static_cast<double>(draws.below(100)) / 8;
    groups[{key, number}].emplace_back(v, w);
    lines.push_back(cell(v) + ',' + key + ',' + cell(w) + ',' + std::to_string(number));
  }
  Lines sums = {"key:enum,number,ddply_C1"};
  Lines both = {"number,key:enum,ddply_C1,ddply_C2"};
  Lines by_number(3);
  for (const auto& [group, cells] : groups) {
    double products = 0;
    double v_sum = 0;
    double w_sum = 0;
    for (const auto& [v, w] : cells) {
      products += v * w;
      v_sum += v;
      w_sum += w;
    }
    const auto& [key, number] = group;
    sums.push_back(key + ',' + std::to_string(number) + ',' + cell(products));
    const auto count = static_cast<double>(cells.size());
    by_number[number] += '\n' + std::to_string(number) + ',' + key + ',' + cell(v_sum / count) +
                         ',' + cell(w_sum / count);
  }
  expect_both(lines, "(ddply f [1 3] {x . (sum (* (cols_py x 0) (cols_py x 2)))})", joined(sums));
  expect_both(lines, "(ddply f [3 1] {x . (mean (cols_py x [0 2]) True 0)})",
              both[0] + by_number[0] + by_number[1] + by_number[2]);
}

TEST(NumValidSubstrings, CountsPiecesThatAreWords) {
  const std::string path = ::testing::TempDir() + "neve_words_" + std::to_string(::getpid());
  const std::set<std::string> words = {"ab", "abc", "bca", "cc", "caabb", "a", "é", "éa", "b"};
  {
    std::ofstream file(path, std::ios::binary);
    file << "\n";
    for (const std::string& word : words) file << word << (word < "b" ? "\r\n" : "\n");
    file << "ab";
  }
  Draws draws(7);
  Lines strings = {"t:string,e:enum"};
  Lines expected = {"C1,C2"};
  for (int i = 0; i < 30; ++i) {
    std::string text;
    for (std::size_t n = draws.below(9); n > 0; --n) text += "abc"[draws.below(3)];
    int count = 0;
    for (std::size_t begin = 0; begin < text.size(); ++begin) {
      for (std::size_t length = 2; begin + length <= text.size(); ++length) {
        count += static_cast<int>(words.count(text.substr(begin, length)));
      }
    }
    const std::string shown = text.empty() ? "\"\"" : text;
    strings.push_back(shown + ',' + (text.empty() ? "abab" : text));
    expected.push_back(std::to_string(count) + ',' + std::to_string(text.empty() ? 2 : count));
  }
  strings.emplace_back("NA,NA");
  expected.emplace_back("NA,NA");
  // Two characters, of which the first one has two bytes; the single one does not count.
  strings.emplace_back("éaé,NA");
  expected.emplace_back("1,NA");
  expect_both(strings, "(num_valid_substrings f '" + path + "')", joined(expected));
  std::remove(path.c_str());
}

}  // namespace
}  // namespace neve::rapids_test

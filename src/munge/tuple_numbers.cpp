#include "munge/tuple_numbers.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/base/radix_sort.hpp>

#include "munge/radix.hpp"

namespace neve::munge {
namespace {

constexpr int kWordBits = 64;

/// Whether a set with a bit for every word is small beside the rows.
bool fits_bits(int bits, std::size_t rows) {
  constexpr std::size_t kPlacesPerRow = 32;
  constexpr std::size_t kFewest = std::size_t{1} << 15U;
  return bits < kWordBits / 2 && std::size_t{1} << bits <= std::max(kFewest, kPlacesPerRow * rows);
}

/// A word's number is how many bits of the set lie before its own. The set mostly fits the L1
/// cache, which a table of numbers would not.
NumberedWords number_by_bits(std::span<const std::uint64_t> words, int bits) {
  constexpr unsigned kInWord = 63;
  const std::size_t places = ((std::size_t{1} << bits) + kInWord) / kWordBits;
  std::vector<std::uint64_t> set(places, 0);
  for (const std::uint64_t word : words) set[word / kWordBits] |= 1ULL << (word & kInWord);
  std::vector<std::uint32_t> before(places);
  std::uint32_t count = 0;
  for (std::size_t place = 0; place < places; ++place) {
    before[place] = count;
    count += static_cast<std::uint32_t>(std::popcount(set[place]));
  }
  NumberedWords made;
  made.words.resize(count);
  std::uint64_t* to = made.words.data();
  for (std::size_t place = 0; place < places; ++place) {
    for (std::uint64_t rest = set[place]; rest != 0; rest &= rest - 1) {
      *to++ = place * kWordBits + static_cast<std::uint64_t>(std::countr_zero(rest));
    }
  }
  made.ids.resize(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t place = words[i] / kWordBits;
    const std::uint64_t below = set[place] & ((1ULL << (words[i] & kInWord)) - 1);
    made.ids[i] = before[place] + static_cast<std::uint32_t>(std::popcount(below));
  }
  return made;
}

/// Words that take more bits, and so more passes, are hashed first.
constexpr int kMostSortedBits = 44;

/// Numbers of sorted items, given to the rows that they stand for.
NumberedWords number_sorted(std::span<const RadixItem> items) {
  NumberedWords made;
  made.ids.resize(items.size());
  for (const RadixItem& item : items) {
    if (made.words.empty() || made.words.back() != item.key) made.words.push_back(item.key);
    made.ids[item.at] = static_cast<std::uint32_t>(made.words.size() - 1);
  }
  return made;
}

NumberedWords number_by_sort(std::span<const std::uint64_t> words) {
  std::vector<RadixItem> items(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    items[i] = {words[i], static_cast<std::uint32_t>(i)};
  }
  std::vector<RadixItem> room(items.size());
  sort_by_key(items, room);
  return number_sorted(items);
}

/// Distinct words in the order of their first rows: open addressing.
class WordTable {
 public:
  std::uint32_t number(std::uint64_t word) {
    if (2 * (words_.size() + 1) > slots_.size()) grow();
    const std::size_t slot = place_of(word);
    if (slots_[slot] == kFree) {
      slots_[slot] = static_cast<std::uint32_t>(words_.size());
      words_.push_back(word);
    }
    return slots_[slot];
  }
  [[nodiscard]] const std::vector<std::uint64_t>& words() const { return words_; }

 private:
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};

  [[nodiscard]] std::size_t place_of(std::uint64_t word) const {
    // Whole numbers as doubles differ in their high bits only; the slot is made of the low ones.
    std::uint64_t hash = (word ^ (word >> 32U)) * 0xBF58476D1CE4E5B9ULL;
    hash = (hash ^ (hash >> 32U)) * 0x94D049BB133111EBULL;
    hash ^= hash >> 31U;
    std::size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot] != kFree && words_[slots_[slot]] != word) {
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
  }

  void grow() {
    constexpr std::size_t kFewest = 256;
    slots_.assign(std::max(kFewest, 4 * slots_.size()), kFree);
    for (std::size_t i = 0; i < words_.size(); ++i) {
      slots_[place_of(words_[i])] = static_cast<std::uint32_t>(i);
    }
  }

  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> slots_;  ///< a power of two
};

NumberedWords number_by_hash(std::span<const std::uint64_t> words) {
  WordTable table;
  std::vector<std::uint32_t> firsts(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    firsts[i] = i > 0 && words[i] == words[i - 1] ? firsts[i - 1] : table.number(words[i]);
  }
  NumberedWords made = number_by_sort(table.words());
  for (std::uint32_t& first : firsts) first = made.ids[first];
  made.ids = std::move(firsts);
  return made;
}

/// How one column's keys become numbers of few bits, in the same order.
struct Packing {
  bool whole = false;  ///< code is value - least + 1, which takes up to 32 bits; else its level
  double least = 0;
  std::vector<std::uint64_t> levels;  ///< keys by code where not whole
  std::uint64_t missing_code = 0;
  int bits = 0;

  /// The key of a code that takes no more than 32 bits.
  [[nodiscard]] std::uint64_t whole_key(std::uint64_t code, std::uint64_t missing) const {
    const auto above = static_cast<double>(static_cast<std::int64_t>(code));
    return code == missing_code ? missing : order_key(least + above - 1);
  }
};

/// What one pass over a column finds.
struct Extent {
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
  bool whole = true;
};

Extent extent_of(std::span<const double> column) {
  constexpr std::size_t kLanes = 4;
  using Doubles = double __attribute__((vector_size(kLanes * sizeof(double))));
  using Words = std::int64_t __attribute__((vector_size(kLanes * sizeof(double))));
  // Added and taken off again, this rounds numbers below 2^51.
  constexpr double kRounds = 0x1.8p52;
  Extent found;
  Doubles least = Doubles{} + found.least;
  Doubles most = Doubles{} + found.most;
  Words broken{};
  const auto add = [&](const Doubles& x) {
    least = x < least ? x : least;
    most = x > most ? x : most;
    const Doubles rounded = (x + kRounds) - kRounds;
    broken |= (rounded < x) | (rounded > x);
  };
  std::size_t done = 0;
  Doubles lanes{};
  for (; done + kLanes <= column.size(); done += kLanes) {
    std::memcpy(&lanes, column.data() + done, sizeof lanes);
    add(lanes);
  }
  lanes = Doubles{} + std::numeric_limits<double>::quiet_NaN();
  for (std::size_t i = done; i < column.size(); ++i) lanes[i - done] = column[i];
  add(lanes);
  bool any_broken = false;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    found.least = std::min(found.least, least[lane]);
    found.most = std::max(found.most, most[lane]);
    any_broken = any_broken || broken[lane] != 0;
  }
  constexpr double kExact = 0x1p51;
  const bool exact = found.least >= -kExact && found.most <= kExact;
  const bool narrow = found.most - found.least < 0x1p31;
  found.whole = !any_broken && (found.least > found.most || (exact && narrow));
  return found;
}

/// A column as codes and what they stand for.
struct Coded {
  Packing packing;
  std::vector<std::uint32_t> levels;  ///< of each row where not whole
};

Coded coded(std::span<const double> column, std::uint64_t missing) {
  const Extent extent = extent_of(column);
  Coded made;
  Packing& packing = made.packing;
  packing.whole = extent.whole;
  if (extent.whole) {
    const bool any = extent.least <= extent.most;
    packing.least = any ? extent.least : 0;
    const auto range = any ? static_cast<std::uint64_t>(extent.most - extent.least) : 0;
    packing.missing_code = missing == 0 ? 0 : range + 2;
    packing.bits = static_cast<int>(std::bit_width(range + 2));
    return made;
  }
  std::vector<std::uint64_t> keys(column.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = std::isnan(column[i]) ? missing : order_key(column[i]);
  }
  NumberedWords numbered = number_words(keys, kWordBits);
  packing.levels = std::move(numbered.words);
  packing.bits = static_cast<int>(std::bit_width(packing.levels.size()));
  made.levels = std::move(numbered.ids);
  return made;
}

/// Puts a column's codes behind what the words hold already.
void push_codes(const Coded& from, std::span<const double> column, std::vector<std::uint64_t>& to) {
  const Packing& packing = from.packing;
  if (!packing.whole) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = to[i] << packing.bits | from.levels[i];
    return;
  }
  // Adding 2^52 brings a whole number below it into the low bits of the double.
  constexpr double kToBits = 0x1p52;
  constexpr std::uint64_t kFraction = (std::uint64_t{1} << 52U) - 1;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const double value = column[i];
    const double above = value - packing.least + (kToBits + 1);
    const std::uint64_t code = std::bit_cast<std::uint64_t>(above) & kFraction;
    to[i] = to[i] << packing.bits | (value == value ? code : packing.missing_code);
  }
}

/// Columns packed side by side, the first in the highest bits, from a tuple's number on.
struct Word {
  std::vector<Packing> columns;
  int bits = 0;

  /// Takes the codes apart again: writes the keys of each word's columns behind what begins its
  /// tuple of `width` keys.
  void unpack(std::span<const std::uint64_t> words, std::uint64_t missing, std::size_t width,
              std::uint64_t* tuples) const {
    int shift = bits;
    std::size_t place = width - columns.size();
    for (const Packing& column : columns) {
      shift -= column.bits;
      const std::uint64_t mask = (std::uint64_t{1} << column.bits) - 1;
      for (std::size_t i = 0; i < words.size(); ++i) {
        const std::uint64_t code = words[i] >> shift & mask;
        tuples[i * width + place] =
            column.whole ? column.whole_key(code, missing) : column.levels[code];
      }
      ++place;
    }
  }
};

/// Tuples so far and one more word of columns become tuples.
NumberedTuples closed(const NumberedTuples& before, const Word& word,
                      std::span<const std::uint64_t> words, std::uint64_t missing) {
  NumberedTuples made;
  made.width = before.width + word.columns.size();
  const int own_bits = word.bits;
  const int all_bits =
      own_bits + (before.width == 0 ? 0 : static_cast<int>(std::bit_width(before.count)));
  NumberedWords numbered = number_words(words, all_bits);
  made.count = numbered.words.size();
  made.ids = std::move(numbered.ids);
  made.tuples.resize(made.count * made.width);
  word.unpack(numbered.words, missing, made.width, made.tuples.data());
  if (before.width == 0) return made;
  std::uint64_t* to = made.tuples.data();
  for (const std::uint64_t one : numbered.words) {
    const std::uint64_t* prefix = before.tuples.data() + (one >> own_bits) * before.width;
    std::copy(prefix, prefix + before.width, to);
    to += made.width;
  }
  return made;
}

}  // namespace

NumberedWords number_words(std::span<const std::uint64_t> words, int bits) {
  if (fits_bits(bits, words.size())) return number_by_bits(words, bits);
  return bits <= kMostSortedBits ? number_by_sort(words) : number_by_hash(words);
}

NumberedTuples number_tuples(std::span<const std::vector<double>> columns, std::size_t rows,
                             std::uint64_t missing) {
  NEVE_CHECK(rows < std::size_t{1} << 30U, "too many rows to number at once");
  NumberedTuples tuples;
  Word word;
  std::vector<std::uint64_t> words(rows, 0);
  int room = kWordBits - 1;
  for (const std::vector<double>& column : columns) {
    Coded codes = coded(column, missing);
    if (word.bits + codes.packing.bits > room) {
      tuples = closed(tuples, word, words, missing);
      std::ranges::copy(tuples.ids, words.begin());
      room = kWordBits - 1 - static_cast<int>(std::bit_width(tuples.count));
      word = {};
    }
    push_codes(codes, column, words);
    word.bits += codes.packing.bits;
    word.columns.push_back(std::move(codes.packing));
  }
  return closed(tuples, word, words, missing);
}

}  // namespace neve::munge

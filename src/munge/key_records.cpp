#include "munge/key_records.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <optional>

#include <neve/base/error.hpp>

#include "munge/radix.hpp"

namespace neve::munge {

std::int64_t KeyRecords::byte_size() const {
  return static_cast<std::int64_t>(words.size() * sizeof(std::uint64_t) +
                                   texts.size() * sizeof(std::string_view) +
                                   rows.size() * sizeof(std::int64_t));
}

void KeyRecords::append(const KeyRecords& from, std::size_t begin, std::size_t end) {
  const auto add = [begin, end](auto& to, const auto& values, std::size_t each) {
    to.insert(to.end(), values.begin() + static_cast<std::ptrdiff_t>(begin * each),
              values.begin() + static_cast<std::ptrdiff_t>(end * each));
  };
  add(words, from.words, words_each);
  add(texts, from.texts, texts_each);
  add(rows, from.rows, 1);
  if (texts_each > 0) kept.insert(kept.end(), from.kept.begin(), from.kept.end());
}

KeyRecords KeyRecords::picked(std::span<const std::uint32_t> order) const {
  KeyRecords to;
  to.words_each = words_each;
  to.texts_each = texts_each;
  to.kept = kept;
  const auto pick = [order](auto& into, const auto& from, std::size_t each) {
    into.resize(order.size() * each);
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t k = 0; k < each; ++k) into[i * each + k] = from[order[i] * each + k];
    }
  };
  pick(to.words, words, words_each);
  pick(to.texts, texts, texts_each);
  pick(to.rows, rows, 1);
  return to;
}

void KeyRecords::pack_texts(std::vector<std::uint32_t>& lengths, std::string& bytes) const {
  for (const std::string_view text : texts) {
    lengths.push_back(static_cast<std::uint32_t>(text.size()));
    bytes += text;
  }
}

void KeyRecords::unpack_texts(const std::vector<std::uint32_t>& lengths, std::string bytes) {
  NEVE_CHECK(words.size() == rows.size() * words_each && lengths.size() == rows.size() * texts_each,
             "records of a shuffle are cut short");
  if (texts_each == 0) return;
  auto held = std::make_shared<const std::string>(std::move(bytes));
  std::string_view rest = *held;
  for (const std::uint32_t length : lengths) {
    NEVE_CHECK(length <= rest.size(), "texts of a shuffle are cut short");
    texts.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  kept.push_back(std::move(held));
}

int compare_keys(const KeyShape& shape, const KeyRecords& a, std::size_t i, const KeyRecords& b,
                 std::size_t j) {
  for (std::size_t w = 0; w < shape.words(); ++w) {
    const std::uint64_t x = a.words[i * a.words_each + w];
    const std::uint64_t y = b.words[j * b.words_each + w];
    if (x != y) return x < y ? -1 : 1;
    if (shape.text_behind[w] < 0) continue;
    const auto t = static_cast<std::size_t>(shape.text_behind[w]);
    const int order = a.texts[i * a.texts_each + t].compare(b.texts[j * b.texts_each + t]);
    if (order != 0) return (order < 0) == (shape.text_falling[t] == 0) ? -1 : 1;
  }
  return 0;
}

std::vector<std::uint32_t> sorted_order(const KeyShape& shape, const KeyRecords& records) {
  const std::size_t n = records.size();
  NEVE_CHECK(n <= std::numeric_limits<std::uint32_t>::max());
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  if (n < 2) return order;
  // Below this the counters cost more than the rows.
  constexpr std::size_t kFew = 512;
  if (shape.texts() > 0 || n < kFew) {
    std::ranges::stable_sort(order, [&](std::uint32_t a, std::uint32_t b) {
      return compare_keys(shape, records, a, records, b) < 0;
    });
    return order;
  }
  std::vector<RadixItem> items(n);
  std::vector<RadixItem> other(n);
  for (std::size_t i = 0; i < n; ++i) items[i].at = static_cast<std::uint32_t>(i);
  for (std::size_t w = shape.words(); w-- > 0;) {
    for (RadixItem& item : items) item.key = records.words[item.at * records.words_each + w];
    sort_by_key(items, other);
  }
  for (std::size_t i = 0; i < n; ++i) order[i] = items[i].at;
  return order;
}

namespace {

/// Records of one word, sorted as that and their places side by side in 64 bits; nothing where
/// these do not suffice.
std::optional<KeyRecords> sorted_words(const KeyRecords& records) {
  const std::size_t n = records.size();
  const auto [least, most] = std::ranges::minmax(records.words);
  const auto key_bits = static_cast<int>(std::bit_width(most - least));
  const auto place_bits = static_cast<int>(std::bit_width(n));
  if (key_bits + place_bits > std::numeric_limits<std::uint64_t>::digits) return std::nullopt;
  std::vector<std::uint64_t> items(n);
  for (std::size_t i = 0; i < n; ++i) items[i] = (records.words[i] - least) << place_bits | i;
  sort_by_bits(items, place_bits, key_bits);
  KeyRecords to;
  to.words_each = records.words_each;
  to.words.resize(n);
  to.rows.resize(n);
  const std::uint64_t place = (std::uint64_t{1} << place_bits) - 1;
  for (std::size_t i = 0; i < n; ++i) {
    to.words[i] = (items[i] >> place_bits) + least;
    to.rows[i] = records.rows[items[i] & place];
  }
  return to;
}

}  // namespace

KeyRecords sorted_records(const KeyShape& shape, const KeyRecords& records) {
  if (shape.words() == 1 && shape.texts() == 0 && records.size() > 1) {
    if (auto sorted = sorted_words(records)) return *std::move(sorted);
  }
  return records.picked(sorted_order(shape, records));
}

std::size_t lower_bound(const KeyShape& shape, const KeyRecords& sorted, const KeyRecords& bounds,
                        std::size_t j) {
  std::size_t first = 0;
  std::size_t count = sorted.size();
  while (count > 0) {
    const std::size_t half = count / 2;
    const int order = compare_keys(shape, sorted, first + half, bounds, j);
    if (order < 0 || (order == 0 && sorted.rows[first + half] < bounds.rows[j])) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first;
}

KeySlice slice_of(const KeyShape& shape, const KeyRecords& sorted, const KeyRange& range) {
  KeySlice slice{.from = &sorted, .begin = 0, .end = sorted.size(), .own = {}};
  if (range.low.size() > 0) slice.begin = lower_bound(shape, sorted, range.low, 0);
  if (range.high.size() > 0) slice.end = lower_bound(shape, sorted, range.high, 0);
  slice.end = std::max(slice.begin, slice.end);
  return slice;
}

}  // namespace neve::munge

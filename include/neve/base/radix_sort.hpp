#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace neve {

/// An integer for a number other than NaN; integers order like the numbers, both zeros are one.
inline std::uint64_t order_key(double value) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63U;
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

/// The number that has the key.
inline double value_of_order_key(std::uint64_t key) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63U;
  return std::bit_cast<double>((key & kSign) != 0 ? key & ~kSign : ~key);
}

namespace detail {

template <class Row, class KeyOf>
void insertion_sort(std::span<Row> rows, const KeyOf& key_of) {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const Row row = rows[i];
    const std::uint64_t key = key_of(row);
    std::size_t at = i;
    for (; at > 0 && key < key_of(rows[at - 1]); --at) rows[at] = rows[at - 1];
    rows[at] = row;
  }
}

template <class Row, class KeyOf>
void spread_and_sort(std::span<Row> rows, std::span<Row> spare, const KeyOf& key_of) {
  constexpr std::size_t kFewRows = 24;
  // Buckets of some eight rows where keys are even; more of them would not stay in the cache.
  constexpr int kRowBits = 3;
  constexpr int kMostBits = 14;
  if (rows.size() <= kFewRows) return insertion_sort(rows, key_of);
  std::uint64_t least = key_of(rows[0]);
  std::uint64_t largest = least;
  for (const Row& row : rows) {
    least = std::min(least, key_of(row));
    largest = std::max(largest, key_of(row));
  }
  if (least == largest) return;
  const int bits = std::min(kMostBits, static_cast<int>(std::bit_width(rows.size())) - kRowBits);
  const int shift = std::max(0, static_cast<int>(std::bit_width(largest - least)) - bits);
  const auto bucket_of = [&](std::uint64_t key) {
    return static_cast<std::size_t>((key - least) >> static_cast<unsigned>(shift));
  };
  std::vector<std::size_t> ends(bucket_of(largest) + 1);
  for (const Row& row : rows) ++ends[bucket_of(key_of(row))];
  std::size_t next = 0;
  for (std::size_t& end : ends) next += std::exchange(end, next);
  for (const Row& row : rows) spare[ends[bucket_of(key_of(row))]++] = row;
  std::ranges::copy(spare.first(rows.size()), rows.begin());
  if (shift == 0) return;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    if (end - begin > 1) spread_and_sort(rows.subspan(begin, end - begin), spare, key_of);
    begin = end;
  }
}

}  // namespace detail

/// Sorts by the 64-bit keys that `key_of` gives, stably: rows are spread over buckets by the
/// leading bits in which they differ, these likewise, and few rows by insertion. `spare` is room
/// for as many rows again.
template <class Row, class KeyOf>
void radix_sort(std::span<Row> rows, std::span<Row> spare, const KeyOf& key_of) {
  detail::spread_and_sort(rows, spare, key_of);
}

/// The same with room of its own.
template <class Row, class KeyOf>
void radix_sort(std::span<Row> rows, const KeyOf& key_of) {
  const auto spare = std::make_unique_for_overwrite<Row[]>(rows.size());
  radix_sort(rows, std::span<Row>(spare.get(), rows.size()), key_of);
}

}  // namespace neve

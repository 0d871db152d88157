#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <neve/frame/chunk.hpp>

#include "munge/plain_values.hpp"

namespace neve::munge {

/// How records of one order are compared: word by word, and behind some words by a whole text.
struct KeyShape {
  std::vector<std::int32_t> text_behind;   ///< per word: the text that decides next, or -1
  std::vector<std::uint8_t> text_falling;  ///< per text
  [[nodiscard]] std::size_t words() const { return text_behind.size(); }
  [[nodiscard]] std::size_t texts() const { return text_falling.size(); }
  template <class Archive>
  void fields(Archive& archive) {
    archive(text_behind, text_falling);
  }
};

/// Rows on their way through a shuffle: what they are ordered by, and their numbers. No two rows
/// are equal in (key, row), which is the order that everything here means.
struct KeyRecords {
  std::uint32_t words_each = 0;
  std::uint32_t texts_each = 0;
  std::vector<std::uint64_t> words;     ///< record-major; smaller is earlier
  std::vector<std::string_view> texts;  ///< record-major; empty where missing
  std::vector<std::int64_t> rows;
  std::vector<std::shared_ptr<const void>> kept;  ///< what the texts point into

  KeyRecords() = default;
  explicit KeyRecords(const KeyShape& shape)
      : words_each(static_cast<std::uint32_t>(shape.words())),
        texts_each(static_cast<std::uint32_t>(shape.texts())) {}
  [[nodiscard]] std::size_t size() const { return rows.size(); }
  [[nodiscard]] std::int64_t byte_size() const;
  /// Records [begin, end) of another, of the same shape.
  void append(const KeyRecords& from, std::size_t begin, std::size_t end);
  [[nodiscard]] KeyRecords picked(std::span<const std::uint32_t> order) const;
  template <class Archive>
  void fields(Archive& archive) {
    std::vector<std::uint32_t> lengths;
    std::string bytes;
    if constexpr (std::is_same_v<Archive, wire::Writer>) pack_texts(lengths, bytes);
    archive(words_each, texts_each, words, rows, lengths, bytes);
    if constexpr (std::is_same_v<Archive, wire::Reader>) unpack_texts(lengths, std::move(bytes));
  }

 private:
  void pack_texts(std::vector<std::uint32_t>& lengths, std::string& bytes) const;
  void unpack_texts(const std::vector<std::uint32_t>& lengths, std::string bytes);
};

/// Below, at or above 0 as record i of `a` has a smaller, equal or larger key than j of `b`.
int compare_keys(const KeyShape& shape, const KeyRecords& a, std::size_t i, const KeyRecords& b,
                 std::size_t j);
/// The records' places in the order of their keys, equal ones as they stand: by radix, or by
/// comparing where there are texts.
std::vector<std::uint32_t> sorted_order(const KeyShape& shape, const KeyRecords& records);
/// The records in that order.
KeyRecords sorted_records(const KeyShape& shape, const KeyRecords& records);
/// The first of sorted records that is not below record j of `bounds` in (key, row).
std::size_t lower_bound(const KeyShape& shape, const KeyRecords& sorted, const KeyRecords& bounds,
                        std::size_t j);

/// From a record (inclusive) to another (exclusive); either may be left out.
struct KeyRange {
  KeyRecords low;   ///< one record or none
  KeyRecords high;  ///< one record or none
  template <class Archive>
  void fields(Archive& archive) {
    archive(low, high);
  }
};

/// A part of sorted records, which it points into where it stays on its node.
struct KeySlice {
  const KeyRecords* from = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;
  KeyRecords own;  ///< where it has come from elsewhere
  [[nodiscard]] std::size_t size() const { return from == nullptr ? own.size() : end - begin; }
  void append_to(KeyRecords& to) const {
    from == nullptr ? to.append(own, 0, own.size()) : to.append(*from, begin, end);
  }
  template <class Archive>
  void fields(Archive& archive) {
    if constexpr (std::is_same_v<Archive, wire::Writer>) {
      KeyRecords part;
      part.words_each = from->words_each;
      part.texts_each = from->texts_each;
      part.append(*from, begin, end);
      archive(part);
    } else {
      archive(own);
    }
  }
};
KeySlice slice_of(const KeyShape& shape, const KeyRecords& sorted, const KeyRange& range);

}  // namespace neve::munge

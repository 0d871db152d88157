#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <neve/base/budget.hpp>

#include "ingest/formats/raw_array.hpp"

namespace neve::ingest {

/// Bytes that come in pieces, of unknown number, in memory that the budget bounds.
class OwnedBytes {
 public:
  /// `what` names them for the user where the memory does not suffice.
  OwnedBytes(Budget& budget, std::string what) : budget_(budget), what_(std::move(what)) {}

  /// Has room for `capacity` bytes. Throws OutOfMemoryError.
  void reserve(std::size_t capacity) {
    if (capacity <= bytes_.capacity()) return;
    Reservation more = budget_.reserve(static_cast<std::int64_t>(capacity), what_);
    bytes_.grow(capacity, size_);
    memory_ = std::move(more);
  }
  void append(std::string_view piece) {
    if (size_ + piece.size() > bytes_.capacity()) reserve(2 * (size_ + piece.size()));
    std::copy(piece.begin(), piece.end(), free_space());
    size_ += piece.size();
  }
  /// Where the next bytes go; advance() tells how many went there.
  [[nodiscard]] char* free_space() { return &bytes_[0] + size_; }
  [[nodiscard]] std::size_t free_size() const { return bytes_.capacity() - size_; }
  void advance(std::size_t count) { size_ += count; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const { return {bytes_.first(size_).data(), size_}; }

 private:
  Budget& budget_;
  std::string what_;
  Reservation memory_;
  RawArray<char> bytes_;
  std::size_t size_ = 0;
};

}  // namespace neve::ingest

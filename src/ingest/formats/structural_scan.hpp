#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <immintrin.h>

#include "ingest/formats/dialect.hpp"

namespace neve::ingest {

/// Finds the bytes of a text at which a cell may end or change its reading: separators, line ends,
/// quotes and escapes, 64 bytes at a time. Positions come out in order, a window ahead of the
/// reader.
class StructuralScan {
 public:
  /// Bytes that must be readable, whatever they are, behind every text.
  static constexpr std::size_t kPadding = 64;

  explicit StructuralScan(const Dialect& dialect);
  /// Starts over at `from`; the text stays where it is until the next call.
  void start(std::string_view text, std::size_t from);
  /// The first structural byte at or after `from`, or the text's size. `from` never goes back.
  std::size_t next(std::size_t from) {
    for (;;) {
      while (read_ != filled_ && positions_[read_] < from) ++read_;
      if (read_ != filled_) return positions_[read_];
      if (scanned_ >= size_) return size_;
      if (scanned_ < from) scanned_ = from & ~std::size_t{63};
      refill();
    }
  }

 private:
  static constexpr std::size_t kWindow = 16 * 1024;  // bytes looked ahead; its positions fit in L2
  void refill();
  [[nodiscard]] std::uint64_t mask_at(const char* block) const;

  __m256i separator_;
  __m256i quote_;
  __m256i other_quote_;
  __m256i escape_;
  const char* text_ = nullptr;
  std::size_t size_ = 0;
  std::size_t scanned_ = 0;
  std::size_t read_ = 0;
  std::size_t filled_ = 0;
  std::vector<std::uint32_t> positions_;
};

}  // namespace neve::ingest

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace neve::frame {

/// One bit per row, 1 where missing, padded to whole words of eight bytes.
constexpr std::size_t bitmap_bytes(std::int64_t rows) {
  return static_cast<std::size_t>((rows + 63) / 64 * 8);
}

inline void write_bitmap(std::span<const std::uint8_t> missing, std::span<std::byte> out) {
  for (std::size_t row = 0; row < missing.size(); ++row) {
    if (missing[row] != 0) out[row / 8] |= std::byte{1} << (row % 8);
  }
}

inline bool bit_at(std::span<const std::byte> bitmap, std::int64_t row) {
  const auto index = static_cast<std::size_t>(row);
  return ((bitmap[index / 8] >> (index % 8)) & std::byte{1}) != std::byte{0};
}

}  // namespace neve::frame

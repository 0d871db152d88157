#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include <neve/base/buffer.hpp>
#include <neve/frame/chunk.hpp>

#include "frame/decimal.hpp"

/// The checksum of values: each row hashed with its number, added up, so that neither encodings nor
/// cuts show.
namespace neve::frame {
namespace {

constexpr std::size_t kBlock = 1024;
constexpr std::uint64_t kRowFactor = 0x9e3779b97f4a7c15;
constexpr std::uint64_t kMissingBits = 0x7ff8000000000000;  // of the canonical NaN

// The finalizer of MurmurHash3.
std::uint64_t mix(std::uint64_t bits) {
  bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccd;
  bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53;
  return bits ^ (bits >> 33);
}

std::uint64_t row_hash(std::int64_t row, std::uint64_t bits) {
  return mix(bits ^ mix((static_cast<std::uint64_t>(row) + 1) * kRowFactor));
}

// The bits of an integer are those of the double that equals it, where there is one: the same value
// read by way of a column of doubles gives the same.
std::uint64_t integer_bits(std::int64_t value) {
  if (value == kMissingInt64) return kMissingBits;
  const auto rounded = static_cast<double>(value);
  const bool is_small = std::abs(value) <= kLargestMantissa;
  const bool is_exact =
      is_small || (rounded < 0x1p63 && static_cast<std::int64_t>(rounded) == value);
  return is_exact ? std::bit_cast<std::uint64_t>(rounded) : mix(static_cast<std::uint64_t>(value));
}

// Calls add(row, count) for the blocks of a chunk.
template <class Add>
void for_blocks(std::int64_t rows, Add add) {
  for (std::int64_t row = 0; row < rows; row += static_cast<std::int64_t>(kBlock)) {
    add(row, std::min(kBlock, static_cast<std::size_t>(rows - row)));
  }
}

std::uint64_t checksum_integers(const Chunk& chunk, std::int64_t first_row) {
  std::array<std::int64_t, kBlock> block;
  std::uint64_t sum = 0;
  for_blocks(chunk.rows(), [&](std::int64_t row, std::size_t count) {
    chunk.decode_int64(row, std::span(block).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      sum += row_hash(first_row + row + static_cast<std::int64_t>(i), integer_bits(block[i]));
    }
  });
  return sum;
}

std::uint64_t checksum_doubles(const Chunk& chunk, std::int64_t first_row) {
  std::array<double, kBlock> block;
  std::uint64_t sum = 0;
  for_blocks(chunk.rows(), [&](std::int64_t row, std::size_t count) {
    chunk.decode(row, std::span(block).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      const double value = block[i];
      const std::uint64_t bits =
          value == value ? std::bit_cast<std::uint64_t>(value) : kMissingBits;
      sum += row_hash(first_row + row + static_cast<std::int64_t>(i), bits);
    }
  });
  return sum;
}

std::uint64_t checksum_text(const Chunk& chunk, std::int64_t first_row) {
  std::array<std::string_view, kBlock> block;
  std::array<std::uint8_t, kBlock> missing;
  std::uint64_t sum = 0;
  for_blocks(chunk.rows(), [&](std::int64_t row, std::size_t count) {
    chunk.decode_text(row, std::span(block).first(count), std::span(missing).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t bits =
          missing[i] != 0 ? kMissingBits : hash_bytes(std::as_bytes(std::span(block[i])));
      sum += row_hash(first_row + row + static_cast<std::int64_t>(i), bits);
    }
  });
  return sum;
}

std::uint64_t checksum_uuids(const Chunk& chunk, std::int64_t first_row) {
  std::array<Uuid, kBlock> block;
  std::array<std::uint8_t, kBlock> missing;
  std::uint64_t sum = 0;
  for_blocks(chunk.rows(), [&](std::int64_t row, std::size_t count) {
    chunk.decode_uuids(row, std::span(block).first(count), std::span(missing).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t bits = missing[i] != 0 ? kMissingBits : mix(block[i].high) + block[i].low;
      sum += row_hash(first_row + row + static_cast<std::int64_t>(i), bits);
    }
  });
  return sum;
}

}  // namespace

std::uint64_t Chunk::value_checksum(std::int64_t first_row) const {
  if (kind() == ChunkKind::text) return checksum_text(*this, first_row);
  if (kind() == ChunkKind::uuids) return checksum_uuids(*this, first_row);
  return holds_integers() ? checksum_integers(*this, first_row)
                          : checksum_doubles(*this, first_row);
}

}  // namespace neve::frame

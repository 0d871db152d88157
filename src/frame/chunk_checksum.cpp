#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include <neve/base/buffer.hpp>
#include <neve/base/isa.hpp>
#include <neve/frame/chunk.hpp>

#include "frame/decimal.hpp"
#include "frame/rollup_kernels.hpp"
#include "frame/value_checksum.hpp"

/// The checksum of values: each row hashed with its number, added up, so that neither encodings nor
/// cuts show.
namespace neve::frame {
namespace {

constexpr std::size_t kBlock = 1024;

// The finalizer of MurmurHash3.
std::uint64_t mix(std::uint64_t bits) {
  bits = (bits ^ (bits >> 33)) * kMixFactors[0];
  bits = (bits ^ (bits >> 33)) * kMixFactors[1];
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

// Rows of integers of any size, few of which are large in practice.
std::uint64_t checksum_integers(const Chunk& chunk, std::int64_t first_row, std::int64_t begin,
                                std::size_t rows) {
  std::vector<std::int64_t> values(rows);
  chunk.decode_int64(begin, values);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    sum += row_hash(first_row + begin + static_cast<std::int64_t>(i), integer_bits(values[i]));
  }
  return sum;
}

// Whether one of the doubles may stand for another integer than itself.
bool has_large(std::span<const double> values) {
  int large = 0;
  for (const double value : values) {
    large |= static_cast<int>(std::abs(value) >= static_cast<double>(kLargestMantissa));
  }
  return large != 0;
}

std::uint64_t checksum_numbers(const Chunk& chunk, std::int64_t first_row) {
  std::array<double, kBlock> block;
  std::uint64_t sum = 0;
  for_blocks(chunk.rows(), [&](std::int64_t row, std::size_t count) {
    const auto values = std::span(block).first(count);
    chunk.decode(row, values);
    sum += checksum_of_numbers(chunk, first_row, row, values);
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

std::uint64_t checksum_of_numbers(const Chunk& chunk, std::int64_t first_row, std::int64_t begin,
                                  std::span<const double> values) {
  if (chunk.holds_integers() && has_large(values)) {
    return checksum_integers(chunk, first_row, begin, values.size());
  }
  const auto& kernels = kernels_at_process_isa(v3::kRollupKernels, v4::kRollupKernels);
  return kernels.hash(first_row + begin, values.data(), values.size());
}

std::uint64_t Chunk::value_checksum(std::int64_t first_row) const {
  if (kind() == ChunkKind::text) return checksum_text(*this, first_row);
  if (kind() == ChunkKind::uuids) return checksum_uuids(*this, first_row);
  return checksum_numbers(*this, first_row);
}

}  // namespace neve::frame

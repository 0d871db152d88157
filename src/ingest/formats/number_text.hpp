#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <immintrin.h>

namespace neve::ingest {

/// What a cell's text says as a number: mantissa · 10^-decimals exactly, or the nearest double
/// where that has more digits than fit.
struct NumberText {
  enum class Kind : std::uint8_t { none, decimal, floating };
  Kind kind = Kind::none;
  int decimals = 0;           // 0 to kMostDecimals
  std::int64_t mantissa = 0;  // any int64 but the least where decimals is 0, else within ±2^53
  double value = 0;           // of kind floating
};

/// Beyond 10^22 a power of ten is no double, and a division by it no longer rounds once.
inline constexpr int kMostDecimals = 22;
inline constexpr std::int64_t kExactDouble = std::int64_t{1} << 53;

/// Reads [+-]digits[.digits][(e|E)[+-]digits][%], with a currency sign `$` before and blanks behind
/// allowed; anything else is no number.
NumberText parse_number(std::string_view text);

namespace number_text_tables {
struct alignas(64) Alignments {
  // Row (digits, dot): a shuffle that moves the digits before and behind the dot to the right end.
  unsigned char shuffle[17][17][16];
};
extern const Alignments alignments;
}  // namespace number_text_tables

/// The common case of parse_number: at most 16 characters, no exponent, no blanks. False: ask
/// parse_number. 16 bytes from `text` on must be readable.
inline bool parse_plain_number(const char* text, std::size_t size, std::int64_t& mantissa,
                               int& decimals) {
  const bool negative = *text == '-';
  text += negative;
  size -= negative;
  if (size - 1 >= 16) return false;  // also size 0
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
  const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
  const __m128i is_dot = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('.'));
  const std::uint32_t inside = (1U << size) - 1U;
  const std::uint32_t digits = static_cast<std::uint32_t>(_mm_movemask_epi8(is_digit)) & inside;
  const std::uint32_t dots = static_cast<std::uint32_t>(_mm_movemask_epi8(is_dot)) & inside;
  if ((digits | dots) != inside || (dots & (dots - 1)) != 0 || digits == 0) return false;
  const auto count = static_cast<unsigned>(std::popcount(digits));
  const auto dot = dots != 0 ? static_cast<unsigned>(std::countr_zero(dots)) : count;
  decimals = static_cast<int>(count - dot);
  const __m128i order = _mm_load_si128(
      reinterpret_cast<const __m128i*>(number_text_tables::alignments.shuffle[count][dot]));
  const __m128i aligned = _mm_shuffle_epi8(values, order);
  const __m128i pairs = _mm_maddubs_epi16(
      aligned, _mm_setr_epi8(10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1));
  const __m128i fours = _mm_madd_epi16(pairs, _mm_setr_epi16(100, 1, 100, 1, 100, 1, 100, 1));
  const __m128i packed = _mm_packus_epi32(fours, fours);
  const __m128i eights =
      _mm_madd_epi16(packed, _mm_setr_epi16(10000, 1, 10000, 1, 10000, 1, 10000, 1));
  const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
  const std::int64_t magnitude = static_cast<std::int64_t>(both & 0xFFFFFFFFU) * 100'000'000 +
                                 static_cast<std::int64_t>(both >> 32U);
  mantissa = negative ? -magnitude : magnitude;
  return decimals == 0 || magnitude <= kExactDouble;
}

}  // namespace neve::ingest

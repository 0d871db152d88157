#include "frame/bit_packing.hpp"

#include <immintrin.h>

#include <array>
#include <utility>

namespace neve::frame {
namespace {

// With the width known to the compiler, every place, shift and shuffle within a group is a
// constant.

// The widest number that, wherever its bits begin in a byte, lies within four bytes.
constexpr int kVectorWidth = 25;
// Of so narrow numbers eight fit into 64 bits, or four.
constexpr int kEightInWord = 8;
constexpr int kFourInWord = 16;

__m128i load_word(const std::byte* at) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(at));
}
__m128i load_two_words(const std::byte* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

// Where the numbers of a group are in the register that load_group() makes.
template <int Width>
struct GroupPlaces {
  alignas(32) std::array<std::uint8_t, 32> bytes{};  // that the four of each number come from
  alignas(32) std::array<std::int32_t, 8> shifts{};  // to its first bit from there

  constexpr GroupPlaces() {
    for (int i = 0; i < 8; ++i) {
      const int half_bit = Width <= kEightInWord ? 0 : 4 * Width / 8 * 8;
      const int bit = i * Width - (i < 4 ? 0 : half_bit);
      const auto number = static_cast<std::size_t>(i);
      shifts[number] = bit % 8;
      for (int k = 0; k < 4; ++k) {
        const bool is_needed = k * 8 < bit % 8 + Width;
        bytes[number * 4 + static_cast<std::size_t>(k)] =
            static_cast<std::uint8_t>(is_needed ? bit / 8 + k : 0x80);
      }
    }
  }
};

// The bytes of numbers 0 to 3 in the lower half and of 4 to 7 in the upper one; reads no further
// than kPackedSlack behind the group.
template <int Width>
__m256i load_group(const std::byte* packed) {
  if constexpr (Width <= kEightInWord) {
    return _mm256_broadcastq_epi64(load_word(packed));
  } else if constexpr (Width <= kFourInWord) {
    return _mm256_set_m128i(load_word(packed + Width / 2), load_word(packed));
  } else {
    return _mm256_set_m128i(load_two_words(packed + Width / 2), load_two_words(packed));
  }
}

void store_eight(__m256i values, std::int32_t* out) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), values);
}
void store_eight(__m256i values, std::uint64_t* out) {
  auto* const to = reinterpret_cast<__m256i*>(out);
  _mm256_storeu_si256(to, _mm256_cvtepu32_epi64(_mm256_castsi256_si128(values)));
  _mm256_storeu_si256(to + 1, _mm256_cvtepu32_epi64(_mm256_extracti128_si256(values, 1)));
}

template <int Width, class T>
void unpack_vectors(const std::byte* packed, std::int64_t groups, T* out) {
  static constexpr GroupPlaces<Width> kPlaces;
  const auto load = [](const auto& array) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(array.data()));
  };
  const __m256i bytes = load(kPlaces.bytes);
  const __m256i shifts = load(kPlaces.shifts);
  const __m256i mask = _mm256_set1_epi32(static_cast<int>(largest_of_width(Width)));
  for (std::int64_t group = 0; group < groups; ++group) {
    const __m256i words = _mm256_shuffle_epi8(load_group<Width>(packed), bytes);
    store_eight(_mm256_and_si256(_mm256_srlv_epi32(words, shifts), mask), out);
    packed += Width;
    out += 8;
  }
}

template <int Width, class T>
void unpack_fixed(const std::byte* packed, std::int64_t groups, T* out) {
  if constexpr (Width > 0 && Width <= kVectorWidth) {
    unpack_vectors<Width>(packed, groups, out);
    return;
  }
  constexpr std::uint64_t kMask = largest_of_width(Width);
  for (std::int64_t group = 0; group < groups; ++group) {
    for (int i = 0; i < 8; ++i) {
      std::uint64_t word = 0;
      std::memcpy(&word, packed + i * Width / 8, sizeof word);
      out[i] = static_cast<T>((word >> (i * Width % 8)) & kMask);
    }
    packed += Width;
    out += 8;
  }
}

template <class T>
using Unpack = void (*)(const std::byte*, std::int64_t, T*);

template <class T, int... Widths>
constexpr std::array<Unpack<T>, sizeof...(Widths)> unpack_table(
    std::integer_sequence<int, Widths...>) {
  return {&unpack_fixed<Widths, T>...};
}

__m256i load_eight(const std::int32_t* values) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values));
}
__m256i load_eight(const std::uint64_t* values) {
  const auto* const from = reinterpret_cast<const __m256i*>(values);
  const __m256 low = _mm256_castsi256_ps(_mm256_loadu_si256(from));
  const __m256 high = _mm256_castsi256_ps(_mm256_loadu_si256(from + 1));
  const __m256i mixed = _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0x88));
  return _mm256_permute4x64_epi64(mixed, 0xD8);
}

// Writes up to kPackedSlack bytes of zeros behind the group.
template <int Width>
void store_group(std::uint64_t low, std::uint64_t high, std::byte* packed) {
  constexpr int kHalf = 4 * Width;
  if constexpr (Width <= kEightInWord) {
    low |= high << kHalf;
  } else if constexpr (kHalf % 8 == 0) {
    std::memcpy(packed + kHalf / 8, &high, sizeof high);
    if constexpr (kHalf < 64) low |= high << kHalf;
  } else {
    low |= high << kHalf;
    high >>= 64 - kHalf;
    std::memcpy(packed + 8, &high, sizeof high);
  }
  std::memcpy(packed, &low, sizeof low);
}

// Neighbours move together in twos, then in fours.
template <int Width, class T>
void pack_vectors(const T* values, std::int64_t groups, std::byte* packed) {
  const __m256i two = _mm256_set1_epi64x(static_cast<long long>(largest_of_width(2 * Width)));
  for (std::int64_t group = 0; group < groups; ++group) {
    const __m256i eight = load_eight(values);
    const __m256i twos =
        _mm256_and_si256(_mm256_or_si256(eight, _mm256_srli_epi64(eight, 32 - Width)), two);
    const __m256i fours =
        _mm256_or_si256(twos, _mm256_slli_epi64(_mm256_unpackhi_epi64(twos, twos), 2 * Width));
    store_group<Width>(static_cast<std::uint64_t>(_mm256_extract_epi64(fours, 0)),
                       static_cast<std::uint64_t>(_mm256_extract_epi64(fours, 2)), packed);
    packed += Width;
    values += 8;
  }
}

// Value i of a group, to its bits of the group's words.
template <int Width, int I>
void put_value(std::uint64_t value, std::uint64_t* words) {
  constexpr int kWord = I * Width / 64;
  constexpr int kShift = I * Width % 64;
  words[kWord] |= value << kShift;
  if constexpr (kShift + Width > 64) words[kWord + 1] |= value >> (64 - kShift);
}

template <int Width, class T, int... I>
void put_values(const T* values, std::uint64_t* words,
                std::integer_sequence<int, I...> /*places*/) {
  (put_value<Width, I>(static_cast<std::uint64_t>(values[I]), words), ...);
}

// Numbers beyond kFourInWord, of up to kNarrowWidth: neighbours move together in twos.
template <int Width, class T>
void pack_twos(const T* values, std::int64_t groups, std::byte* packed) {
  const __m256i low = _mm256_set1_epi64x(0xFFFFFFFF);
  for (std::int64_t group = 0; group < groups; ++group) {
    const __m256i eight = load_eight(values);
    const __m256i odd = _mm256_slli_epi64(_mm256_srli_epi64(eight, 32), Width);
    alignas(32) std::array<std::uint64_t, 4> twos;
    _mm256_store_si256(reinterpret_cast<__m256i*>(twos.data()),
                       _mm256_or_si256(_mm256_and_si256(eight, low), odd));
    std::array<std::uint64_t, (Width + 7) / 8 + 1> words{};
    put_values<2 * Width>(twos.data(), words.data(), std::make_integer_sequence<int, 4>{});
    std::memcpy(packed, words.data(), Width);
    packed += Width;
    values += 8;
  }
}

template <int Width, class T>
void pack_fixed(const T* values, std::int64_t groups, std::byte* packed) {
  if constexpr (Width > 0 && Width <= kFourInWord) {
    pack_vectors<Width>(values, groups, packed);
    return;
  }
  if constexpr (Width > kFourInWord && Width <= kNarrowWidth) {
    pack_twos<Width>(values, groups, packed);
    return;
  }
  for (std::int64_t group = 0; group < groups; ++group) {
    std::array<std::uint64_t, (Width + 7) / 8 + 1> words{};
    put_values<Width>(values, words.data(), std::make_integer_sequence<int, 8>{});
    std::memcpy(packed, words.data(), Width);
    packed += Width;
    values += 8;
  }
}

template <class T>
using Pack = void (*)(const T*, std::int64_t, std::byte*);

template <class T, int... Widths>
constexpr std::array<Pack<T>, sizeof...(Widths)> pack_table(std::integer_sequence<int, Widths...>) {
  return {&pack_fixed<Widths, T>...};
}

}  // namespace

void pack_groups(const std::int32_t* values, int width, std::int64_t groups, std::byte* packed) {
  static constexpr auto kByWidth =
      pack_table<std::int32_t>(std::make_integer_sequence<int, kNarrowWidth + 1>{});
  kByWidth[static_cast<std::size_t>(width)](values, groups, packed);
}

void pack_groups(const std::uint64_t* values, int width, std::int64_t groups, std::byte* packed) {
  static constexpr auto kByWidth = pack_table<std::uint64_t>(std::make_integer_sequence<int, 58>{});
  if (width == 64) {
    std::memcpy(packed, values, static_cast<std::size_t>(groups) * 64);
  } else {
    kByWidth[static_cast<std::size_t>(width)](values, groups, packed);
  }
}

void unpack_groups(const std::byte* packed, int width, std::int64_t groups, std::int32_t* out) {
  static constexpr auto kByWidth =
      unpack_table<std::int32_t>(std::make_integer_sequence<int, kNarrowWidth + 1>{});
  kByWidth[static_cast<std::size_t>(width)](packed, groups, out);
}

void unpack_groups(const std::byte* packed, int width, std::int64_t groups, std::uint64_t* out) {
  static constexpr auto kByWidth =
      unpack_table<std::uint64_t>(std::make_integer_sequence<int, 58>{});
  if (width == 64) {
    std::memcpy(out, packed, static_cast<std::size_t>(groups) * 64);
  } else {
    kByWidth[static_cast<std::size_t>(width)](packed, groups, out);
  }
}

}  // namespace neve::frame

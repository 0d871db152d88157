#include "frame/bit_packing.hpp"

#include <array>
#include <utility>

namespace neve::frame {
namespace {

// With the width known to the compiler, every place and shift within a group is a constant.
template <int Width, class T>
void unpack_fixed(const std::byte* packed, std::int64_t groups, T* out) {
  constexpr std::uint64_t kMask = largest_of_width(Width);
  for (std::int64_t group = 0; group < groups; ++group) {
    if constexpr (Width <= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, packed, sizeof word);
      for (int i = 0; i < 8; ++i) out[i] = static_cast<T>((word >> (i * Width)) & kMask);
    } else {
      for (int i = 0; i < 8; ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, packed + i * Width / 8, sizeof word);
        out[i] = static_cast<T>((word >> (i * Width % 8)) & kMask);
      }
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

// Value i of a group, to its bits of the group's words.
template <int Width, int I>
void put_value(std::uint64_t value, std::uint64_t* words) {
  constexpr int kWord = I * Width / 64;
  constexpr int kShift = I * Width % 64;
  words[kWord] |= value << kShift;
  if constexpr (kShift + Width > 64) words[kWord + 1] |= value >> (64 - kShift);
}

template <int Width, class T, int... I>
void put_values(const T* values, std::uint64_t* words, std::integer_sequence<int, I...> /*eight*/) {
  (put_value<Width, I>(static_cast<std::uint64_t>(values[I]), words), ...);
}

template <int Width, class T>
void pack_fixed(const T* values, std::int64_t groups, std::byte* packed) {
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

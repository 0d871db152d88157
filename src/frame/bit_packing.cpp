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

}  // namespace

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

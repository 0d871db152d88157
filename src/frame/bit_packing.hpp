#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

/// Unsigned numbers of 0 to 57, or 64, bits each, least significant bit first. Eight neighbours
/// take `width` whole bytes, so every group of eight rows starts at a byte.
namespace neve::frame {

inline constexpr std::int64_t kPackedGroup = 8;
/// Readers load eight bytes at once, so as many zero bytes follow the last group.
inline constexpr std::size_t kPackedSlack = 8;
/// The widest numbers that come out as 32-bit integers.
inline constexpr int kNarrowWidth = 31;

/// The width that holds `largest`, of the widths that exist.
constexpr int width_for(std::uint64_t largest) {
  const int width = static_cast<int>(std::bit_width(largest));
  return width > 57 ? 64 : width;
}
constexpr bool is_packed_width(int width) { return (width >= 0 && width <= 57) || width == 64; }

constexpr std::uint64_t largest_of_width(int width) {
  return width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

constexpr std::size_t packed_bytes(std::int64_t rows, int width) {
  const auto groups = static_cast<std::size_t>((rows + kPackedGroup - 1) / kPackedGroup);
  return groups * static_cast<std::size_t>(width) + kPackedSlack;
}

/// Whole groups of numbers that have no bits above `width`: of up to kNarrowWidth, and of any.
/// Groups are written in their order: kPackedSlack bytes behind the last may become zero.
void pack_groups(const std::int32_t* values, int width, std::int64_t groups, std::byte* packed);
void pack_groups(const std::uint64_t* values, int width, std::int64_t groups, std::byte* packed);

/// Writes value_of(row) for rows [0, rows), in this order, into zeroed bytes.
template <class ValueOf>
void pack(std::int64_t rows, int width, std::span<std::byte> out, ValueOf value_of) {
  constexpr std::int64_t kBlock = 256;
  alignas(64) std::uint64_t block[kBlock];
  for (std::int64_t begin = 0; begin < rows; begin += kBlock) {
    const std::int64_t here = rows - begin < kBlock ? rows - begin : kBlock;
    for (std::int64_t i = 0; i < here; ++i) block[i] = value_of(begin + i);
    const std::int64_t groups = (here + kPackedGroup - 1) / kPackedGroup;
    for (std::int64_t i = here; i < groups * kPackedGroup; ++i) block[i] = 0;
    pack_groups(block, width, groups, out.data() + begin / kPackedGroup * width);
  }
}

/// One number.
inline std::uint64_t packed_at(std::span<const std::byte> packed, int width, std::int64_t row) {
  const auto bit = static_cast<std::uint64_t>(row) * static_cast<std::uint64_t>(width);
  std::uint64_t word = 0;
  std::memcpy(&word, packed.data() + bit / 8, sizeof word);
  return (word >> (bit % 8)) & largest_of_width(width);
}

/// Whole groups, from the start of the first: numbers of up to kNarrowWidth bits, and of any width.
void unpack_groups(const std::byte* packed, int width, std::int64_t groups, std::int32_t* out);
void unpack_groups(const std::byte* packed, int width, std::int64_t groups, std::uint64_t* out);

/// Unpacks rows [begin, begin + count) by blocks and hands each to take(offset, span<const T>),
/// with the block's place after `begin`. T is std::int32_t (widths to kNarrowWidth) or
/// std::uint64_t.
template <class T, class Take>
void for_unpacked(std::span<const std::byte> packed, int width, std::int64_t begin,
                  std::size_t count, Take take) {
  constexpr std::size_t kBlock = 256;
  alignas(64) T block[kBlock + kPackedGroup];
  for (std::size_t done = 0; done < count;) {
    const std::int64_t row = begin + static_cast<std::int64_t>(done);
    const auto skip = static_cast<std::size_t>(row % kPackedGroup);
    const std::size_t here = count - done < kBlock ? count - done : kBlock;
    const auto groups = static_cast<std::int64_t>((skip + here + kPackedGroup - 1) / kPackedGroup);
    unpack_groups(packed.data() + row / kPackedGroup * width, width, groups, block);
    take(done, std::span<const T>(block + skip, here));
    done += here;
  }
}

/// Hands all rows to take() as above, but for those of no width, which are all 0: a foreign chunk
/// may claim any number of these without having a byte for them.
template <class T, class Take>
void for_all_unpacked(std::span<const std::byte> packed, int width, std::int64_t rows, Take take) {
  if (width != 0) for_unpacked<T>(packed, width, 0, static_cast<std::size_t>(rows), take);
}

}  // namespace neve::frame

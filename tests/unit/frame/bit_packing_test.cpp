#include "frame/bit_packing.hpp"

#include <gtest/gtest.h>

#include <vector>

#include <neve/base/rng.hpp>

namespace {

using namespace neve;
using namespace neve::frame;

/// Numbers of up to `width` bits, the largest and the smallest among them.
std::vector<std::uint64_t> numbers(int width, std::size_t count) {
  const CounterRng random(static_cast<std::uint64_t>(width) + 1);
  std::vector<std::uint64_t> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = random.bits(i) & largest_of_width(width);
  all[0] = largest_of_width(width);
  all[count - 1] = largest_of_width(width);
  all[count / 2] = 0;
  return all;
}

// One bit after the other, as the format is defined.
std::vector<std::byte> packed_bit_by_bit(const std::vector<std::uint64_t>& values, int width) {
  std::vector<std::byte> bytes(packed_bytes(static_cast<std::int64_t>(values.size()), width));
  std::size_t at = 0;
  for (const std::uint64_t value : values) {
    for (int bit = 0; bit < width; ++bit, ++at) {
      if ((value >> bit & 1U) != 0) bytes[at / 8] |= std::byte{1} << static_cast<int>(at % 8);
    }
  }
  return bytes;
}

TEST(BitPacking, WritesAndReadsEveryWidthAsDefined) {
  for (int width = 1; width <= 64; ++width) {
    if (!is_packed_width(width)) continue;
    for (const std::size_t count : {1U, 8U, 255U, 256U, 777U}) {
      const std::vector<std::uint64_t> values = numbers(width, count);
      const std::vector<std::byte> expected = packed_bit_by_bit(values, width);
      std::vector<std::byte> bytes(expected.size());
      pack(static_cast<std::int64_t>(count), width, bytes,
           [&](std::int64_t row) { return values[static_cast<std::size_t>(row)]; });
      ASSERT_EQ(bytes, expected) << width << " bits, " << count;
      for (const std::size_t begin : {std::size_t{0}, count / 3}) {
        std::vector<std::uint64_t> read(count);
        const auto take = [&](std::size_t offset, const auto& block) {
          for (std::size_t i = 0; i < block.size(); ++i) {
            read[begin + offset + i] = static_cast<std::uint64_t>(block[i]);
          }
        };
        const auto from = static_cast<std::int64_t>(begin);
        for_unpacked<std::uint64_t>(bytes, width, from, count - begin, take);
        const std::vector<std::uint64_t> wide =
            std::exchange(read, std::vector<std::uint64_t>(count));
        ASSERT_TRUE(std::equal(wide.begin() + from, wide.end(), values.begin() + from)) << width;
        if (width > kNarrowWidth) continue;
        for_unpacked<std::int32_t>(bytes, width, from, count - begin, take);
        ASSERT_EQ(read, wide) << width << " bits, " << count;
      }
    }
  }
}

TEST(BitPacking, PacksNarrowNumbersAsWideOnes) {
  for (int width = 1; width <= kNarrowWidth; ++width) {
    const std::vector<std::uint64_t> values = numbers(width, 256);
    const std::vector<std::int32_t> narrow(values.begin(), values.end());
    std::vector<std::byte> bytes(packed_bytes(256, width));
    pack_groups(narrow.data(), width, 256 / kPackedGroup, bytes.data());
    EXPECT_EQ(bytes, packed_bit_by_bit(values, width)) << width;
  }
}

}  // namespace

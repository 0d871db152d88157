#include "munge/key_records.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <neve/base/rng.hpp>

namespace neve::munge {
namespace {

/// Records of one word below 2^bits, many of them alike, with rows that fall.
KeyRecords draw(std::size_t rows, int bits, std::uint64_t offset) {
  const CounterRng rng(static_cast<std::uint64_t>(bits), 5);
  KeyRecords records(KeyShape{.text_behind = {-1}, .text_falling = {}});
  const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t n = i % 3 == 0 ? i / 6 : i;
    const auto high = static_cast<std::uint64_t>(rng.uniform(2 * n) * 0x1p32);
    const auto low = static_cast<std::uint64_t>(rng.uniform(2 * n + 1) * 0x1p32);
    records.words.push_back(offset + ((high << 32U | low) & mask));
    records.rows.push_back(static_cast<std::int64_t>(rows - i));
  }
  return records;
}

TEST(KeyRecords, AreSortedStablyWhateverTheirBits) {
  const KeyShape shape{.text_behind = {-1}, .text_falling = {}};
  for (const std::size_t rows : {0U, 1U, 2U, 100U, 511U, 512U, 5000U, 70'000U}) {
    for (const int bits : {0, 1, 11, 12, 20, 23, 33, 47, 50, 52, 63, 64}) {
      const KeyRecords records = draw(rows, bits, bits > 60 ? 0 : 1000);
      std::vector<std::size_t> order(rows);
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::ranges::stable_sort(order, {}, [&](std::size_t i) { return records.words[i]; });
      const KeyRecords sorted = sorted_records(shape, records);
      ASSERT_EQ(sorted.size(), rows);
      ASSERT_EQ(sorted.words.size(), rows);
      for (std::size_t i = 0; i < rows; ++i) {
        ASSERT_EQ(sorted.words[i], records.words[order[i]]) << rows << " rows, " << bits;
        ASSERT_EQ(sorted.rows[i], records.rows[order[i]]) << rows << " rows, " << bits;
      }
    }
  }
}

}  // namespace
}  // namespace neve::munge

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/targetencoder/block_rows.hpp"
#include "algos/targetencoder/places.hpp"

namespace {

using namespace neve;
using namespace neve::algos::targetencoder;

/// Groups whose keys fit a table with some variants, with none, and not at all.
TEST(TargetEncoderPlaces, NumberPairsInTheOrderInWhichTheyCome) {
  const std::vector<std::vector<std::int32_t>> groups{{5}, {300, 300}, {40'000, 40'000}};
  for (const auto& levels : groups) {
    const Group group = group_of(std::vector<std::int32_t>(levels.size()), levels);
    Places places(group);
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> expected;
    const CounterRng random(1, levels.size());
    const std::uint64_t keys = group.keys();
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      const auto draw = static_cast<std::uint64_t>(random.uniform(3 * i) * 60);
      const std::uint64_t key = draw == 0   ? Group::kUnseen
                                : draw < 30 ? keys - draw % keys - 1
                                            : draw % keys;
      // Few numbers, and some that are beyond any table.
      auto variant = static_cast<std::uint64_t>(random.uniform(3 * i + 1) * 8);
      if (random.uniform(3 * i + 2) < 0.1) variant += std::uint64_t{1} << 40U;
      const std::size_t place = expected.try_emplace({key, variant}, expected.size()).first->second;
      ASSERT_EQ(places.of(key, variant), place) << levels.size() << " " << key << " " << variant;
      ASSERT_EQ(places.size(), expected.size());
    }
  }
}

TEST(TargetEncoderPlaces, NumberingKeepsTheNumbersOfEarlierBlocks) {
  Numbering numbering;
  std::vector<std::uint64_t> numbers(5);
  numbering.of(std::vector<std::int64_t>{7, 7, -1, 7, 9}, numbers);
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{0, 0, 1, 0, 2}));
  numbering.of(std::vector<std::int64_t>{9, 4}, numbers);
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{2, 3, 1, 0, 2}));
}

}  // namespace

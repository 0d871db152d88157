#include <neve/base/radix_sort.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <neve/base/rng.hpp>

namespace {

using namespace neve;

struct Row {
  double value = 0;
  std::size_t number = 0;
};

/// Values that are even, the same, few, clustered at very unlike sizes, or in order already.
double value_at(int kind, std::uint64_t i) {
  const CounterRng random(17, static_cast<std::uint64_t>(kind));
  const double u = random.uniform(i);
  switch (kind) {
    case 0:
      return u - 0.5;
    case 1:
      return 3;
    case 2:
      return std::floor(5 * u);
    case 3:
      return std::ldexp(u - 0.5, static_cast<int>(random.below(2 * i + 1, 2'000)) - 1'000);
    case 4:
      return i % 1'000 == 7 ? 1e300 : 1 + u * 1e-12;
    case 5:
      return i % 3 == 0 ? -std::numeric_limits<double>::infinity() : -static_cast<double>(i);
    default:
      return static_cast<double>(i);
  }
}

TEST(RadixSort, IsAStableSortOfWhateverValues) {
  for (int kind = 0; kind < 7; ++kind) {
    for (const std::size_t size : {0U, 1U, 2U, 24U, 25U, 300U, 5'000U, 70'000U}) {
      std::vector<Row> rows;
      for (std::size_t i = 0; i < size; ++i) rows.push_back({value_at(kind, i), i});
      std::vector<Row> expected = rows;
      std::ranges::stable_sort(expected, {}, &Row::value);
      radix_sort(std::span(rows), [](const Row& row) { return order_key(row.value); });
      for (std::size_t i = 0; i < size; ++i)
        ASSERT_EQ(rows[i].number, expected[i].number) << kind << " " << size << " " << i;
    }
  }
}

TEST(OrderKey, OrdersLikeTheNumbers) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> ascending = {-inf,   -1e300, -2, -1,    -1e-310, 0,
                                         1e-310, 1,      2,  1e300, inf};
  for (std::size_t i = 1; i < ascending.size(); ++i)
    EXPECT_LT(order_key(ascending[i - 1]), order_key(ascending[i])) << i;
  EXPECT_EQ(order_key(-0.0), order_key(0.0));
}

}  // namespace

#include "munge/tuple_numbers.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include <neve/base/radix_sort.hpp>
#include <neve/base/rng.hpp>

namespace neve::munge {
namespace {

using Columns = std::vector<std::vector<double>>;
constexpr std::uint64_t kFirst = 0;
constexpr std::uint64_t kLast = ~std::uint64_t{0};

/// The same by a sorted map.
void check(const Columns& columns, std::size_t rows, std::uint64_t missing) {
  std::vector<std::vector<std::uint64_t>> tuples(rows);
  std::map<std::vector<std::uint64_t>, std::uint32_t> expected;
  for (std::size_t row = 0; row < rows; ++row) {
    for (const auto& column : columns) {
      tuples[row].push_back(std::isnan(column[row]) ? missing : order_key(column[row]));
    }
    expected.emplace(tuples[row], 0);
  }
  std::uint32_t next = 0;
  std::vector<std::uint64_t> keys;
  for (auto& [tuple, id] : expected) {
    id = next++;
    keys.insert(keys.end(), tuple.begin(), tuple.end());
  }
  const NumberedTuples found = number_tuples(columns, rows, missing);
  EXPECT_EQ(found.count, expected.size());
  EXPECT_EQ(found.tuples, keys);
  ASSERT_EQ(found.ids.size(), rows);
  for (std::size_t row = 0; row < rows; ++row) {
    ASSERT_EQ(found.ids[row], expected.at(tuples[row])) << "row " << row;
  }
}

enum class Law { few, codes, spread, wide, fractions, times, extremes, missing };

std::vector<double> draw(Law law, std::size_t rows, std::uint64_t seed) {
  const CounterRng rng(seed, 1);
  std::vector<double> values(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const double u = rng.uniform(i);
    switch (law) {
      case Law::few:
        values[i] = std::floor(5 * u) - 2;
        break;
      case Law::codes:
        values[i] = std::floor(70'000 * u);
        break;
      case Law::spread:
        values[i] = std::floor(2e9 * u) - 1e9;
        break;
      case Law::wide:
        values[i] = std::floor(0x1p52 * u);
        break;
      case Law::fractions:
        values[i] = std::floor(1000 * u) / 8;
        break;
      case Law::times:
        values[i] = 1.6e12 + std::floor(1e6 * u) * 86'400'000;
        break;
      case Law::extremes: {
        const double some[] = {0.0,
                               -0.0,
                               0x1p63,
                               -0x1p63,
                               0x1p52,
                               -0x1p52 - 1,
                               1e300,
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::denorm_min()};
        values[i] = some[static_cast<std::size_t>(u * 10)];
        break;
      }
      case Law::missing:
        values[i] = std::numeric_limits<double>::quiet_NaN();
        break;
    }
    if (rng.uniform(rows + i) < 0.1) values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return values;
}

constexpr Law kLaws[] = {Law::few,       Law::codes, Law::spread,   Law::wide,
                         Law::fractions, Law::times, Law::extremes, Law::missing};

TEST(TupleNumbers, OneKey) {
  for (const Law law : kLaws) {
    for (const std::size_t rows : {0U, 1U, 2U, 600U, 20'000U}) {
      check({draw(law, rows, 3)}, rows, kFirst);
      check({draw(law, rows, 4)}, rows, kLast);
    }
  }
}

TEST(TupleNumbers, PairsOfAllLaws) {
  for (const Law a : kLaws) {
    for (const Law b : kLaws) {
      check({draw(a, 3000, 5), draw(b, 3000, 6)}, 3000, a < b ? kFirst : kLast);
    }
  }
}

TEST(TupleNumbers, MoreKeysThanBitsOfAWord) {
  Columns columns;
  for (const Law law : kLaws) columns.push_back(draw(law, 5000, 7));
  for (const Law law : kLaws) columns.push_back(draw(law, 5000, 8));
  check(columns, 5000, kFirst);
  check(columns, 5000, kLast);
}

TEST(TupleNumbers, WithoutKeysAllRowsAreAlike) {
  check({}, 7, kFirst);
  check({}, 0, kFirst);
}

}  // namespace
}  // namespace neve::munge

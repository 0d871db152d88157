#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/linalg/float_products.hpp>

namespace {

using namespace neve;

std::vector<float> random_floats(std::size_t count, std::uint64_t seed) {
  const CounterRng random(seed);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(random.uniform(i) - 0.5);
  return values;
}

std::ptrdiff_t stride(std::size_t count) { return static_cast<std::ptrdiff_t>(count); }

TEST(AddProduct, IsTheChainOfFusedMultiplyAddsForAnySize) {
  for (const std::size_t rows : {1U, 2U, 5U, 7U, 16U, 25U}) {
    for (const std::size_t columns : {1U, 3U, 8U, 17U, 47U, 64U, 200U}) {
      for (const std::size_t steps : {0U, 1U, 33U}) {
        const auto a = random_floats(rows * steps, 1);
        const auto b = random_floats(steps * columns, 2);
        const auto start = random_floats(rows * columns, 3);
        std::vector<float> c = start;
        linalg::add_product({a.data(), stride(steps), 1, b.data(), stride(columns), c.data(),
                             stride(columns), rows, steps, columns});
        for (std::size_t i = 0; i < rows; ++i) {
          for (std::size_t j = 0; j < columns; ++j) {
            float sum = start[i * columns + j];
            for (std::size_t k = 0; k < steps; ++k)
              sum = std::fma(a[i * steps + k], b[k * columns + j], sum);
            ASSERT_EQ(c[i * columns + j], sum) << rows << " " << columns << " " << steps;
          }
        }
      }
    }
  }
}

TEST(AddProduct, TakesATransposedFactorAndPartsOfLargerMatrices) {
  constexpr std::size_t kRows = 13;
  constexpr std::size_t kSteps = 9;
  constexpr std::size_t kColumns = 21;
  constexpr std::size_t kWide = 30;
  const auto a = random_floats(kSteps * kRows, 1);  // a row for each step
  const auto b = random_floats(kSteps * kWide, 2);
  std::vector<float> c(kRows * kWide, 7);
  linalg::add_product({a.data(), 1, stride(kRows), b.data() + 4, stride(kWide), c.data() + 2,
                       stride(kWide), kRows, kSteps, kColumns});
  for (std::size_t i = 0; i < kRows; ++i) {
    for (std::size_t j = 0; j < kWide; ++j) {
      float sum = 7;
      for (std::size_t k = 0; k < kSteps && j >= 2 && j < kColumns + 2; ++k)
        sum = std::fma(a[k * kRows + i], b[k * kWide + j + 2], sum);
      EXPECT_EQ(c[i * kWide + j], sum);
    }
  }
}

}  // namespace

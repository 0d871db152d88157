#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <thread>

#include <neve/base/rng.hpp>
#include <neve/linalg/symmetric.hpp>

namespace {

using namespace neve;
using linalg::Cholesky;
using linalg::Symmetric;

std::vector<double> random_rows(std::size_t rows, std::size_t columns) {
  const CounterRng random(11);
  std::vector<double> values(rows * columns);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = random.uniform(i) - 0.5;
  return values;
}

Symmetric gram_of(std::span<const double> values, std::size_t rows, std::size_t columns) {
  Symmetric gram(columns);
  linalg::add_gram(values, rows, gram);
  return gram;
}

TEST(AddGram, EqualsTheDefinitionForAnySize) {
  for (const std::size_t columns : {1U, 3U, 15U, 16U, 40U, 130U}) {
    constexpr std::size_t kRows = 200;
    const auto values = random_rows(kRows, columns);
    const Symmetric gram = gram_of(values, kRows, columns);
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t i = j; i < columns; ++i) {
        double sum = 0;
        for (std::size_t r = 0; r < kRows; ++r) {
          sum += values[r * columns + i] * values[r * columns + j];
        }
        EXPECT_NEAR(gram.at(i, j), sum, 1e-12);
      }
    }
  }
}

/// How many results of threads that do the same again and again differ from `expected`.
int differing(const std::vector<double>& expected,
              const std::function<std::vector<double>()>& compute) {
  constexpr int kThreads = 4;
  constexpr int kTimes = 400;
  std::vector<int> wrong(kThreads, 0);
  std::vector<std::jthread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&count, &expected, &compute] {
      for (int i = 0; i < kTimes; ++i) count += compute() == expected ? 0 : 1;
    });
  }
  threads.clear();
  int all = 0;
  for (const int count : wrong) all += count;
  return all;
}

TEST(Threads, DoNotDisturbEachOther) {
  constexpr std::size_t kRows = 100;
  constexpr std::size_t kColumns = 50;
  const auto values = random_rows(kRows, kColumns);
  const auto copy = [](std::span<const double> of) {
    return std::vector<double>(of.begin(), of.end());
  };
  const auto sum = [&] { return copy(gram_of(values, kRows, kColumns).values()); };
  EXPECT_EQ(differing(sum(), sum), 0);
  const Symmetric gram = gram_of(values, kRows, kColumns);
  const std::vector<double> right(kColumns, 1.0);
  const auto solve = [&] { return Cholesky(gram).solve(right); };
  EXPECT_EQ(differing(solve(), solve), 0);
  const auto invert = [&] { return linalg::multiply(Cholesky(gram).inverse(), right); };
  EXPECT_EQ(differing(invert(), invert), 0);
  const auto decompose = [&] { return linalg::eigen(gram).vectors; };
  EXPECT_EQ(differing(decompose(), decompose), 0);
}

TEST(Cholesky, SolvesAndInvertsSmallAndLarge) {
  for (const std::size_t columns : {1U, 5U, 48U, 49U, 200U}) {
    const auto values = random_rows(500, columns);
    const Symmetric gram = gram_of(values, 500, columns);
    std::vector<double> wanted(columns);
    for (std::size_t i = 0; i < columns; ++i) wanted[i] = std::sin(static_cast<double>(i));
    const auto right = linalg::multiply(gram, wanted);
    const Cholesky factor(gram);
    ASSERT_EQ(factor.rank(), columns);
    const auto solution = factor.solve(right);
    for (std::size_t i = 0; i < columns; ++i) EXPECT_NEAR(solution[i], wanted[i], 1e-10);
    const Symmetric inverse = factor.inverse();
    std::vector<double> first(columns);
    for (std::size_t i = 0; i < columns; ++i) first[i] = gram.get(i, 0);
    const auto unit = linalg::multiply(inverse, first);
    for (std::size_t i = 0; i < columns; ++i) EXPECT_NEAR(unit[i], i == 0 ? 1.0 : 0.0, 1e-10);
  }
}

TEST(Cholesky, LeavesDependentColumnsOut) {
  for (const std::size_t columns : {6U, 90U}) {
    auto values = random_rows(300, columns);
    for (std::size_t r = 0; r < 300; ++r) {
      values[r * columns + 4] = 2 * values[r * columns] - values[r * columns + 1];
      values[r * columns + 5] = 0;
    }
    const Cholesky factor(gram_of(values, 300, columns));
    EXPECT_EQ(factor.rank(), columns - 2);
    const auto solution = factor.solve(std::vector<double>(columns, 1.0));
    EXPECT_EQ(solution[4], 0);
    EXPECT_EQ(solution[5], 0);
    EXPECT_NE(solution[3], 0);
    EXPECT_TRUE(std::isnan(factor.inverse().at(4, 4)));
    EXPECT_FALSE(std::isnan(factor.inverse().at(3, 3)));
  }
}

TEST(Cholesky, FindsAnyNumberOfDependentColumns) {
  constexpr std::size_t kColumns = 120;
  for (const std::size_t dependent : {1U, 8U, 9U, 30U}) {
    auto values = random_rows(300, kColumns);
    for (std::size_t r = 0; r < 300; ++r) {
      for (std::size_t d = 0; d < dependent; ++d) {
        values[r * kColumns + 60 + d] = values[r * kColumns + d] - values[r * kColumns + d + 1];
      }
    }
    const Symmetric gram = gram_of(values, 300, kColumns);
    EXPECT_FALSE(Cholesky::of_independent(gram).has_value());
    const Cholesky factor(gram);
    std::vector<std::size_t> kept;
    for (std::size_t j = 0; j < kColumns; ++j) {
      if (j < 60 || j >= 60 + dependent) kept.push_back(j);
    }
    EXPECT_EQ(factor.kept(), kept);
    // Consistent equations are still met.
    const auto right = linalg::multiply(gram, std::vector<double>(kColumns, 1.0));
    const auto met = linalg::multiply(gram, factor.solve(right));
    for (std::size_t i = 0; i < kColumns; ++i) EXPECT_NEAR(met[i], right[i], 1e-8);
  }
}

}  // namespace

#include "algos/families/linear/shared_sums.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>

namespace {

using namespace neve;
using namespace neve::algos::linear;

TEST(SharedSums, AreMadeOnceOfTheSame) {
  Budget budget(1 << 20);
  SharedResults shared(budget);
  const auto layout = std::make_shared<const frame::Layout>();
  const mr::Inputs rows{layout, {ColumnId(1), ColumnId(2)}};
  const mr::Inputs others{layout, {ColumnId(1), ColumnId(3)}};
  int made = 0;
  const auto get = [&](SharedResults* with, const char* name, const mr::Inputs& inputs, double of) {
    return shared_sums<std::vector<double>>(
        with, name, inputs,
        [&] {
          ++made;
          return std::vector<double>(100, of);
        },
        of);
  };
  EXPECT_EQ(get(&shared, "a", rows, 2), std::vector<double>(100, 2));
  EXPECT_EQ(get(&shared, "a", rows, 2), std::vector<double>(100, 2));
  EXPECT_EQ(made, 1);
  EXPECT_GE(budget.used(), 800);
  get(&shared, "b", rows, 2);
  get(&shared, "a", others, 2);
  EXPECT_EQ(get(&shared, "a", rows, 3), std::vector<double>(100, 3));
  EXPECT_EQ(made, 4);
  get(nullptr, "a", rows, 2);
  EXPECT_EQ(made, 5);
}

}  // namespace

#include "algos/families/trees/row_keys.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace neve::algos::trees {
namespace {

/// Doubles at, and next to, floats and halfway between them.
std::vector<double> values() {
  std::vector<double> made;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float at :
       {0.0F, std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::min(), 0.1F,
        1.0F, 1e10F, std::numeric_limits<float>::max()}) {
    const double next = std::nextafter(at, kInfinity);
    for (const double value : {double{at}, (at + next) / 2, std::nextafter(double{at}, 1e300),
                               std::nextafter(double{at}, -1e300)}) {
      made.push_back(value);
      made.push_back(-value);
    }
  }
  made.push_back(1e300);
  made.push_back(-1e300);
  made.push_back(std::numeric_limits<double>::infinity());
  made.push_back(-std::numeric_limits<double>::infinity());
  return made;
}

/// Key tests say of all doubles what comparing them with the threshold would, and of a missing
/// value where it is to go.
TEST(RowKeys, CompareAsTheValues) {
  std::vector<double> all = values();
  all.push_back(std::numeric_limits<double>::quiet_NaN());
  RowKeys keys;
  keys.reset(all.size(), 3);
  keys.set_numbers(1, all);
  for (const double value : values()) {
    const auto threshold = static_cast<float>(value);
    for (const bool missing_right : {false, true}) {
      const KeyTest test = key_test(threshold, missing_right);
      EXPECT_EQ(threshold_of(test), threshold);
      for (std::size_t i = 0; i < all.size(); ++i) {
        const std::uint32_t key = keys.row(i)[1] + (test.missing_left ? 1 : 0);
        const bool right =
            std::isnan(all[i]) ? missing_right : all[i] >= static_cast<double>(threshold);
        EXPECT_EQ(key >= test.least, right) << all[i] << " " << threshold;
      }
    }
  }
}

}  // namespace
}  // namespace neve::algos::trees

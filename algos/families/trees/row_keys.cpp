#include "algos/families/trees/row_keys.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace neve::algos::trees {
namespace {

constexpr std::uint32_t kSign = 0x80000000;

/// Negative ones have all bits turned, others the sign bit.
inline std::uint32_t key_in_order(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.0F);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

/// The key of the largest float <= value, so that comparing with a float gives what comparing
/// doubles would. Keys of floats that follow each other differ by one, but that the zeros have the
/// same.
inline std::uint32_t key_below(double value) {
  constexpr std::uint32_t kZero = kSign;
  const auto nearest = static_cast<float>(value);
  const std::uint32_t key = key_in_order(nearest);
  const std::uint32_t step = key == kZero ? 2 : 1;
  const std::uint32_t below = static_cast<double>(nearest) > value ? key - step : key;
  return std::isnan(value) ? kMissingKey : below;
}

}  // namespace

std::uint32_t key_of(float value) { return key_in_order(value); }

KeyTest key_test(float threshold, bool missing_right) {
  const bool missing_left = !missing_right;
  if (std::isnan(threshold)) return {kMissingKey, missing_left};
  return {key_of(threshold) + (missing_left ? 1 : 0), missing_left};
}

float threshold_of(const KeyTest& test) {
  if (test.least == kMissingKey) return std::numeric_limits<float>::quiet_NaN();
  const std::uint32_t key = test.least - (test.missing_left ? 1 : 0);
  return std::bit_cast<float>((key & kSign) != 0 ? key & ~kSign : ~key);
}

void RowKeys::reset(std::size_t rows, std::size_t columns) {
  rows_ = rows;
  columns_ = columns;
  keys_.resize(rows * columns);
}

/// First side by side, which is done in vectors.
void RowKeys::set_numbers(std::size_t column, std::span<const double> values) {
  constexpr std::size_t kAtOnce = 128;
  std::array<std::uint32_t, kAtOnce> made;
  for (std::size_t begin = 0; begin < values.size(); begin += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, values.size() - begin);
    for (std::size_t i = 0; i < count; ++i) made[i] = key_below(values[begin + i]);
    std::uint32_t* key = keys_.data() + begin * columns_ + column;
    for (std::size_t i = 0; i < count; ++i) key[i * columns_] = made[i];
  }
}

void RowKeys::set_codes(std::size_t column, std::span<const std::int32_t> codes,
                        std::int32_t levels) {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const bool known = codes[i] >= 0 && codes[i] < levels;
    keys_[i * columns_ + column] = static_cast<std::uint32_t>(known ? codes[i] : levels);
  }
}

}  // namespace neve::algos::trees

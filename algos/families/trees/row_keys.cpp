#include "algos/families/trees/row_keys.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace neve::algos::trees {
namespace {

constexpr std::uint32_t kSign = 0x80000000;

/// The largest float <= value, so that comparing with a float gives what comparing doubles would.
float round_down(double value) {
  const auto nearest = static_cast<float>(value);
  if (static_cast<double>(nearest) <= value) return nearest;
  return std::nextafterf(nearest, -std::numeric_limits<float>::infinity());
}

}  // namespace

/// Negative ones have all bits turned, others the sign bit.
std::uint32_t key_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.0F);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

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

void RowKeys::set_numbers(std::size_t column, std::span<const double> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    keys_[i * columns_ + column] =
        std::isnan(values[i]) ? kMissingKey : key_of(round_down(values[i]));
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

#include "series/packing.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace neve::series {
namespace {

constexpr std::int32_t kBits = 23;  ///< beside the sign

/// The nearest whole number of steps.
std::int32_t steps_of(float point, float step) {
  constexpr float kMost = (1 << kBits) - 1;
  return static_cast<std::int32_t>(std::clamp(std::nearbyint(point / step), -kMost, kMost));
}

}  // namespace

std::int8_t exponent_of(std::span<const float> points) {
  float largest = 0;
  for (const float x : points) largest = std::max(largest, std::fabs(x));
  if (largest == 0) return 0;
  const std::uint32_t biased = std::bit_cast<std::uint32_t>(largest) >> 23U;
  return static_cast<std::int8_t>(static_cast<std::int32_t>(biased) - 126);
}

float step_of(std::int8_t exponent) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(exponent - kBits + 127) << 23U);
}

void pack(std::span<const float> points, float step, std::uint8_t* out) {
  for (const float point : points) {
    const auto steps = static_cast<std::uint32_t>(steps_of(point, step));
    for (std::uint32_t byte = 0; byte < kPackedBytes; ++byte) {
      *out++ = static_cast<std::uint8_t>(steps >> (8 * byte));
    }
  }
}

void unpack(const std::uint8_t* packed, float step, std::span<float> out) {
  for (float& point : out) {
    // In the upper bytes, so that the shift brings the sign along.
    const std::uint32_t upper = std::uint32_t{packed[0]} << 8U | std::uint32_t{packed[1]} << 16U |
                                std::uint32_t{packed[2]} << 24U;
    point = static_cast<float>(static_cast<std::int32_t>(upper) >> 8) * step;
    packed += kPackedBytes;
  }
}

void round_as_packed(std::span<float> points) {
  const float step = step_of(exponent_of(points));
  for (float& point : points) point = static_cast<float>(steps_of(point, step)) * step;
}

}  // namespace neve::series

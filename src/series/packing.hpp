#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace neve::series {

/// Normalised series are packed: a point is a whole number of 24 bits, little-endian, times a step,
/// a power of two, of which the largest point of the series has 2^22 to 2^23. So the largest points
/// are about as exact as floats, and no other one is less so, in three quarters of the bytes.

/// Bytes of a point.
inline constexpr std::size_t kPackedBytes = 3;

/// The exponent of a series: its points are below 2^exponent in size, and one is not below half of
/// that; 0 where all are 0. Points are 0 or within 2^-100 and 2^100 in size.
std::int8_t exponent_of(std::span<const float> points);

/// The step of points of this exponent: 2^(exponent - 23).
float step_of(std::int8_t exponent);

/// Writes 3 bytes for each point, the nearest whole number of steps that has 24 bits.
void pack(std::span<const float> points, float step, std::uint8_t* out);
void unpack(const std::uint8_t* packed, float step, std::span<float> out);

/// Makes a series what packing leaves of it.
void round_as_packed(std::span<float> points);

}  // namespace neve::series

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace neve::frame {

/// Powers of ten up to this one are exact doubles.
inline constexpr int kLargestExponent = 22;
/// Integers up to this one are exact doubles.
inline constexpr std::int64_t kLargestMantissa = std::int64_t{1} << 53;

inline double power_of_ten(int exponent) {
  static constexpr std::array<double, kLargestExponent + 1> kPowers{
      1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  return kPowers[static_cast<std::size_t>(exponent)];
}

/// The double nearest to mantissa · 10^exponent10.
double nearest_double(std::int64_t mantissa, int exponent10);

/// Numbers as mantissa / 10^exponent; kMissingInt64 for NaN.
struct Decimals {
  int exponent = 0;
  std::vector<std::int64_t> mantissas;
};

/// The decimals of at most 15 digits that read as exactly these doubles (NaN is missing), with the
/// smallest exponent; nothing if there are none. Exponent 0 says that all are integers.
/// Costs little where the answer is no, as a few rows tell.
std::optional<Decimals> find_decimals(std::span<const double> values);

/// Drops the zeros that all mantissas end in, down to exponent 0. kMissingInt64 is left alone.
void drop_common_zeros(std::span<std::int64_t> mantissas, int& exponent);

}  // namespace neve::frame

#include "frame/decimal.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <system_error>

#include <neve/frame/chunk.hpp>

namespace neve::frame {
namespace {

// Below 2^51 a value times a power of ten is off by less than a quarter, so rounding finds the
// mantissa.
constexpr double kLargestFound = 0x1p51;
constexpr int kMostDecimals = 15;

bool is_decimal(double value, double power) {
  const double mantissa = std::nearbyint(value * power);
  return std::abs(mantissa) < kLargestFound && mantissa / power == value;
}

// The smallest exponent, from `exponent` on, that suits the value; kMostDecimals + 1 if none does.
int exponent_for(double value, int exponent) {
  while (exponent <= kMostDecimals && !is_decimal(value, power_of_ten(exponent))) ++exponent;
  return exponent;
}

// The same for all values of a block; NaN suits any.
int exponent_for(std::span<const double> block, int exponent) {
  for (const double value : block) {
    if (value == value) exponent = exponent_for(value, exponent);
    if (exponent > kMostDecimals) break;
  }
  return exponent;
}

// The mantissas of a block; whether all values suit, as NaN does.
bool read_mantissas(std::span<const double> block, double power, std::int64_t* mantissas) {
  int others = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const double value = block[i];
    const bool is_missing = value != value;
    const double mantissa = std::nearbyint(value * power);
    const bool suits = std::abs(mantissa) < kLargestFound && mantissa / power == value;
    others += static_cast<int>(!is_missing && !suits);
    // The bits behind 1.5 * 2^52 are those of a small integer; a conversion of 64 bits would not
    // be done by vectors.
    constexpr double kShifter = 0x1.8p52;
    const auto number =
        std::bit_cast<std::uint64_t>(mantissa + kShifter) - std::bit_cast<std::uint64_t>(kShifter);
    mantissas[i] = is_missing ? kMissingInt64 : static_cast<std::int64_t>(number);
  }
  return others == 0;
}

}  // namespace

double nearest_double(std::int64_t mantissa, int exponent10) {
  const bool is_exact = mantissa <= kLargestMantissa && mantissa >= -kLargestMantissa;
  if (is_exact && exponent10 <= 0 && exponent10 >= -kLargestExponent) {
    return static_cast<double>(mantissa) / power_of_ten(-exponent10);
  }
  if (mantissa == 0 || exponent10 == 0) return static_cast<double>(mantissa);
  // A mantissa has at most 19 digits, so outside of these the result is zero or infinite.
  const int exponent = std::clamp(exponent10, -400, 400);
  const std::string text = std::to_string(mantissa) + 'e' + std::to_string(exponent);
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc::result_out_of_range) return value;
  const double size = exponent > 0 ? std::numeric_limits<double>::infinity() : 0;
  return mantissa < 0 ? -size : size;
}

std::optional<Decimals> find_decimals(std::span<const double> values) {
  constexpr std::size_t kBlock = 256;
  const auto block_at = [&](std::size_t begin) {
    return values.subspan(begin, std::min(kBlock, values.size() - begin));
  };
  Decimals found;
  found.exponent = exponent_for(block_at(0), 0);
  if (found.exponent > kMostDecimals) return std::nullopt;
  found.mantissas.resize(values.size());
  for (std::size_t done = 0; done < values.size();) {
    const auto block = block_at(done);
    if (read_mantissas(block, power_of_ten(found.exponent), found.mantissas.data() + done)) {
      done += block.size();
      continue;
    }
    // A value that suits an exponent suits larger ones, unless its mantissa grows too long: where
    // the exponent grows, all begins anew.
    const int larger = exponent_for(block, found.exponent);
    if (larger > kMostDecimals || larger == found.exponent) return std::nullopt;
    found.exponent = larger;
    done = 0;
  }
  return found;
}

void drop_common_zeros(std::span<std::int64_t> mantissas, int& exponent) {
  while (exponent > 0) {
    const auto ends_in_zero = [](std::int64_t m) { return m == kMissingInt64 || m % 10 == 0; };
    if (!std::all_of(mantissas.begin(), mantissas.end(), ends_in_zero)) return;
    for (std::int64_t& mantissa : mantissas) {
      if (mantissa != kMissingInt64) mantissa /= 10;
    }
    --exponent;
  }
}

}  // namespace neve::frame

#include "algos/families/trees/fixed_point.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::trees {
namespace {

constexpr int kWordBits = 63;
/// nearest() is good for 51 bits and a sign.
constexpr int kMostWholeBits = 50;

int bits_of(std::int64_t value) {
  return static_cast<int>(
      std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 1))));
}

/// Bits that a sum over the rows that take part needs beyond those of its addends: of the total
/// weight where weights are whole, so that weight k needs as many as k rows; of the number of rows
/// otherwise.
int sum_bits(const LoadTask::Partial& loaded) {
  return bits_of(loaded.all_whole ? loaded.whole_weights : loaded.rows);
}

/// What is left of a word for each addend.
int whole_bits(const LoadTask::Partial& loaded) {
  return std::min(kWordBits - 1 - sum_bits(loaded), kMostWholeBits);
}

/// Binary digits between the targets' geometric mean, which one outlier hardly moves, and the
/// largest of them.
std::int64_t spread_bits(const TargetRange& range, double largest) {
  if (range.exponent_count == 0) return 0;
  const std::int64_t mean = range.exponents / range.exponent_count;
  return std::ilogb(largest) - mean;
}

}  // namespace

double scale_for(double largest, int bits) {
  if (!(largest > 0)) return 1;
  int exponent = 0;
  std::frexp(largest, &exponent);  // largest < 2^exponent
  return std::ldexp(1, std::clamp(bits - exponent, -1000, 1000));
}

TwoPartScale two_part_scale(const LoadTask::Partial& loaded, double largest) {
  const int bits = whole_bits(loaded);
  return {scale_for(largest, bits), std::ldexp(1, bits)};
}

FixedPoint choose_fixed_point(const LoadTask::Partial& loaded, const TargetRange& range) {
  constexpr int kLeastTargetBits = 15;
  constexpr int kMostTargetBits = 30;
  // Binary digits of a target of mean size that survive rounding.
  constexpr int kPackedDigits = 10;
  constexpr int kWideDigits = 16;
  FixedPoint form;
  form.whole_weights = loaded.all_whole;
  const double largest = loaded.all_whole ? range.largest_residual : range.largest_target;
  const std::int64_t spread = spread_bits(range, largest);
  const int row_bits = sum_bits(loaded);
  const int target_bits = std::min(kMostTargetBits, kWordBits - 2 * row_bits);
  form.square = two_part_scale(loaded, largest * range.largest_residual);
  if (form.whole_weights && target_bits >= kLeastTargetBits &&
      spread <= target_bits - kPackedDigits) {
    form.weight_bits = row_bits;
    form.target.whole = scale_for(largest, target_bits);
    return form;
  }
  form.target = two_part_scale(loaded, largest);
  form.form = FixedPoint::Form::fine;
  if (spread <= whole_bits(loaded) - kWideDigits) {
    form.form = FixedPoint::Form::wide;
    form.target.rest = 1;
  }
  if (!form.whole_weights) {
    form.weight_scale = scale_for(loaded.largest_weight, whole_bits(loaded));
  }
  return form;
}

}  // namespace neve::algos::trees

#include "algos/families/trees/fixed_point.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace neve::algos::trees {
namespace {

constexpr int kWordBits = 63;

int bits_of(std::int64_t value) {
  return static_cast<int>(
      std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 1))));
}

}  // namespace

double scale_for(double largest, int bits) {
  if (!(largest > 0)) return 1;
  int exponent = 0;
  std::frexp(largest, &exponent);  // largest < 2^exponent
  return std::ldexp(1, std::clamp(bits - exponent, -1000, 1000));
}

int sum_bits(const LoadTask::Partial& loaded) {
  return bits_of(loaded.all_whole ? loaded.whole_weights : loaded.rows);
}

FixedPoint choose_fixed_point(const LoadTask::Partial& loaded, const TargetRange& range) {
  constexpr int kLeastTargetBits = 15;
  constexpr int kBitsBelowMean = 10;
  constexpr int kMostTargetBits = 30;
  FixedPoint form;
  form.whole_weights = loaded.all_whole;
  const double total = static_cast<double>(loaded.all_whole ? loaded.whole_weights : loaded.rows);
  const double mean = range.target_sum / std::max(total, 1.0);
  const double largest = loaded.all_whole ? range.largest_residual : range.largest_target;
  const double spread = mean > 0 ? largest / mean : 1;
  const int row_bits = sum_bits(loaded);
  const int target_bits = std::min(kMostTargetBits, kWordBits - 2 * row_bits);
  form.packed = form.whole_weights && target_bits >= kLeastTargetBits &&
                spread <= std::ldexp(1, target_bits - kBitsBelowMean);
  if (form.packed) form.weight_bits = row_bits;
  form.target_scale = scale_for(largest, form.packed ? target_bits : kWordBits - 1 - row_bits);
  if (!form.whole_weights)
    form.weight_scale = scale_for(loaded.largest_weight, kWordBits - 1 - row_bits);
  form.square_scale = scale_for(largest * range.largest_residual, kWordBits - 1 - row_bits);
  return form;
}

}  // namespace neve::algos::trees

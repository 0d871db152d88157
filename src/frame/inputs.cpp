#include "frame/inputs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "frame/bit_packing.hpp"
#include "frame/decimal.hpp"

namespace neve::frame {
namespace {

void learn_range(NumberInput& input) {
  std::int64_t min = std::numeric_limits<std::int64_t>::max();
  std::int64_t max = std::numeric_limits<std::int64_t>::min();
  std::int64_t missing = 0;
  std::int64_t zeros = 0;
  for (std::int64_t value : input.integers) {
    const bool is_missing = value == kMissingInt64;
    missing += is_missing;
    zeros += value == 0;
    min = !is_missing && value < min ? value : min;
    max = value > max ? value : max;  // the missing one is the smallest of all
  }
  input.missing = missing;
  input.zeros = zeros;
  input.min = missing == input.rows ? 0 : min;
  input.max = missing == input.rows ? 0 : max;
  input.is_constant = missing == input.rows || (missing == 0 && min == max);
}

// The largest number that all differences from the minimum are multiples of: whole seconds or days.
void learn_step(NumberInput& input) {
  std::uint64_t step = 0;
  for (std::int64_t value : input.integers) {
    if (value == kMissingInt64) continue;
    const std::uint64_t above =
        static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(input.min);
    if (step != 0 && above % step == 0) continue;
    step = std::gcd(step, above);
    if (step == 1) break;
  }
  // The header has 32 bits for it.
  input.step = step == 0 || step > std::numeric_limits<std::uint32_t>::max() ? 1 : step;
}

}  // namespace

double NumberInput::double_at(std::size_t row) const {
  if (!has_integers()) return doubles[row] + 0.0;  // -0.0 becomes 0.0
  const auto value = static_cast<double>(integers[row]);
  return exponent == 0 ? value : value / power_of_ten(exponent);
}

bool NumberInput::is_missing(std::size_t row) const {
  return has_integers() ? integers[row] == kMissingInt64 : doubles[row] != doubles[row];
}

int NumberInput::packed_width() const {
  const std::uint64_t range = static_cast<std::uint64_t>(max) - static_cast<std::uint64_t>(min);
  return width_for(range / step + static_cast<std::uint64_t>(missing != 0));
}

int NumberInput::dense_width() const {
  const int packed = has_integers() ? packed_width() : 64;
  return fits_float ? std::min(packed, 32) : packed;
}

NumberInput input_of_integers(std::span<const std::int64_t> integers, ChunkKind kind,
                              int exponent) {
  NumberInput input;
  input.kind = kind;
  input.integers = integers;
  input.exponent = exponent;
  input.rows = static_cast<std::int64_t>(integers.size());
  learn_range(input);
  if (kind == ChunkKind::codes) input.min = 0;
  if (kind == ChunkKind::times) learn_step(input);
  // A float takes 32 bits, so there is no use in knowing for less.
  if (exponent == 0 || input.packed_width() <= 32) return input;
  input.fits_float = true;
  for (std::size_t i = 0; i < integers.size() && input.fits_float; ++i) {
    if (input.is_missing(i)) continue;
    const double value = input.double_at(i);
    input.fits_float = static_cast<double>(static_cast<float>(value)) == value;
  }
  return input;
}

NumberInput input_of_doubles(std::span<const double> doubles) {
  NumberInput input;
  input.doubles = doubles;
  input.rows = static_cast<std::int64_t>(doubles.size());
  std::int64_t missing = 0;
  std::int64_t zeros = 0;
  std::int64_t no_floats = 0;
  std::int64_t others = 0;
  const double first = doubles.front();
  // Without branches, so that it is done by vectors. Missing ones are no floats either here.
  for (const double value : doubles) {
    missing += value != value ? 1 : 0;
    zeros += value == 0 ? 1 : 0;
    no_floats += static_cast<double>(static_cast<float>(value)) != value ? 1 : 0;
    others += value != first ? 1 : 0;
  }
  input.missing = missing;
  input.zeros = zeros;
  input.fits_float = no_floats == missing;
  input.is_constant = missing == input.rows || others == 0;
  return input;
}

}  // namespace neve::frame

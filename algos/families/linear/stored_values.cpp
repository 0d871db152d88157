#include "algos/families/linear/stored_values.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace neve::algos::linear {
namespace {

constexpr std::array<double, 5> kPowers = {1, 1e1, 1e2, 1e3, 1e4};
constexpr std::uint8_t kDoubles = 255;

/// Whether each value is its mantissa over the power, to the bit; if so, adds the mantissas.
bool add_mantissas(std::span<const double> values, double power, std::vector<std::int16_t>& all) {
  const std::size_t before = all.size();
  for (const double value : values) {
    const double mantissa = std::nearbyint(value * power);
    const bool fits = std::fabs(mantissa) <= std::numeric_limits<std::int16_t>::max();
    if (!fits || mantissa / power != value) {
      all.resize(before);
      return false;
    }
    all.push_back(static_cast<std::int16_t>(mantissa));
  }
  return true;
}

}  // namespace

StoredValues::StoredValues(std::span<const double> values, std::span<const std::uint32_t> ends) {
  decimals_.reserve(ends.size());
  std::uint8_t likely = 0;
  std::size_t begin = 0;
  for (const std::uint32_t end : ends) {
    const auto column = values.subspan(begin, end - begin);
    begin = end;
    std::uint8_t tried = 0;
    std::uint8_t decimals = likely;
    while (tried < kPowers.size() && !add_mantissas(column, kPowers[decimals], mantissas_)) {
      decimals = static_cast<std::uint8_t>((decimals + 1U) % kPowers.size());
      ++tried;
    }
    if (tried == kPowers.size()) {
      decimals_.push_back(kDoubles);
      doubles_.insert(doubles_.end(), column.begin(), column.end());
    } else {
      decimals_.push_back(likely = decimals);
    }
  }
  mantissas_.shrink_to_fit();
  doubles_.shrink_to_fit();
}

void StoredValues::read(std::span<const std::uint32_t> ends, std::span<const double> factors,
                        std::span<double> out) const {
  const std::int16_t* mantissa = mantissas_.data();
  const double* other = doubles_.data();
  std::size_t begin = 0;
  for (std::size_t j = 0; j < ends.size(); ++j) {
    const std::size_t count = ends[j] - begin;
    double* to = out.data() + begin;
    const double factor = factors[j];
    if (decimals_[j] == kDoubles) {
      for (std::size_t i = 0; i < count; ++i) to[i] = other[i] * factor;
      other += count;
    } else {
      const double power = kPowers[decimals_[j]];
      for (std::size_t i = 0; i < count; ++i) {
        to[i] = static_cast<double>(mantissa[i]) / power * factor;
      }
      mantissa += count;
    }
    begin = ends[j];
  }
}

std::int64_t StoredValues::byte_size() const {
  return static_cast<std::int64_t>(decimals_.capacity() +
                                   sizeof(std::int16_t) * mantissas_.capacity() +
                                   sizeof(double) * doubles_.capacity());
}

}  // namespace neve::algos::linear

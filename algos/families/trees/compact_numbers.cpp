#include "algos/families/trees/compact_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace neve::algos::trees {
namespace {

bool is_byte(double value) {
  return value >= 0 && value <= std::numeric_limits<std::uint8_t>::max() &&
         value == std::floor(value);
}

/// NaN needs doubles, which are as good for it.
bool is_float(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return std::isinf(value) ||
         (std::abs(value) <= kLargest && static_cast<double>(static_cast<float>(value)) == value);
}

template <class To>
std::vector<To> converted(std::span<const double> values) {
  std::vector<To> made(values.size());
  std::ranges::transform(values, made.begin(), [](double x) { return static_cast<To>(x); });
  return made;
}

}  // namespace

CompactNumbers::CompactNumbers(std::span<const double> values) : size_(values.size()) {
  if (std::ranges::all_of(values, is_byte)) {
    bytes_ = converted<std::uint8_t>(values);
  } else if (std::ranges::all_of(values, is_float)) {
    floats_ = converted<float>(values);
  } else {
    doubles_.assign(values.begin(), values.end());
  }
}

void CompactNumbers::read(std::size_t begin, std::span<double> out) const {
  const auto copy = [&](const auto& numbers) {
    const auto from = std::span(numbers).subspan(begin, out.size());
    std::ranges::transform(from, out.begin(), [](auto x) { return static_cast<double>(x); });
  };
  if (!bytes_.empty()) {
    copy(bytes_);
  } else {
    floats_.empty() ? copy(doubles_) : copy(floats_);
  }
}

}  // namespace neve::algos::trees

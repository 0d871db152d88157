#include "ingest/formats/number_cells.hpp"

#include <algorithm>
#include <array>

namespace neve::ingest {

namespace {

constexpr int kLargestPower = 18;

bool within(std::int64_t value, std::int64_t limit) { return value >= -limit && value <= limit; }

/// value · 10^(to - from) in `out`, where that is exact in an int64 or, with decimals, in a double.
bool scale(std::int64_t value, int from, int to, std::int64_t& out) {
  if (value == 0 || from == to) {
    out = value;
    return true;
  }
  if (to - from > kLargestPower) return false;
  return !__builtin_mul_overflow(value, power_of_ten(to - from), &out) && within(out, kExactDouble);
}

}  // namespace

std::int64_t power_of_ten(int exponent) {
  static constexpr auto kPowers = [] {
    std::array<std::int64_t, kLargestPower + 1> powers{};
    std::int64_t power = 1;
    for (std::int64_t& entry : powers) {
      entry = power;
      if (power <= std::numeric_limits<std::int64_t>::max() / 10) power *= 10;
    }
    return powers;
  }();
  return kPowers[static_cast<std::size_t>(exponent)];
}

void NumberCells::reserve(std::size_t rows, std::size_t used) {
  if (wide_) {
    words_.grow(rows, used);
  } else {
    halves_.grow(rows, used);
  }
}

void NumberCells::put(std::size_t row, const NumberText& number) {
  if (number.kind == NumberText::Kind::decimal) {
    put(row, number.mantissa, number.decimals);
  } else if (number.kind == NumberText::Kind::floating) {
    put_odd(row, number);
  } else {
    put_missing(row);
  }
}

void NumberCells::put_unusual(std::size_t row, std::int64_t mantissa, int decimals) {
  const NumberText number{
      .kind = NumberText::Kind::decimal, .decimals = decimals, .mantissa = mantissa};
  if (decimals > decimals_ && !add_decimals(row, decimals)) return put_odd(row, number);
  std::int64_t scaled = 0;
  if (!scale(mantissa, decimals, decimals_, scaled) || scaled <= kOdd64)
    return put_odd(row, number);
  if (decimals_ > 0 && !within(scaled, kExactDouble)) return put_odd(row, number);
  if (!wide_ && !fits_half(scaled)) widen(row);
  if (wide_) {
    words_[row] = scaled;
  } else {
    halves_[row] = static_cast<std::int32_t>(scaled);
  }
}

void NumberCells::put_odd(std::size_t row, const NumberText& number) {
  // A row that is read again after its range's text was extended comes twice.
  while (!odd_.empty() && odd_.back().row >= row) odd_.pop_back();
  odd_.push_back({row, number});
  if (wide_) {
    words_[row] = kOdd64;
  } else {
    halves_[row] = kOdd32;
  }
}

/// Rewrites the first `rows` cells with more decimals.
bool NumberCells::add_decimals(std::size_t rows, int decimals) {
  if (frozen_) return false;
  if (rows != 0 && !wide_) widen(rows);
  std::int64_t scaled = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    if (words_[i] > kOdd64 && !scale(words_[i], decimals_, decimals, scaled)) frozen_ = true;
  }
  if (frozen_) return false;
  bool narrow = true;
  for (std::size_t i = 0; i < rows; ++i) {
    if (words_[i] > kOdd64) scale(words_[i], decimals_, decimals, words_[i]);
    narrow = narrow && (words_[i] <= kOdd64 || fits_half(words_[i]));
  }
  decimals_ = decimals;
  if (rows == 0 || !narrow) return true;
  halves_.grow(words_.capacity(), 0);
  for (std::size_t i = 0; i < rows; ++i) {
    halves_[i] = words_[i] <= kOdd64 ? (words_[i] == kOdd64 ? kOdd32 : kMissing32)
                                     : static_cast<std::int32_t>(words_[i]);
  }
  words_.clear();
  wide_ = false;
  return true;
}

void NumberCells::widen(std::size_t rows) {
  words_.grow(std::max<std::size_t>(halves_.capacity(), 1), 0);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::int32_t half = halves_[i];
    words_[i] = half > kOdd32 ? half : half == kOdd32 ? kOdd64 : kMissing64;
  }
  halves_.clear();
  wide_ = true;
}

bool NumberCells::any_odd(std::size_t begin, std::size_t end) const {
  const auto first =
      std::lower_bound(odd_.begin(), odd_.end(), begin,
                       [](const Odd& odd, std::size_t row) { return odd.row < row; });
  return first != odd_.end() && first->row < end;
}

bool NumberCells::copy_scaled(std::size_t begin, std::size_t count, std::int64_t factor, bool exact,
                              std::int64_t* out) const {
  const std::int64_t limit = exact ? kExactDouble : std::numeric_limits<std::int64_t>::max();
  const std::int64_t largest = limit / factor;
  if (!wide_) {
    const std::int32_t* halves = &halves_[begin];
    for (std::size_t i = 0; i < count; ++i) {
      // Without a sign, because what does not fit is told below, and may wrap here.
      const auto scaled =
          static_cast<std::uint64_t>(halves[i]) * static_cast<std::uint64_t>(factor);
      out[i] = halves[i] <= kOdd32 ? kMissing64 : static_cast<std::int64_t>(scaled);
    }
    const auto fits = [&](std::int32_t half) { return half <= kOdd32 || within(half, largest); };
    return largest > std::numeric_limits<std::int32_t>::max() ||
           std::all_of(halves, halves + count, fits);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t value = words_[begin + i];
    if (value > kOdd64 && !within(value, largest)) return false;
    out[i] = value <= kOdd64 ? kMissing64 : value * factor;
  }
  return true;
}

NumberText NumberCells::at(std::size_t row) const {
  const std::int64_t word = wide_ ? words_[row] : halves_[row];
  if (word == (wide_ ? kOdd64 : std::int64_t{kOdd32})) {
    const auto found = std::lower_bound(odd_.begin(), odd_.end(), row,
                                        [](const Odd& odd, std::size_t r) { return odd.row < r; });
    return found->number;
  }
  if (word == (wide_ ? kMissing64 : std::int64_t{kMissing32})) return {};
  return {.kind = NumberText::Kind::decimal, .decimals = decimals_, .mantissa = word};
}

}  // namespace neve::ingest

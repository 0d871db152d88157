#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "ingest/formats/number_text.hpp"
#include "ingest/formats/raw_array.hpp"

namespace neve::ingest {

/// The numbers of one column in one byte range, as its text wrote them. Nearly all columns are
/// mantissas of one number of decimals in 32 bits each; larger ones widen the column to 64 bits,
/// and cells that fit neither are kept aside. No decimal is turned into a double here.
class NumberCells {
 public:
  /// A cell that the arrays do not hold.
  struct Odd {
    std::size_t row;
    NumberText number;
  };

  void reserve(std::size_t rows, std::size_t used);
  void put_missing(std::size_t row) {
    if (wide_) {
      words_[row] = kMissing64;
    } else {
      halves_[row] = kMissing32;
    }
  }
  void put(std::size_t row, std::int64_t mantissa, int decimals) {
    if (decimals == decimals_ && !wide_ && fits_half(mantissa)) [[likely]] {
      halves_[row] = static_cast<std::int32_t>(mantissa);
    } else {
      put_unusual(row, mantissa, decimals);
    }
  }
  void put(std::size_t row, const NumberText& number);

  [[nodiscard]] int decimals() const { return decimals_; }
  [[nodiscard]] const std::vector<Odd>& odd() const { return odd_; }
  /// Whether a row of [begin, end) is kept aside.
  [[nodiscard]] bool any_odd(std::size_t begin, std::size_t end) const;
  /// Mantissas of rows [begin, begin + count) times `factor`; kMissing64 where missing or odd.
  /// False where one would leave the int64s, or where `exact` asks for it, ±2^53.
  bool copy_scaled(std::size_t begin, std::size_t count, std::int64_t factor, bool exact,
                   std::int64_t* out) const;
  /// The number of a row, whatever its place; of kind none where missing.
  [[nodiscard]] NumberText at(std::size_t row) const;

  static constexpr std::int64_t kMissing64 = std::numeric_limits<std::int64_t>::min();

 private:
  static constexpr std::int32_t kMissing32 = std::numeric_limits<std::int32_t>::min();
  static constexpr std::int32_t kOdd32 = kMissing32 + 1;
  static constexpr std::int64_t kOdd64 = kMissing64 + 1;

  static bool fits_half(std::int64_t value) {
    return value > kOdd32 && value <= std::numeric_limits<std::int32_t>::max();
  }
  void put_unusual(std::size_t row, std::int64_t mantissa, int decimals);
  void put_odd(std::size_t row, const NumberText& number);
  bool add_decimals(std::size_t rows, int decimals);
  void widen(std::size_t rows);

  int decimals_ = 0;
  bool wide_ = false;
  bool frozen_ = false;  // more decimals would not fit
  RawArray<std::int32_t> halves_;
  RawArray<std::int64_t> words_;
  std::vector<Odd> odd_;
};

/// 10^exponent, 0 <= exponent <= 18.
std::int64_t power_of_ten(int exponent);

}  // namespace neve::ingest

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace neve::algos::trees {

/// The key of missing numbers: larger than all others.
inline constexpr std::uint32_t kMissingKey = 0xFFFFFFFF;
/// Keys of floats order like the floats.
std::uint32_t key_of(float value);

/// A test of keys of numbers: rows go right where key + (missing_left ? 1 : 0) >= least. What is
/// missing has the largest key, and by adding 1 the smallest one.
struct KeyTest {
  std::uint32_t least = 0;
  bool missing_left = false;
};
/// Of a threshold; NaN where only missing numbers go right, or none does.
KeyTest key_test(float threshold, bool missing_right);
/// The threshold of such a test.
float threshold_of(const KeyTest& test);

/// Rows to score, as integers whose order is that of the values: row-major, one per used column.
class RowKeys {
 public:
  /// Room for `rows` rows of `columns` used columns.
  void reset(std::size_t rows, std::size_t columns);
  void set_numbers(std::size_t column, std::span<const double> values);
  /// `levels` is the key of missing and unseen levels.
  void set_codes(std::size_t column, std::span<const std::int32_t> codes, std::int32_t levels);
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] const std::uint32_t* row(std::size_t row) const {
    return keys_.data() + row * columns_;
  }
  [[nodiscard]] std::size_t columns() const { return columns_; }

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::uint32_t> keys_;
};

}  // namespace neve::algos::trees

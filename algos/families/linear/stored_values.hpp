#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace neve::algos::linear {

/// The numbers that sparse columns hold in a block of rows, column after column, to be read many
/// times: two bytes each where all of a column are decimals of few digits, else doubles.
class StoredValues {
 public:
  StoredValues() = default;
  /// Column j has those from ends[j - 1] on to before ends[j].
  StoredValues(std::span<const double> values, std::span<const std::uint32_t> ends);
  /// Writes each as it was, times its column's factor.
  void read(std::span<const std::uint32_t> ends, std::span<const double> factors,
            std::span<double> out) const;
  [[nodiscard]] std::int64_t byte_size() const;

 private:
  std::vector<std::uint8_t> decimals_;   // of each column; kDoubles where it is in doubles_
  std::vector<std::int16_t> mantissas_;  // value · 10^decimals
  std::vector<double> doubles_;
};

}  // namespace neve::algos::linear

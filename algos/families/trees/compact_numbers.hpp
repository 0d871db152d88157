#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace neve::algos::trees {

/// Numbers kept as bytes, floats or doubles: the narrowest that holds all of them exactly. Classes
/// and small whole weights take a byte a row.
class CompactNumbers {
 public:
  CompactNumbers() = default;
  explicit CompactNumbers(std::span<const double> values);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] double operator[](std::size_t i) const {
    if (!bytes_.empty()) return bytes_[i];
    return floats_.empty() ? doubles_[i] : static_cast<double>(floats_[i]);
  }
  /// The numbers from `begin` on, as many as `out` takes.
  void read(std::size_t begin, std::span<double> out) const;
  [[nodiscard]] std::size_t byte_size() const {
    return bytes_.size() + floats_.size() * sizeof(float) + doubles_.size() * sizeof(double);
  }

 private:
  std::size_t size_ = 0;
  std::vector<std::uint8_t> bytes_;  ///< only one of the three is used
  std::vector<float> floats_;
  std::vector<double> doubles_;
};

}  // namespace neve::algos::trees

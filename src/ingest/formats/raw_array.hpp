#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

namespace neve::ingest {

/// Values that are written before they are read: growing leaves the new ones unset, which a vector
/// would not.
template <class T>
class RawArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  /// Keeps the first `used` values.
  void grow(std::size_t capacity, std::size_t used) {
    auto bigger = std::make_unique_for_overwrite<T[]>(capacity);
    std::copy_n(values_.get(), used, bigger.get());
    values_ = std::move(bigger);
    capacity_ = capacity;
  }
  void clear() {
    values_.reset();
    capacity_ = 0;
  }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  T& operator[](std::size_t i) { return values_[i]; }
  const T& operator[](std::size_t i) const { return values_[i]; }
  [[nodiscard]] std::span<const T> first(std::size_t count) const { return {values_.get(), count}; }

 private:
  std::unique_ptr<T[]> values_;
  std::size_t capacity_ = 0;
};

}  // namespace neve::ingest

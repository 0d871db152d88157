#include <neve/base/budget.hpp>

#include <array>
#include <charconv>

#include <neve/base/error.hpp>

namespace neve {

void Reservation::release() {
  if (budget_ != nullptr) budget_->used_.fetch_sub(bytes_, std::memory_order_relaxed);
  budget_ = nullptr;
  bytes_ = 0;
}

void Reservation::add(Reservation other) {
  NEVE_CHECK(budget_ == nullptr || other.budget_ == nullptr || budget_ == other.budget_);
  if (budget_ == nullptr) budget_ = other.budget_;
  bytes_ += std::exchange(other.bytes_, 0);
}

void Reservation::give_back(std::int64_t bytes) {
  NEVE_CHECK(bytes >= 0 && bytes <= bytes_);
  if (budget_ != nullptr) budget_->used_.fetch_sub(bytes, std::memory_order_relaxed);
  bytes_ -= bytes;
}

Reservation Budget::reserve(std::int64_t bytes, std::string_view what) {
  NEVE_CHECK(bytes >= 0);
  std::int64_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > limit_ - used) check(bytes, what);
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return {this, bytes};
}

void Budget::check(std::int64_t bytes, std::string_view what) const {
  const std::int64_t left = free();
  if (bytes <= left) return;
  throw OutOfMemoryError(std::string(what) + " needs " + readable_bytes(bytes) + ", but only " +
                         readable_bytes(left) + " of " + readable_bytes(limit_) +
                         " are free. Remove frames or models that are no longer used, or start the "
                         "node with a larger --memory.");
}

std::string readable_bytes(std::int64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "KB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 std::chars_format::fixed, unit == 0 || value >= 100 ? 0 : 1)
                       .ptr;
  return std::string(text.data(), end) + " " + std::string(kUnits[unit]);
}

}  // namespace neve

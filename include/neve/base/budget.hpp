#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace neve {

class Budget;

/// Bytes set aside from a node's budget; given back when it goes. Movable, so that what it stands
/// for can own it.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept {
    if (this != &other) {
      release();
      budget_ = std::exchange(other.budget_, nullptr);
      bytes_ = std::exchange(other.bytes_, 0);
    }
    return *this;
  }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation() { release(); }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  void release();
  /// Takes over what another has of the same budget.
  void add(Reservation other);
  /// Gives back some of the bytes.
  void give_back(std::int64_t bytes);

 private:
  friend class Budget;
  Reservation(Budget* budget, std::int64_t bytes) : budget_(budget), bytes_(bytes) {}
  Budget* budget_ = nullptr;
  std::int64_t bytes_ = 0;
};

/// The memory that one node may use for data. Everything that grows with the data reserves first;
/// what does not fit is refused with an error that says how much is needed and how much there is.
/// Thread-safe; outlives its reservations.
class Budget {
 public:
  explicit Budget(std::int64_t limit_bytes) : limit_(limit_bytes) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  /// Throws OutOfMemoryError; `what` names the thing for the user.
  [[nodiscard]] Reservation reserve(std::int64_t bytes, std::string_view what);
  /// Throws OutOfMemoryError where `bytes` would not fit now; reserves nothing.
  void check(std::int64_t bytes, std::string_view what) const;
  [[nodiscard]] std::int64_t limit() const { return limit_; }
  [[nodiscard]] std::int64_t used() const { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t free() const { return limit_ - used(); }

 private:
  friend class Reservation;
  std::int64_t limit_;
  std::atomic<std::int64_t> used_{0};
};

/// "1.5 GB": a size for people, in powers of 1024.
std::string readable_bytes(std::int64_t bytes);

}  // namespace neve

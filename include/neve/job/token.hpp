#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include <neve/base/error.hpp>

namespace neve::job {

/// Asks work to stop. Shared between who waits and who works; checked per block on every node.
class Token {
 public:
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  /// Throws Cancelled once somebody asked for it.
  void check() const {
    if (cancelled()) throw Cancelled();
  }

 private:
  std::atomic<bool> cancelled_{false};
};

using TokenPtr = std::shared_ptr<Token>;

}  // namespace neve::job

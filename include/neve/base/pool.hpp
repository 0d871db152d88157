#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace neve {

/// A node's compute threads. Loops may be nested and started by many drivers at once; they share
/// the threads fairly. Compute threads run at lower priority than those that answer the network.
class Pool {
 public:
  explicit Pool(int threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  [[nodiscard]] int threads() const;
  /// Calls body(i) once for each i in [0, count), in any order, and returns when all are done. The
  /// first exception stops the rest and is rethrown.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& body);

 private:
  struct Arena;
  std::unique_ptr<Arena> arena_;
};

}  // namespace neve

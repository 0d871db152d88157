#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "mr/core.hpp"

namespace neve::mr {

/// Makes this node's missing copies: whenever members or placements change, fetches the row groups
/// that the catalogue sends here, and tells it that they have arrived. One thread per node, in the
/// background; jobs go on meanwhile.
class Copier {
 public:
  /// The core outlives the copier.
  explicit Copier(Engine::Core& core);
  ~Copier() = default;
  Copier(const Copier&) = delete;
  Copier& operator=(const Copier&) = delete;

 private:
  void work(const std::stop_token& stop);
  /// False where some fetch failed and is to be tried again.
  bool fetch_all(const std::stop_token& stop);

  Engine::Core& core_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool changed_ = false;
  std::shared_ptr<const void> listening_;
  std::jthread thread_;  // last, so that it ends before what it uses
};

}  // namespace neve::mr

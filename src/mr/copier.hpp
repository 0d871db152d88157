#pragma once

#include <stop_token>
#include <string>

#include "mr/core.hpp"
#include "store/api/placement_watcher.hpp"

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
  /// False where some fetch failed and is to be tried again.
  bool fetch_all(const std::stop_token& stop);

  Engine::Core& core_;
  std::string said_;                 // the last failure, which is not logged again and again
  store::PlacementWatcher watcher_;  // last, so that it ends before what it uses
};

}  // namespace neve::mr

#include "mr/copier.hpp"

#include <string>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>

namespace neve::mr {

Copier::Copier(Engine::Core& core)
    : core_(core), watcher_(core.parts().store, "copier", [this](const std::stop_token& stop) {
        return fetch_all(stop);
      }) {}

bool Copier::fetch_all(const std::stop_token& stop) {
  store::Store& store = core_.parts().store;
  const NodeId self = core_.parts().self;
  bool complete = true;
  for (const store::Catalog::Fetch& wanted : store.catalog().fetches_of(self)) {
    if (stop.stop_requested()) return true;
    try {
      for (const ColumnId column : wanted.columns) {
        core_.fetch_copy(wanted, column);
        if (stop.stop_requested()) return true;
      }
      store.commit({.arrival = wanted.arrival(self)});
    } catch (const Error& error) {
      if (said_ != error.what()) {
        log::warn(std::string("A copy of some rows could not be made yet: ") + error.what());
      }
      said_ = error.what();
      complete = false;
    }
  }
  if (complete) said_.clear();
  return complete;
}

}  // namespace neve::mr

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
      // What was fetched is dropped where the run is sent elsewhere, and may be missing if it was
      // sent here again meanwhile; then it is looked at again.
      const store::PlacementPtr now = store.catalog().placement(wanted.layout);
      if (now && now->version != wanted.placement->version) {
        complete = false;
        continue;
      }
      store.commit(
          {.arrival = store::Arrival{wanted.layout, wanted.first_group, wanted.end_group, self}});
    } catch (const Error& error) {
      log::warn(std::string("A copy of some rows could not be made yet: ") + error.what());
      complete = false;
    }
  }
  return complete;
}

}  // namespace neve::mr

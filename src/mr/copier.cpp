#include "mr/copier.hpp"

#include <chrono>
#include <string>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>
#include <neve/base/thread_name.hpp>

namespace neve::mr {

Copier::Copier(Engine::Core& core)
    : core_(core),
      listening_(core.parts().store.on_placement_change([this] {
        {
          const std::lock_guard lock(mutex_);
          changed_ = true;
        }
        wake_.notify_one();
      })),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

void Copier::work(const std::stop_token& stop) {
  name_this_thread("copier");
  constexpr std::chrono::milliseconds kRetry(200);
  bool complete = true;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      const auto woken = [this] { return changed_; };
      if (complete) {
        wake_.wait(lock, stop, woken);
      } else {
        wake_.wait_for(lock, stop, kRetry, woken);
      }
      changed_ = false;
    }
    if (!stop.stop_requested()) complete = fetch_all(stop);
  }
}

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

#include "mr/states.hpp"

#include <algorithm>

#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>

namespace neve::mr {

StateId state_id(std::span<const std::byte> encoded) {
  return {hash_bytes(encoded, 0), hash_bytes(encoded, 1), encoded.size()};
}

SharedBytes OfferedStates::offer(const StateId& id, SharedBytes state) {
  const std::lock_guard lock(mutex_);
  std::erase_if(states_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<const wire::Bytes>& known = states_[id];
  if (SharedBytes same = known.lock()) return same;
  known = state;
  return state;
}

SharedBytes OfferedStates::find(const StateId& id) const {
  const std::lock_guard lock(mutex_);
  const auto at = states_.find(id);
  return at == states_.end() ? nullptr : at->second.lock();
}

std::shared_ptr<FetchedStates::Place> FetchedStates::place(ScratchId job, const StateId& id) {
  constexpr std::size_t kKept = 4;  // one run's State often is the next one's, too
  const std::lock_guard lock(mutex_);
  auto& places = jobs_[job.value];
  const auto known = std::ranges::find(places, id, [](const auto& p) { return p->id; });
  if (known != places.end()) {
    places.splice(places.begin(), places, known);
  } else {
    places.push_front(std::make_shared<Place>());
    places.front()->id = id;
    if (places.size() > kKept) places.pop_back();
  }
  return places.front();
}

SharedBytes FetchedStates::get(ScratchId job, const StateId& id,
                               const std::function<wire::Bytes()>& fetch) {
  const std::shared_ptr<Place> here = place(job, id);
  const std::lock_guard lock(here->mutex);
  if (here->bytes.empty()) {
    Reservation reserved =
        budget_.reserve(static_cast<std::int64_t>(id.bytes), "The State of a run");
    wire::Bytes bytes = fetch();
    NEVE_CHECK(state_id(bytes) == id, "the driver sent another State");
    here->bytes = std::move(bytes);
    here->reserved = std::move(reserved);
  }
  return {here, &here->bytes};
}

void FetchedStates::free_of(const std::function<bool(ScratchId)>& is_gone) {
  const std::lock_guard lock(mutex_);
  std::erase_if(jobs_, [&](const auto& job) { return is_gone({job.first}); });
}

void FetchedStates::free(ScratchId job) {
  const std::lock_guard lock(mutex_);
  jobs_.erase(job.value);
}

}  // namespace neve::mr

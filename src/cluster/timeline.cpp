#include <neve/cluster/timeline.hpp>

#include <algorithm>
#include <chrono>

namespace neve::cluster {

void Timeline::note(TimelineEvent::Kind kind, NodeId peer, std::string_view what,
                    std::uint64_t sent, std::uint64_t received) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  TimelineEvent event{std::chrono::duration_cast<std::chrono::nanoseconds>(now).count(),
                      kind,
                      {},
                      peer,
                      std::string(what),
                      sent,
                      received};
  const std::lock_guard lock(mutex_);
  if (ring_.size() < kKept) {
    ring_.push_back(std::move(event));
    return;
  }
  ring_[next_] = std::move(event);
  next_ = (next_ + 1) % kKept;
}

std::vector<TimelineEvent> Timeline::recent(NodeId node) const {
  std::vector<TimelineEvent> all;
  {
    const std::lock_guard lock(mutex_);
    all = ring_;
    std::ranges::rotate(all, all.begin() + static_cast<std::ptrdiff_t>(next_));
  }
  for (TimelineEvent& event : all) event.node = node;
  return all;
}

}  // namespace neve::cluster

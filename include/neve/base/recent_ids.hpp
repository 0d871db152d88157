#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_set>

namespace neve {

/// The latest ids of something, so many of them: for messages that may overtake each other.
class RecentIds {
 public:
  explicit RecentIds(std::size_t most) : most_(most) {}
  void add(std::uint64_t id) {
    if (!ids_.insert(id).second) return;
    order_.push_back(id);
    if (order_.size() <= most_) return;
    ids_.erase(order_.front());
    order_.pop_front();
  }
  [[nodiscard]] bool contains(std::uint64_t id) const { return ids_.contains(id); }

 private:
  std::size_t most_;
  std::deque<std::uint64_t> order_;  ///< the oldest first
  std::unordered_set<std::uint64_t> ids_;
};

}  // namespace neve

#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "operations/self.hpp"

namespace neve::operations {

/// Asks the other members how they are when somebody wants to know, at most once a second however
/// many ask. Its thread starts when there first is another member to ask. Thread-safe.
class Operations::Watch {
 public:
  explicit Watch(Self& self) : self_(self) {}
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  void report(std::chrono::milliseconds patience, Receive receive);

 private:
  using Clock = std::chrono::steady_clock;
  /// How another member last answered.
  struct Known {
    bool healthy = false;
    std::int64_t last_contact_ms = 0;
    NodeFigures figures = {};
  };
  struct Waiting {
    Receive receive;
    Clock::time_point until;
  };
  void work(const std::stop_token& stop);
  void refresh(const cluster::ClusterStatus& status);
  /// Gives reports to those who need not wait any more; false where some still do.
  bool answer(std::vector<Waiting> waiting);
  ClusterReport make_report(cluster::ClusterStatus status);

  Self& self_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<NodeId, Known> known_;
  std::uint64_t epoch_ = 0;  ///< of the view at the last refresh
  Clock::time_point refreshed_ = {};
  std::vector<Waiting> waiting_;
  std::jthread thread_;
};

/// The members as the node's agreement has them, or, without one, as its catalogue does.
cluster::ClusterStatus status_of(const Operations::Parts& parts);

}  // namespace neve::operations

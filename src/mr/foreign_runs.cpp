#include "mr/foreign_runs.hpp"

namespace neve::mr {

ForeignRuns::Running::~Running() {
  const std::lock_guard lock(runs_.mutex_);
  runs_.tokens_.erase(at_);
}

ForeignRuns::Running ForeignRuns::begin(std::uint64_t run_id) {
  const std::lock_guard lock(mutex_);
  const auto at = tokens_.emplace(run_id, std::make_shared<job::Token>());
  if (cancelled_.contains(run_id)) at->second->cancel();
  return {*this, at};
}

bool ForeignRuns::cancel(std::uint64_t run_id) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = tokens_.equal_range(run_id);
  for (auto at = first; at != last; ++at) at->second->cancel();
  cancelled_.add(run_id);
  return first == last;
}

}  // namespace neve::mr

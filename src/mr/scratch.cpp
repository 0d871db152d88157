#include "mr/scratch.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::mr {

void ScratchLogs::add(ScratchId id, LoggedRun run) {
  const std::size_t bytes = run.state->size() + run.columns.size() * sizeof(ColumnId);
  Reservation reserved = budget_.reserve(static_cast<std::int64_t>(bytes), "The history of a job");
  const std::lock_guard lock(mutex_);
  Log& log = logs_[id.value];
  log.runs.push_back(std::move(run));
  log.reserved.push_back(std::move(reserved));
}

std::size_t ScratchLogs::size(ScratchId id) const {
  const std::lock_guard lock(mutex_);
  const auto at = logs_.find(id.value);
  return at == logs_.end() ? 0 : at->second.runs.size();
}

std::vector<LoggedRun> ScratchLogs::from(ScratchId id, std::size_t first) const {
  const std::lock_guard lock(mutex_);
  const auto at = logs_.find(id.value);
  if (at == logs_.end() || first >= at->second.runs.size()) return {};
  return {at->second.runs.begin() + static_cast<std::ptrdiff_t>(first), at->second.runs.end()};
}

void ScratchLogs::free(ScratchId id) {
  const std::lock_guard lock(mutex_);
  logs_.erase(id.value);
}

std::shared_ptr<const void> ScratchTable::hold(ScratchId id) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Job>& job = jobs_[id.value];
  if (!job) job = std::make_shared<Job>();
  return job;
}

ScratchTable::Held& ScratchTable::place(ScratchId id, GroupIndex group) {
  const std::lock_guard lock(mutex_);
  const auto job = jobs_.find(id.value);
  if (job == jobs_.end()) throw ClusterError("The driver of this run has left.");
  return job->second->groups[group.value()];
}

void ScratchTable::begin(Held& held, const TaskEntry& task, const RowGroup& group,
                         const void* state) {
  held = {};
  auto made = task.make_scratch();
  task.rebuild(group, state, made.get());
  held.reservation = budget_.reserve(task.scratch_bytes(made.get()), "Working memory of a job");
  held.scratch = std::move(made);
}

std::shared_ptr<void> ScratchTable::shared(ScratchId id, GroupIndex group, std::int64_t runs,
                                           const std::function<Held&()>& make) {
  std::shared_ptr<Job> job;
  Held* held = nullptr;
  std::mutex* making = nullptr;
  {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Job>& known = jobs_[id.value];
    if (!known) known = std::make_shared<Job>();
    job = known;
    held = &job->groups[group.value()];
    making = &job->making[group.value()];
  }
  const std::lock_guard lock(*making);
  if (held->runs != runs) {
    held = &make();
    held->runs = runs;
  }
  return held->scratch;
}

std::vector<ReplayRun> ScratchTable::history(ScratchId id, std::size_t count,
                                             const FetchRuns& fetch) {
  std::shared_ptr<Job> job;
  {
    const std::lock_guard lock(mutex_);
    const auto at = jobs_.find(id.value);
    if (at == jobs_.end()) throw ClusterError("The driver of this run has left.");
    job = at->second;
  }
  // Held over the fetch, so that groups which need the same runs ask for them once.
  const std::lock_guard lock(job->history_mutex);
  if (job->history.size() < count) {
    for (ReplayRun& run : fetch(job->history.size())) job->history.push_back(std::move(run));
  }
  if (job->history.size() < count) {
    throw ClusterError("The working memory of a job was lost with a node, and so was its history.");
  }
  return {job->history.begin(), job->history.begin() + static_cast<std::ptrdiff_t>(count)};
}

void ScratchTable::free(ScratchId id) {
  const std::lock_guard lock(mutex_);
  jobs_.erase(id.value);
}

void ScratchTable::free_of(const std::function<bool(ScratchId)>& is_gone) {
  const std::lock_guard lock(mutex_);
  std::erase_if(jobs_, [&](const auto& job) { return is_gone({job.first}); });
}

}  // namespace neve::mr

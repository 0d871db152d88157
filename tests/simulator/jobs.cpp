#include "simulator/jobs.hpp"

#include <memory>
#include <vector>

namespace neve::simulator {

namespace {

constexpr std::uint64_t kLookMs = 500;
constexpr std::uint64_t kLeastPauseMs = 4000;
constexpr std::uint64_t kMostPauseMs = 20000;
constexpr std::uint64_t kMostSteps = 6;
constexpr std::uint64_t kMostStepMs = 400;

JobRecord record_of(const store::Entry& job) { return wire::decode<JobRecord>(*job.manifest); }

store::Entry entry_of(const std::string& name, NodeId owner, const JobRecord& record) {
  store::Entry entry;
  entry.name = name;
  entry.kind = store::Kind::job;
  entry.manifest = std::make_shared<const wire::Bytes>(wire::encode(record));
  if (!record.ended()) entry.owner = owner;
  return entry;
}

}  // namespace

void Jobs::tick(std::uint64_t now_ms, bool rests) {
  if (next_begin_ms_ == 0) next_begin_ms_ = now_ms + dice_.below(kMostPauseMs);
  if (!rests && now_ms >= next_begin_ms_) {
    next_begin_ms_ = now_ms + kLeastPauseMs + dice_.below(kMostPauseMs - kLeastPauseMs);
    begin();
  }
  if (now_ms < next_look_ms_) return;
  next_look_ms_ = now_ms + kLookMs;
  look(now_ms);
}

void Jobs::begin() {
  const std::string name =
      "job/" + std::to_string(parts_.self.value()) + "/" + std::to_string(next_name_++);
  const JobRecord record{.steps = 1 + static_cast<std::uint32_t>(dice_.below(kMostSteps))};
  store::Command command;
  command.put = {entry_of(name, parts_.self, record)};
  command.only_if_absent = true;
  committing_.insert(name);
  parts_.commit(std::move(command), [this, name](const store::Applied& applied) {
    committing_.erase(name);
    if (applied.accepted) parts_.data.began_job(name);
  });
}

void Jobs::look(std::uint64_t now_ms) {
  std::map<std::string, std::uint64_t> mine;
  for (const store::Entry& job : parts_.store.catalog().list(store::Kind::job)) {
    if (job.owner != parts_.self || committing_.contains(job.name)) continue;
    const auto due = due_ms_.find(job.name);
    mine[job.name] = due != due_ms_.end() ? due->second : now_ms + dice_.below(kMostStepMs);
    if (mine[job.name] <= now_ms) work_at(job, now_ms);
  }
  due_ms_ = std::move(mine);
}

void Jobs::work_at(const store::Entry& job, std::uint64_t /*now_ms*/) {
  JobRecord record = record_of(job);
  ++record.done;
  store::Command command;
  command.put = {entry_of(job.name, parts_.self, record)};
  committing_.insert(job.name);
  parts_.commit(std::move(command),
                [this, name = job.name, ended = record.ended()](const store::Applied& applied) {
                  committing_.erase(name);
                  due_ms_.erase(name);
                  if (!applied.accepted || !ended) return;
                  parts_.data.ended_job(name);
                  remove(name);
                });
}

/// What has ended is not needed any more.
void Jobs::remove(const std::string& name) {
  store::Command command;
  command.remove = {name};
  parts_.commit(std::move(command), [](const store::Applied&) {});
}

std::string problem_of_step(const std::optional<store::Entry>& before,
                            const store::Command& command) {
  const store::Entry& job = command.put.front();
  const JobRecord now = record_of(job);
  if (!before) return now.done == 0 ? "" : "goes on that never began";
  const JobRecord known = record_of(*before);
  if (!before->owner) return "goes on after its end";
  if (before->owner != command.writer) return "is worked at by another than its owner";
  return now.done == known.done + 1 ? "" : "does a step twice or leaves one out";
}

std::string problem_of_jobs(const store::Catalog& catalog) {
  const auto view = catalog.view();
  for (const store::Entry& job : catalog.list(store::Kind::job)) {
    const bool ended = record_of(job).ended();
    if (ended != !job.owner)
      return job.name + (ended ? " has ended and an owner" : " has no owner");
    if (job.owner && !view->contains(*job.owner)) return job.name + " is owned by no member";
  }
  return {};
}

}  // namespace neve::simulator

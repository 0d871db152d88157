#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>
#include <neve/base/free_memory.hpp>
#include <neve/base/log.hpp>
#include <neve/base/rng.hpp>
#include <neve/job/job.hpp>

#include "cluster/api/transport.hpp"
#include "job/record.hpp"
#include "store/api/placement_watcher.hpp"

namespace neve::job {
namespace {

constexpr const char* kLook = "job.look";
constexpr const char* kCancel = "job.cancel";
/// A job whose drivers die again and again may be what kills them.
constexpr std::int32_t kMostTakeOvers = 5;

/// Who watches a job rather hears what was known last than nothing.
constexpr std::chrono::seconds kLongestLook(1);

wire::Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Jobs::Jobs(const Parts& parts, std::string cluster_tag)
    : parts_(parts),
      tag_(std::move(cluster_tag)),
      seed_(static_cast<std::uint64_t>(draw_seed())),
      watcher_(std::make_unique<store::PlacementWatcher>(
          parts.store, "job taker", [this](const std::stop_token&) { return take_over_all(); })) {}

Jobs::~Jobs() { stop(); }

void Jobs::serve(cluster::Inbox& inbox) {
  inbox.add(kLook, [this](auto bytes) {
    const auto job = find(text_of(bytes));
    return job ? wire::encode(job->snapshot()) : wire::Bytes();
  });
  inbox.add(kCancel, [this](auto bytes) {
    const auto job = find(text_of(bytes));
    // It may be on its way to this node.
    if (!job) throw ClusterError("This node does not drive the job.");
    job->cancel();
    return wire::Bytes();
  });
}

void Jobs::define(std::string kind, Work work) {
  NEVE_CHECK(kinds_.emplace(kind, std::move(work)).second, "two kinds of jobs named " + kind);
}

void Jobs::stop() {
  leave();
  watcher_->stop();
  for (Running& running : all_) {
    if (running.thread.joinable()) running.thread.join();
  }
}

std::string Jobs::new_key() {
  const std::lock_guard lock(mutex_);
  const CounterRng names(seed_, ++counter_);
  std::array<char, 40> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx%016llx",
                static_cast<unsigned long long>(names.bits(0)),
                static_cast<unsigned long long>(names.bits(1)));
  return "$" + tag_ + "$_" + hex.data();
}

std::shared_ptr<Job> Jobs::start(const Description& description, Order order) {
  NEVE_CHECK(kinds_.contains(order.kind), "no kind of jobs named " + std::string(order.kind));
  const auto record = std::make_shared<Record>();
  record->last.key = new_key();
  record->last.description = description;
  record->last.message = "Starting.";
  record->last.start_time_ms = now_ms();
  record->kind = order.kind;
  record->inputs = std::move(order.columns);
  record->request = store::keep(parts_.blobs, std::move(order.request));
  forget_old();
  const auto job = make_job(record);
  {
    const std::lock_guard lock(mutex_);
    starting_.insert(job->key());
  }
  const auto started = std::shared_ptr<void>(nullptr, [this, &job](void*) {
    const std::lock_guard lock(mutex_);
    starting_.erase(job->key());
  });
  commit(*record, true);
  launch(job, record);
  return job;
}

/// The job of a record that the catalogue is to have, or has.
std::shared_ptr<Job> Jobs::make_job(const std::shared_ptr<Record>& record) {
  Job::Hands hands;
  hands.keep = [this, record](const Job& job, const auto& state) { keep(*record, job, state); };
  hands.end = [this, record](const Snapshot& end) { record_end(*record, end); };
  hands.between_states = parts_.between_states;
  std::optional<wire::Bytes> saved;
  try {
    if (record->state) saved = parts_.blobs.fetch(*record->state);
  } catch (const ClusterError& error) {
    log::warn("Job " + record->last.key + " begins anew: " + error.what());
    record->state.reset();
  }
  return std::make_shared<Job>(record->last, std::move(saved), std::move(hands));
}

void Jobs::launch(const std::shared_ptr<Job>& job, const std::shared_ptr<Record>& record) {
  const auto work = [this, record](Job& running) {
    if (record->take_overs > kMostTakeOvers) {
      throw ClusterError("The job was given up: " + std::to_string(record->take_overs) +
                         " nodes were lost while they worked at it.");
    }
    const wire::Bytes request = store::fetch(parts_.blobs, record->request);
    kinds_.find(record->kind)->second(running, request);
  };
  const std::lock_guard lock(mutex_);
  if (stopped_) job->cancel();
  all_.push_back({job, std::thread([job, work] {
                    job->run(work);
                    // What a job freed goes back to the system, not only to the allocator.
                    return_free_memory();
                  })});
}

void Jobs::commit(const Record& record, bool running) {
  store::Entry entry;
  entry.name = record.last.key;
  entry.kind = store::Kind::job;
  if (running) {
    entry.owner = parts_.self;
    entry.columns = record.inputs;
    if (record.request.blob) entry.columns.push_back(record.request.blob->column);
    if (record.state) entry.columns.push_back(record.state->column);
  }
  entry.manifest = std::make_shared<const wire::Bytes>(wire::encode(record));
  if (parts_.store.commit({.put = {std::move(entry)}}).accepted) return;
  throw ClusterError("The cluster has gone on without this node, which will start anew.");
}

/// A state that cannot be kept costs no more than time, after a loss.
void Jobs::keep(Record& record, const Job& job, const std::function<wire::Bytes()>& state) {
  if (parts_.store.catalog().view()->members.size() < 2) return;
  const auto before = record.state;
  try {
    const auto [blob, lease] = parts_.blobs.keep(state());
    record.state = blob;
    record.last = job.snapshot();
    commit(record, true);
  } catch (const Error& error) {
    record.state = before;
    log::warn("The state of job " + job.key() + " was not kept: " + error.what());
  }
}

void Jobs::record_end(Record& record, const Snapshot& end) {
  {
    // The others go on with the jobs of a node that leaves.
    const std::lock_guard lock(mutex_);
    if (stopped_ && end.status == Status::cancelled) return;
  }
  record.last = end;
  record.state.reset();
  const store::Kept request = std::exchange(record.request, {});
  record.inputs.clear();
  try {
    commit(record, false);
  } catch (const Error& error) {
    log::warn("The end of job " + end.key + " is known to this node only: " + error.what());
  }
}

std::shared_ptr<Job> Jobs::find(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  if (stopped_) return nullptr;  // what is told of it here is no longer so
  const auto at = std::ranges::find(
      all_, key, [](const Running& r) -> std::string_view { return r.job->key(); });
  return at == all_.end() ? nullptr : at->job;
}

/// Asks the driver; where it does not answer, what it told last.
Snapshot Jobs::how_is(const store::Entry& entry) const {
  if (!entry.owner) return wire::decode<Record>(*entry.manifest).last;  // it has ended
  if (const auto job = find(entry.name)) return job->snapshot();
  if (*entry.owner != parts_.self) {
    try {
      auto asked = parts_.transport.call(*entry.owner, kLook, bytes_of(entry.name));
      if (asked.wait_for(kLongestLook) == std::future_status::ready) {
        const wire::Bytes answer = asked.get();
        if (!answer.empty()) return wire::decode<Snapshot>(answer);
      }
    } catch (const ClusterError&) {
      // Lost, or on its way to another driver.
    }
  }
  Snapshot last = wire::decode<Record>(*entry.manifest).last;
  last.run_time_ms = now_ms() - last.start_time_ms;
  return last;
}

std::optional<Snapshot> Jobs::look(std::string_view key) const {
  const auto entry = parts_.store.catalog().find(key);
  if (entry && entry->kind == store::Kind::job) return how_is(*entry);
  if (const auto job = find(key)) return job->snapshot();
  return std::nullopt;
}

std::vector<Snapshot> Jobs::list() const {
  std::vector<Snapshot> jobs;
  for (const store::Entry& entry : parts_.store.catalog().list(store::Kind::job)) {
    jobs.push_back(how_is(entry));
  }
  std::ranges::stable_sort(jobs, {}, &Snapshot::start_time_ms);
  return jobs;
}

Jobs::Counts Jobs::counts() const {
  Counts counts;
  const std::lock_guard lock(mutex_);
  for (const Running& running : all_) {
    switch (running.job->snapshot().status) {
      case Status::running:
      case Status::cancel_pending:
        ++counts.running;
        break;
      case Status::done:
        ++counts.done;
        break;
      case Status::failed:
        ++counts.failed;
        break;
      case Status::cancelled:
        ++counts.cancelled;
        break;
    }
  }
  return counts;
}

bool Jobs::cancel(std::string_view key) {
  const std::string name(key);
  const auto deadline = std::chrono::steady_clock::now() + cluster::kAgreeWithin;
  while (true) {
    if (const auto job = find(key)) {
      job->cancel();
      return true;
    }
    const auto entry = parts_.store.catalog().find(key);
    if (!entry || entry->kind != store::Kind::job) return false;
    if (!entry->owner) return true;  // it has ended
    try {
      if (*entry->owner != parts_.self) {
        parts_.transport.call(*entry->owner, kCancel, bytes_of(name)).get();
        return true;
      }
    } catch (const ClusterError&) {
      if (std::chrono::steady_clock::now() > deadline) throw;
    }
    // Until it has a driver again.
    parts_.store.wait_for(
        [&](const store::Catalog& catalog) {
          const auto now = catalog.find(key);
          return !now || now->owner != entry->owner;
        },
        std::chrono::milliseconds(100));
  }
}

void Jobs::leave() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const Running& running : all_) {
    if (!running.job->finished()) running.job->cancel();
  }
}

bool Jobs::take_over_all() {
  bool complete = true;
  for (const store::Entry& entry : parts_.store.catalog().list(store::Kind::job)) {
    if (entry.owner == parts_.self && !knows(entry.name)) complete &= take_over(entry);
  }
  return complete;
}

bool Jobs::knows(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  return starting_.contains(key) ||
         std::ranges::any_of(all_, [&](const Running& r) { return r.job->key() == key; });
}

bool Jobs::take_over(const store::Entry& entry) {
  try {
    const auto record = std::make_shared<Record>(wire::decode<Record>(*entry.manifest));
    ++record->take_overs;
    const auto job = make_job(record);
    // Before anything else: that somebody has tried must be known even if this node dies of it.
    commit(*record, true);
    log::info("Goes on with job " + entry.name + " (" + record->last.description.text +
              "), whose node has left");
    launch(job, record);
    return true;
  } catch (const Error& error) {
    log::warn("Job " + entry.name + " could not be taken over yet: " + error.what());
    return false;
  }
}

/// Of jobs that have ended, the latest are kept: here with their threads, in the catalogue by name.
void Jobs::forget_old() {
  {
    const std::lock_guard lock(mutex_);
    const auto finished = [](const Running& running) { return running.job->finished(); };
    for (Running& running : all_) {
      if (finished(running) && running.thread.joinable()) running.thread.join();
    }
    auto surplus =
        std::ranges::count_if(all_, finished) - static_cast<std::ptrdiff_t>(kMostFinished);
    std::erase_if(all_, [&](const Running& running) { return finished(running) && surplus-- > 0; });
  }
  // Most starts need not go through the names.
  if (parts_.store.catalog().size() <= kMostFinished) return;
  std::vector<store::Entry> ended = parts_.store.catalog().list(store::Kind::job);
  std::erase_if(ended, [](const store::Entry& entry) { return entry.owner.has_value(); });
  if (ended.size() <= kMostFinished) return;
  std::ranges::sort(ended, {}, &store::Entry::version);
  ended.resize(ended.size() - kMostFinished);
  std::vector<std::string> old;
  for (store::Entry& entry : ended) old.push_back(std::move(entry.name));
  parts_.store.commit({.remove = std::move(old)});
}

}  // namespace neve::job

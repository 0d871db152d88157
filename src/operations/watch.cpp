#include "operations/watch.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>
#include <neve/base/log.hpp>
#include <neve/base/thread_name.hpp>
#include <neve/store/store.hpp>

#include "cluster/api/cluster_node.hpp"

namespace neve::operations {
namespace {

/// How old figures of other nodes may be.
constexpr std::chrono::milliseconds kFresh(1000);
/// How long a node may take to answer.
constexpr std::chrono::milliseconds kAnswerWithin(1000);
/// Between looks while a node that does not answer is waited for.
constexpr std::chrono::milliseconds kLookAgain(200);

bool has_others(const cluster::ClusterStatus& status) { return status.members.size() > 1; }

}  // namespace

cluster::ClusterStatus status_of(const Operations::Parts& parts) {
  if (parts.cluster != nullptr) return parts.cluster->status();
  cluster::ClusterStatus made;
  made.leader = parts.self;
  made.epoch = parts.store.catalog().view()->epoch;
  made.committed = made.applied = parts.store.catalog().version();
  for (const cluster::Member& member : parts.store.catalog().view()->members) {
    // Nodes that share the process of another tell nothing of their own.
    if (member.id == parts.self) made.members.push_back({.member = member, .votes = true});
  }
  return made;
}

bool ClusterReport::all_healthy() const {
  return std::ranges::all_of(members, &MemberReport::healthy);
}

bool ClusterReport::fully_replicated() const {
  return missing_votes == 0 && spread.missing_copies == 0 && spread.lost_runs == 0;
}

Operations::Watch::~Watch() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Operations::Watch::report(std::chrono::milliseconds patience, Receive receive) {
  cluster::ClusterStatus status = status_of(self_.parts());
  const auto now = Clock::now();
  {
    std::unique_lock lock(mutex_);
    const bool fresh = epoch_ == status.epoch && now - refreshed_ < kFresh;
    const bool well =
        std::ranges::all_of(known_, [](const auto& entry) { return entry.second.healthy; });
    if (has_others(status) && !(fresh && (well || patience.count() == 0))) {
      waiting_.push_back({std::move(receive), now + patience});
      if (!thread_.joinable()) {
        thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
      }
      changed_.notify_one();
      return;
    }
  }
  receive(make_report(std::move(status)));
}

ClusterReport Operations::Watch::make_report(cluster::ClusterStatus status) {
  const Parts& parts = self_.parts();
  ClusterReport report;
  report.self = parts.self;
  if (has_others(status)) report.spread = parts.store.catalog().spread();
  std::size_t votes = 0;
  std::size_t healthy_votes = 0;
  for (const cluster::MemberStatus& member : status.members) {
    MemberReport made;
    made.status = member;
    made.row_groups = report.spread.groups_of(member.member.id);
    if (member.member.id == parts.self) {
      made.healthy = true;
      made.last_contact_ms = now_ms();
      made.figures = self_.figures();
    } else {
      const std::lock_guard lock(mutex_);
      const Known& known = known_[member.member.id];
      made.healthy = known.healthy;
      made.last_contact_ms = known.last_contact_ms;
      made.figures = known.figures;
    }
    if (member.votes) ++votes;
    if (member.votes && made.healthy) ++healthy_votes;
    report.members.push_back(std::move(made));
  }
  report.missing_votes = status.wanted_votes - std::min(status.wanted_votes, healthy_votes);
  report.has_quorum = 2 * healthy_votes > votes;
  report.cluster = std::move(status);
  return report;
}

void Operations::Watch::refresh(const cluster::ClusterStatus& status) {
  cluster::Transport& transport = self_.parts().cluster->transport();
  const auto until = Clock::now() + kAnswerWithin;
  std::vector<std::pair<NodeId, cluster::Answer>> answers;
  for (const cluster::MemberStatus& member : status.members) {
    if (member.member.id == self_.parts().self) continue;
    answers.emplace_back(member.member.id, transport.call(member.member.id, kFiguresService, {}));
  }
  std::map<NodeId, Known> told;
  for (auto& [node, answer] : answers) {
    {
      const std::lock_guard lock(mutex_);
      told[node] = known_[node];
    }
    Known& known = told[node];
    known.healthy = false;
    try {
      if (answer.wait_for(until - Clock::now()) != std::future_status::ready) continue;
      known.figures = wire::decode<NodeFigures>(answer.get());
      known.healthy = true;
      known.last_contact_ms = now_ms();
    } catch (const Error& error) {
      log::debug(std::string("A node does not say how it is: ") + error.what());
    }
  }
  const std::lock_guard lock(mutex_);
  known_ = std::move(told);
  epoch_ = status.epoch;
  refreshed_ = Clock::now();
}

bool Operations::Watch::answer(std::vector<Waiting> waiting) {
  const ClusterReport report = make_report(status_of(self_.parts()));
  const bool well = report.all_healthy();
  std::vector<Waiting> still;
  for (Waiting& one : waiting) {
    if (!well && Clock::now() < one.until) {
      still.push_back(std::move(one));
      continue;
    }
    try {
      one.receive(report);
    } catch (const std::exception& error) {
      log::error(std::string("A report of the cluster was not taken: ") + error.what());
    }
  }
  if (still.empty()) return true;
  const std::lock_guard lock(mutex_);
  std::ranges::move(still, std::back_inserter(waiting_));
  return false;
}

void Operations::Watch::work(const std::stop_token& stop) {
  name_this_thread("cluster watch");
  bool all_answered = true;
  while (true) {
    std::vector<Waiting> waiting;
    {
      std::unique_lock lock(mutex_);
      if (!all_answered) changed_.wait_for(lock, stop, kLookAgain, [] { return false; });
      changed_.wait(lock, stop, [this] { return !waiting_.empty(); });
      if (stop.stop_requested()) return;
      waiting = std::exchange(waiting_, {});
    }
    refresh(status_of(self_.parts()));
    all_answered = answer(std::move(waiting));
  }
}

}  // namespace neve::operations

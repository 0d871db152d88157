#include <neve/store/placement.hpp>

#include <algorithm>
#include <map>

#include <neve/base/error.hpp>

namespace neve::store {

const Run& Placement::run_of(GroupIndex group) const {
  NEVE_CHECK(group.value() >= 0 && group.value() < groups && !runs.empty());
  const auto after = std::ranges::upper_bound(runs, group.value(), {}, &Run::first_group);
  const Run& run = *std::prev(after);
  if (run.homes.empty()) {
    throw ClusterError(
        "Rows were lost: every node that held a copy of them has left the cluster. Remove the "
        "frame and import it again; --replication keeps more copies.");
  }
  return run;
}

std::vector<NodeId> Placement::receivers(GroupIndex group) const {
  const Run& run = run_of(group);
  std::vector<NodeId> all = run.homes;
  if (run.incoming) all.push_back(*run.incoming);
  return all;
}

std::int32_t Placement::end_of(const Run& run) const {
  const Run* next = &run + 1;
  return next == runs.data() + runs.size() ? groups : next->first_group;
}

bool Placement::drop(NodeId node) {
  bool changed = false;
  for (Run& run : runs) {
    changed |= std::erase(run.homes, node) != 0;
    if (run.incoming == node) {
      run.incoming.reset();
      run.leaving.reset();
      changed = true;
    }
    if (run.leaving == node) run.leaving.reset();
  }
  return changed;
}

namespace {

bool holds(std::span<const NodeId> nodes, NodeId node) {
  return std::ranges::find(nodes, node) != nodes.end();
}

std::size_t count_staying(const Run& run, std::span<const NodeId> members) {
  return static_cast<std::size_t>(
      std::ranges::count_if(run.homes, [&](NodeId home) { return holds(members, home); }));
}

}  // namespace

bool Placement::fill(std::span<const NodeId> members, std::int32_t copies) {
  const std::size_t wanted = std::min(members.size(), static_cast<std::size_t>(copies));
  std::map<NodeId, std::size_t> load;
  for (const Run& run : runs) {
    for (const NodeId home : run.homes) ++load[home];
    if (run.incoming) ++load[*run.incoming];
  }
  bool changed = false;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    Run& run = runs[r];
    if (run.incoming && !holds(members, *run.incoming)) {
      run.incoming.reset();
      run.leaving.reset();
      changed = true;
    }
    if (run.homes.empty() || run.incoming) continue;
    const std::size_t staying = count_staying(run, members);
    const auto leaves = [&](NodeId home) { return !holds(members, home); };
    if (staying >= wanted) {
      changed |= std::erase_if(run.homes, leaves) != 0;
      continue;
    }
    std::optional<NodeId> best;
    // From a member that differs from run to run, so that equal loads spread.
    for (std::size_t i = 0; i < members.size(); ++i) {
      const NodeId member = members[(r + i) % members.size()];
      if (holds(run.homes, member)) continue;
      if (!best || load[member] < load[*best]) best = member;
    }
    run.incoming = best;
    ++load[*best];
    const auto leaver = std::ranges::find_if(run.homes, leaves);
    if (staying + 1 == wanted && leaver != run.homes.end()) run.leaving = *leaver;
    changed = true;
  }
  return changed;
}

bool Placement::arrived(std::int32_t first_group, std::int32_t end_group, NodeId node) {
  for (Run& run : runs) {
    if (run.first_group != first_group || run.incoming != node) continue;
    if (end_of(run) != end_group) return false;
    const auto leaver = run.leaving ? std::ranges::find(run.homes, *run.leaving) : run.homes.end();
    if (leaver != run.homes.end()) {
      *leaver = node;
    } else {
      run.homes.push_back(node);
    }
    run.incoming.reset();
    run.leaving.reset();
    return true;
  }
  return false;
}

Placement place(std::int32_t groups, std::span<const NodeId> members, std::int32_t copies) {
  NEVE_CHECK(!members.empty() && groups > 0 && copies > 0);
  const std::size_t nodes = members.size();
  Placement made{.groups = groups, .runs = {}};
  for (std::int32_t g = 0; g < groups; ++g) {
    const std::size_t owner =
        static_cast<std::size_t>(g) * nodes / static_cast<std::size_t>(groups);
    if (!made.runs.empty() && made.runs.back().homes.front() == members[owner]) continue;
    Run run{.first_group = g, .homes = {}, .incoming = {}, .leaving = {}};
    for (std::size_t c = 0; c < std::min(nodes, static_cast<std::size_t>(copies)); ++c) {
      run.homes.push_back(members[(owner + c) % nodes]);
    }
    made.runs.push_back(std::move(run));
  }
  return made;
}

}  // namespace neve::store

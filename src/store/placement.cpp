#include <neve/store/placement.hpp>

#include <algorithm>
#include <bit>
#include <map>

#include <neve/base/error.hpp>

namespace neve::store {

void Run::settle() {
  incoming.reset();
  leaving.reset();
  since = 0;
}

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
    if (std::erase(run.homes, node) != 0) {
      run.leaving.reset();  // what arrives makes good for the loss
      changed = true;
    }
    if (run.incoming == node) {
      run.settle();
      changed = true;
    }
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
      run.settle();
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

bool Placement::arrived(std::int32_t first_group, std::int32_t end_group, NodeId node,
                        std::uint64_t since) {
  for (Run& run : runs) {
    if (run.first_group != first_group || run.incoming != node) continue;
    if (end_of(run) != end_group || run.since != since) return false;
    const auto leaver = run.leaving ? std::ranges::find(run.homes, *run.leaving) : run.homes.end();
    if (leaver != run.homes.end()) {
      *leaver = node;
    } else {
      run.homes.push_back(node);
    }
    run.settle();
    return true;
  }
  return false;
}

void Placement::commit(std::uint64_t committed) {
  version = committed;
  for (Run& run : runs) {
    if (run.incoming && run.since == 0) run.since = committed;
  }
}

namespace {

/// The number in [first, last] that the highest power of two divides: subtrees of a reduction end
/// there.
std::int64_t roundest(std::int64_t first, std::int64_t last) {
  const auto above = static_cast<std::uint64_t>(first - 1);
  const auto most = static_cast<std::uint64_t>(last);
  const auto differ = std::bit_width(above ^ most) - 1;  // the first bit in which they do
  return static_cast<std::int64_t>(most >> differ << differ);
}

/// Where each node's run begins: within half of `slack` groups of an even share, so that neither a
/// run nor the neighbouring runs that a node has copies of are further than `slack` from theirs.
std::vector<std::int64_t> run_begins(std::int64_t groups, std::int64_t nodes, std::int64_t slack) {
  std::vector<std::int64_t> begins;
  const std::int64_t half = slack * nodes / 2;  // in parts of a group, as `even` is
  for (std::int64_t i = 0; i < nodes; ++i) {
    const std::int64_t even = i * groups;
    const std::int64_t exact = (even + nodes - 1) / nodes;
    const bool rounds = i > 0 && slack > 1;
    begins.push_back(rounds ? roundest((even - half + nodes - 1) / nodes, (even + half) / nodes)
                            : exact);
  }
  return begins;
}

}  // namespace

Placement place(std::int32_t groups, std::span<const NodeId> members, std::int32_t copies) {
  NEVE_CHECK(!members.empty() && groups > 0 && copies > 0);
  const std::size_t nodes = members.size();
  Placement made{.groups = groups, .runs = {}};
  const std::vector<std::int64_t> begins =
      run_begins(groups, static_cast<std::int64_t>(nodes), made.usual_slack(nodes));
  for (std::size_t owner = 0; owner < nodes; ++owner) {
    const std::int64_t end = owner + 1 < nodes ? begins[owner + 1] : groups;
    if (begins[owner] == end) continue;
    Run run{.first_group = static_cast<std::int32_t>(begins[owner]),
            .homes = {},
            .incoming = {},
            .leaving = {}};
    for (std::size_t c = 0; c < std::min(nodes, static_cast<std::size_t>(copies)); ++c) {
      run.homes.push_back(members[(owner + c) % nodes]);
    }
    made.runs.push_back(std::move(run));
  }
  return made;
}

}  // namespace neve::store

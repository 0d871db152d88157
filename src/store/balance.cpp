#include <algorithm>
#include <deque>
#include <map>
#include <optional>

#include <neve/store/placement.hpp>

// How a placement is evened out when members have come or gone.
namespace neve::store {
namespace {

/// Row groups that each member has.
class Loads {
 public:
  explicit Loads(std::span<const NodeId> members) {
    for (const NodeId member : members) order_.push_back({member, 0});
  }
  void add(NodeId member, std::int32_t groups) {
    const auto at = std::ranges::find(order_, member, &Load::member);
    if (at != order_.end()) at->groups += groups;
  }
  void move(NodeId from, NodeId to, std::int32_t groups) {
    add(from, -groups);
    add(to, groups);
  }
  /// Members from the one that has most on; in the order of joining among equals.
  [[nodiscard]] std::vector<NodeId> by_load() const {
    std::vector<Load> sorted = order_;
    std::ranges::stable_sort(sorted, std::ranges::greater(), &Load::groups);
    std::vector<NodeId> members;
    for (const Load& load : sorted) members.push_back(load.member);
    return members;
  }
  /// Whether somebody is further than `slack` from an even share.
  [[nodiscard]] bool uneven(std::int32_t slack) const {
    return std::ranges::any_of(order_, [&](const Load& load) {
      return load.groups > high() + slack || load.groups < low() - slack;
    });
  }
  /// How many groups one gives another, so that neither is on the wrong side of an even share then.
  [[nodiscard]] std::int32_t gift(NodeId from, NodeId to) const {
    const std::int32_t giver = groups_of(from);
    const std::int32_t taker = groups_of(to);
    return std::min({giver - low(), high() - taker, (giver - taker) / 2});
  }

 private:
  struct Load {
    NodeId member;
    std::int32_t groups;
  };
  [[nodiscard]] std::int32_t groups_of(NodeId member) const {
    return std::ranges::find(order_, member, &Load::member)->groups;
  }
  [[nodiscard]] std::int32_t all() const {
    std::int32_t sum = 0;
    for (const Load& load : order_) sum += load.groups;
    return sum;
  }
  [[nodiscard]] std::int32_t members() const { return static_cast<std::int32_t>(order_.size()); }
  [[nodiscard]] std::int32_t low() const { return all() / members(); }
  [[nodiscard]] std::int32_t high() const { return (all() + members() - 1) / members(); }

  std::vector<Load> order_;
};

bool is_home(const Run& run, NodeId node) {
  return std::ranges::find(run.homes, node) != run.homes.end();
}

/// The groups that run `at` has.
std::int32_t length_of(const Placement& placement, std::size_t at) {
  return placement.end_of(placement.runs[at]) - placement.runs[at].first_group;
}

/// The run that holds the last `groups` of run `at`, which is cut for that where it has more.
Run& cut_off(Placement& placement, std::size_t at, std::int32_t groups) {
  if (length_of(placement, at) <= groups) return placement.runs[at];
  Run tail = placement.runs[at];
  tail.first_group = placement.end_of(placement.runs[at]) - groups;
  const auto behind = placement.runs.begin() + static_cast<std::ptrdiff_t>(at) + 1;
  return *placement.runs.insert(behind, std::move(tail));
}

/// Where the last run lies of which one member can give another something; nothing where none is.
template <class Suits>
std::optional<std::size_t> last_run(const Placement& placement, const Suits& suits, NodeId from,
                                    NodeId to) {
  for (std::size_t r = placement.runs.size(); r-- > 0;) {
    if (suits(placement.runs[r], from, to)) return r;
  }
  return std::nullopt;
}

/// The shortest way from one member to another on which each can give the next something, both
/// ends included; empty where there is none.
template <class Suits>
std::vector<NodeId> find_way(const Placement& placement, const Suits& suits,
                             const std::vector<NodeId>& members, NodeId from, NodeId to) {
  if (last_run(placement, suits, from, to)) return {from, to};
  std::map<NodeId, NodeId> came_from = {{from, from}};
  std::deque<NodeId> reached = {from};
  while (!reached.empty() && !came_from.contains(to)) {
    const NodeId here = reached.front();
    reached.pop_front();
    for (const NodeId next : members) {
      if (came_from.contains(next) || !last_run(placement, suits, here, next)) continue;
      came_from[next] = here;
      reached.push_back(next);
    }
  }
  if (!came_from.contains(to)) return {};
  std::vector<NodeId> way = {to};
  while (way.back() != from) way.push_back(came_from[way.back()]);
  std::ranges::reverse(way);
  return way;
}

/// One step of evening out: finds two members of which one can give the other something, perhaps
/// by way of others, and gives. `suits(run, from, to)` says which runs can be given, and
/// `give(run, from, to)` does so. False where there is nothing left to do.
template <class Suits, class Give>
bool even_out_once(Placement& placement, Loads& loads, const Suits& suits, const Give& give) {
  const std::vector<NodeId> members = loads.by_load();
  for (const NodeId from : members) {
    for (auto to = members.rbegin(); to != members.rend() && *to != from; ++to) {
      std::int32_t groups = loads.gift(from, *to);
      if (groups <= 0) continue;
      const std::vector<NodeId> way = find_way(placement, suits, members, from, *to);
      if (way.empty()) continue;
      for (std::size_t hop = 0; hop + 1 < way.size(); ++hop) {
        const std::size_t run = *last_run(placement, suits, way[hop], way[hop + 1]);
        groups = std::min(groups, length_of(placement, run));
      }
      for (std::size_t hop = 0; hop + 1 < way.size(); ++hop) {
        const std::size_t run = *last_run(placement, suits, way[hop], way[hop + 1]);
        give(cut_off(placement, run, groups), way[hop], way[hop + 1]);
      }
      loads.move(from, *to, groups);
      return true;
    }
  }
  return false;
}

/// Sends copies from who holds most to who holds least.
bool even_out_copies(Placement& placement, std::span<const NodeId> members, std::int32_t slack) {
  Loads loads(members);
  for (std::size_t r = 0; r < placement.runs.size(); ++r) {
    for (const NodeId home : placement.runs[r].homes) loads.add(home, length_of(placement, r));
  }
  if (!loads.uneven(slack)) return false;
  bool changed = false;
  const auto suits = [](const Run& run, NodeId from, NodeId to) {
    return !run.incoming && is_home(run, from) && !is_home(run, to);
  };
  const auto give = [](Run& run, NodeId from, NodeId to) {
    run.incoming = to;
    run.leaving = from;
  };
  while (even_out_once(placement, loads, suits, give)) changed = true;
  return changed;
}

/// Changes which of the homes is the first.
bool even_out_work(Placement& placement, std::span<const NodeId> members, std::int32_t slack) {
  Loads loads(members);
  for (std::size_t r = 0; r < placement.runs.size(); ++r) {
    const std::vector<NodeId>& homes = placement.runs[r].homes;
    if (!homes.empty()) loads.add(homes.front(), length_of(placement, r));
  }
  if (!loads.uneven(slack)) return false;
  bool changed = false;
  const auto suits = [](const Run& run, NodeId from, NodeId to) {
    return !run.homes.empty() && run.homes.front() == from && is_home(run, to);
  };
  const auto give = [](Run& run, NodeId /*from*/, NodeId to) {
    std::ranges::iter_swap(run.homes.begin(), std::ranges::find(run.homes, to));
  };
  while (even_out_once(placement, loads, suits, give)) changed = true;
  return changed;
}

/// Neighbours that live on the same nodes become one run again.
void join_equal_runs(Placement& placement) {
  std::vector<Run> joined;
  for (Run& run : placement.runs) {
    const bool same = !joined.empty() && !joined.back().incoming && !run.incoming &&
                      joined.back().homes == run.homes;
    if (!same) joined.push_back(std::move(run));
  }
  placement.runs = std::move(joined);
}

}  // namespace

std::int32_t Placement::usual_slack(std::size_t members) const {
  return std::max(1, groups / static_cast<std::int32_t>(10 * std::max<std::size_t>(1, members)));
}

bool Placement::balance(std::span<const NodeId> members, std::int32_t slack) {
  const bool quiet =
      std::ranges::none_of(runs, [](const Run& run) { return run.incoming.has_value(); });
  if (!quiet || members.size() < 2) return false;
  const bool changed =
      even_out_copies(*this, members, slack) || even_out_work(*this, members, slack);
  if (changed) join_equal_runs(*this);
  return changed;
}

}  // namespace neve::store

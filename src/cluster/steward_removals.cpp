#include "cluster/steward_removals.hpp"

#include <algorithm>
#include <utility>

namespace neve::cluster {

/// Whether a majority of the votes is with members that answer. A node that was removed votes on
/// for a while, so that the others can do without it; with its vote alone they shall remove nobody
/// who may only be cut off (found by the simulator, seed 1254: a leader and a node that it had
/// removed went on without the rest, and without the rest's rows).
bool Removals::members_decide(const Knowledge& known) {
  const auto answers = std::ranges::count_if(known.voters, [&known](NodeId voter) {
    return known.view.find(voter) != nullptr &&
           std::ranges::find(known.silent, voter) == known.silent.end();
  });
  return 2 * static_cast<std::size_t>(answers) > known.voters.size();
}

std::vector<ClusterMember> Removals::due(const Knowledge& known, gossip::Time now) {
  std::vector<ClusterMember> gone;
  for (const ClusterMember& member : known.view.members) {
    if (member.id != self_ && is_gone(member.id, known, now)) gone.push_back(member);
  }
  return gone;
}

std::vector<NodeId> Removals::forgotten(const Knowledge& known, gossip::Time now) {
  std::map<NodeId, gossip::Time> strangers;
  std::vector<NodeId> due;
  const auto self = known.gossip.find(self_);
  for (const auto& [id, member] : known.gossip) {
    const bool believes =
        gossip::is_present(member.state) && member.info.cluster == self->second.info.cluster;
    if (!believes || known.view.find(id) != nullptr) continue;
    const auto before = stranger_since_.find(id);
    const auto since = before == stranger_since_.end() ? now : before->second;
    strangers.emplace(id, since);
    if (now - since >= kUnknown) due.push_back(id);
  }
  stranger_since_ = std::move(strangers);
  return due;
}

bool Removals::is_gone(NodeId id, const Knowledge& known, gossip::Time now) {
  const bool silent = std::ranges::find(known.silent, id) != known.silent.end();
  const auto at = known.gossip.find(id);
  if (at == known.gossip.end()) {
    const auto since = unknown_since_.emplace(id, now).first->second;
    return silent && now - since >= kUnknown && members_decide(known);
  }
  unknown_since_.erase(id);
  // What is final was said by the member itself, or agreed on before.
  return gossip::is_final(at->second.state) ||
         (at->second.state == gossip::MemberState::dead && silent && members_decide(known));
}

}  // namespace neve::cluster

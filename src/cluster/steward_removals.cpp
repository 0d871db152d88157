#include "cluster/steward_removals.hpp"

#include <algorithm>

namespace neve::cluster {

std::vector<ClusterMember> Removals::due(const Knowledge& known, gossip::Time now) {
  std::vector<ClusterMember> gone;
  for (const ClusterMember& member : known.view.members) {
    if (member.id != self_ && is_gone(member.id, known, now)) gone.push_back(member);
  }
  return gone;
}

bool Removals::is_gone(NodeId id, const Knowledge& known, gossip::Time now) {
  const bool silent = std::ranges::find(known.silent, id) != known.silent.end();
  const auto at = known.gossip.find(id);
  if (at == known.gossip.end()) {
    const auto since = unknown_since_.emplace(id, now).first->second;
    return silent && now - since >= kUnknown;
  }
  unknown_since_.erase(id);
  // What is final was said by the member itself, or agreed on before.
  return gossip::is_final(at->second.state) ||
         (at->second.state == gossip::MemberState::dead && silent);
}

}  // namespace neve::cluster

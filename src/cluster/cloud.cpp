#include <neve/cluster/cloud.hpp>

#include <algorithm>

namespace neve::cluster {

bool View::contains(NodeId id) const {
  return std::ranges::find(members, id, &Member::id) != members.end();
}

std::vector<NodeId> View::ids() const {
  std::vector<NodeId> all;
  all.reserve(members.size());
  for (const Member& member : members) all.push_back(member.id);
  return all;
}

std::vector<NodeId> View::homes() const {
  std::vector<NodeId> staying;
  for (const Member& member : members) {
    if (!member.draining) staying.push_back(member.id);
  }
  return staying.empty() ? ids() : staying;
}

}  // namespace neve::cluster

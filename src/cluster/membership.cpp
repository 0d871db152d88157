#include "cluster/api/membership.hpp"

#include <algorithm>

namespace neve::cluster {

const ClusterMember* ClusterView::find(NodeId id) const {
  const auto at = std::ranges::find(members, id, &ClusterMember::id);
  return at == members.end() ? nullptr : &*at;
}

View ClusterView::data_view() const {
  View view;
  view.epoch = epoch;
  for (const ClusterMember& member : members) {
    if (member.witness) continue;
    view.members.push_back({.id = member.id,
                            .address = member.rest_address,
                            .peer = member.node_address,
                            .number = member.number,
                            .draining = member.draining});
  }
  return view;
}

bool apply(ClusterView& view, const ViewChange& change) {
  const auto at = std::ranges::find(view.members, change.member.id, &ClusterMember::id);
  const bool known = at != view.members.end();
  switch (change.kind) {
    case ViewChange::Kind::join:
      if (known || std::ranges::find(view.gone, change.member.id) != view.gone.end()) return false;
      view.members.push_back(change.member);
      view.members.back().number = view.next_number++;
      break;
    case ViewChange::Kind::leave:
      if (!known) return false;
      view.members.erase(at);
      view.gone.push_back(change.member.id);
      view.fence = view.epoch + 1;
      break;
    case ViewChange::Kind::drain:
      if (!known || at->draining) return false;
      at->draining = true;
      break;
    default:
      return false;
  }
  ++view.epoch;
  return true;
}

}  // namespace neve::cluster

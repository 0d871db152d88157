#pragma once

#include <map>
#include <span>
#include <vector>

#include <neve/base/ids.hpp>

#include "cluster/api/membership.hpp"
#include "cluster/gossip/member_table.hpp"

namespace neve::cluster {

/// Whom the leader proposes to remove from the view. Gossip's verdict may be wrong, as a suspicion
/// is a matter of chance where packets are lost, and a removal is for ever; but the leader talks to
/// every member several times a second by other means: who is dead for gossip and answers Raft is
/// not dead. Without I/O.
class Removals {
 public:
  struct Knowledge {
    const ClusterView& view;
    const gossip::MemberTable::Members& gossip;
    std::span<const NodeId> silent;  ///< of whom the leader has heard nothing for a while
    std::span<const NodeId> voters;
  };
  /// A member that gossip does not know at all was forgotten after its death, or is so new that the
  /// news of it has not come yet; the latter takes no longer than this.
  static constexpr gossip::Time kUnknown = std::chrono::seconds(15);

  explicit Removals(NodeId self) : self_(self) {}
  /// To be asked again and again while this node leads.
  std::vector<ClusterMember> due(const Knowledge& known, gossip::Time now);
  /// Processes that believe to be members but have been in no view for so long that no news of
  /// their joining can be on the way: they were removed when nobody could tell them, and all have
  /// forgotten it since. They are to be told.
  std::vector<NodeId> forgotten(const Knowledge& known, gossip::Time now);
  /// This node does not lead.
  void rest() {
    unknown_since_.clear();
    stranger_since_.clear();
  }

 private:
  static bool members_decide(const Knowledge& known);
  bool is_gone(NodeId id, const Knowledge& known, gossip::Time now);

  NodeId self_;
  std::map<NodeId, gossip::Time> unknown_since_;
  std::map<NodeId, gossip::Time> stranger_since_;
};

}  // namespace neve::cluster

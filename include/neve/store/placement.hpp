#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <neve/base/ids.hpp>

namespace neve::store {

/// Consecutive row groups of a layout that live on the same nodes.
struct Run {
  std::int32_t first_group = 0;
  std::vector<NodeId> homes;           ///< the first runs tasks; all hold the chunks. Empty: lost
  std::optional<NodeId> incoming;      ///< fetches copies; is sent what is written, too
  std::optional<NodeId> leaving = {};  ///< the home whose place `incoming` takes when it has them
  std::uint64_t since = 0;  ///< version at which `incoming` was chosen; 0 until it is committed
  template <class Archive>
  void fields(Archive& archive) {
    archive(first_group, homes, incoming, leaving, since);
  }
  friend bool operator==(const Run&, const Run&) = default;
  /// Nobody fetches copies any more.
  void settle();
};

/// Where the row groups of one layout live. A value of the catalogue: the same on every node that
/// has applied the same commands.
struct Placement {
  std::uint64_t epoch = 0;    ///< of the view that it was first made for
  std::uint64_t version = 0;  ///< of the catalogue at its last change; 0 until it is committed
  std::int32_t groups = 0;
  std::vector<Run> runs;  ///< by first_group, without gaps

  /// Throws ClusterError where every copy is lost, and so do home() and receivers().
  [[nodiscard]] const Run& run_of(GroupIndex group) const;
  /// Who runs tasks on the group.
  [[nodiscard]] NodeId home(GroupIndex group) const { return run_of(group).homes.front(); }
  /// Everybody who must be sent a chunk of the group.
  [[nodiscard]] std::vector<NodeId> receivers(GroupIndex group) const;
  /// First group behind a run of this placement.
  [[nodiscard]] std::int32_t end_of(const Run& run) const;
  /// Takes a node that has left out of all runs. True where something changed.
  bool drop(NodeId node);
  /// Chooses who fetches a copy, for each run that has fewer than `copies` at `members`, and lets
  /// go of homes that are no `members` (they are about to leave) as soon as the others suffice.
  /// True where something changed. The choice depends on the arguments only.
  bool fill(std::span<const NodeId> members, std::int32_t copies);
  /// Evens out how many row groups each member holds, and of how many it is the first home, as soon
  /// as no copy is on its way: moves copies from who holds most to who holds least, and where that
  /// is done, changes who is first. Nothing moves where nobody is further than `slack` groups, for
  /// each copy, from
  /// an even share. True where something changed; it then has to be asked again once the copies
  /// have arrived. The choice depends on the arguments only.
  bool balance(std::span<const NodeId> members, std::int32_t slack);
  /// Groups above an even share that are not worth a move: a tenth.
  [[nodiscard]] std::int32_t usual_slack(std::size_t members) const;
  /// The node has fetched all of the run, which ended at `end_group`, and for which it was chosen
  /// at version `since`. True where that run still waited for it. A run may have been given to the
  /// node, taken away and given again; what it fetched at first, it has dropped then.
  bool arrived(std::int32_t first_group, std::int32_t end_group, NodeId node, std::uint64_t since);
  /// The catalogue has taken the changes over, as its `version`.
  void commit(std::uint64_t committed);

  template <class Archive>
  void fields(Archive& archive) {
    archive(epoch, version, groups, runs);
  }
};

using PlacementPtr = std::shared_ptr<const Placement>;

/// A new placement of `groups` row groups: one run for each member, as even as their number allows,
/// in the order of `members`; copies on the members that follow.
Placement place(std::int32_t groups, std::span<const NodeId> members, std::int32_t copies);

}  // namespace neve::store

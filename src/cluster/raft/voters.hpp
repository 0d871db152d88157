#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <neve/base/ids.hpp>

#include "cluster/api/membership.hpp"
#include "cluster/raft/raft_core.hpp"

namespace neve::cluster::raft {

/// Votes among so many members: an odd number up to five, as an even one bears no more losses than
/// the odd one below it. Two members both vote: a single vote would be a single point of failure.
std::size_t wanted_voters(std::size_t members);

/// What the leader knows when it looks after the servers.
struct Situation {
  NodeId self;  ///< the leader
  Configuration servers;
  std::vector<ClusterMember> members;  ///< of the view, oldest first
  std::set<NodeId> responsive;         ///< servers that follow this leader and were heard of lately
};

/// The next single step that brings the servers nearer to the view; nothing where they agree.
/// Dead voters are removed first; one that is to go but still votes is replaced before, so that the
/// cluster bears a loss at any time; the leader gives up leadership before it is removed; who is
/// new replicates the log before it may vote; votes that are too many go last. No step is taken
/// that the voters that answer could not commit.
std::optional<Change> next_change(const Situation& situation);

/// Takes these steps on a replica while it leads, one at a time. Tick it with the replica.
class VoterKeeper {
 public:
  explicit VoterKeeper(NodeId self) : self_(self) {}
  void tick(std::uint64_t now_ms, RaftCore& replica, const ClusterView& view);

 private:
  /// Outlives the keeper in callbacks of the replica.
  struct Progress {
    bool under_way = false;
    std::map<NodeId, std::uint64_t> unfit_until_ms;  ///< did not catch up, or did not take over
  };
  [[nodiscard]] Situation situation(std::uint64_t now_ms, const RaftCore& replica,
                                    const CoreStatus& status, const ClusterView& view) const;

  NodeId self_;
  std::shared_ptr<Progress> progress_ = std::make_shared<Progress>();
};

}  // namespace neve::cluster::raft

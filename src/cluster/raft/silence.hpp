#pragma once

#include <cstdint>
#include <vector>

#include <neve/base/ids.hpp>

#include "cluster/raft/raft_core.hpp"

namespace neve::cluster::raft {

/// Servers, with a vote or without, that a replica has not heard of for `limit_ms` or never. Only a
/// leader hears of all, and whoever looks for one hears of those who might vote for it; a follower
/// hears of its leader, and knows nothing of the others' silence.
std::vector<NodeId> silent_servers(const RaftCore& replica, NodeId self, std::uint64_t now_ms,
                                   std::uint64_t limit_ms);

}  // namespace neve::cluster::raft

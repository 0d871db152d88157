#include "cluster/raft/silence.hpp"

namespace neve::cluster::raft {

std::vector<NodeId> silent_servers(const RaftCore& replica, NodeId self, std::uint64_t now_ms,
                                   std::uint64_t limit_ms) {
  const CoreStatus status = replica.status();
  std::vector<NodeId> silent;
  if (status.leader && !status.is_leader) return silent;
  for (const Server& server : status.servers) {
    if (server.id == self) continue;
    const auto heard = replica.last_heard_ms(server.id);
    if (!heard || now_ms - *heard > limit_ms) silent.push_back(server.id);
  }
  return silent;
}

}  // namespace neve::cluster::raft

#include "cluster/raft/read_rounds.hpp"

#include <iterator>
#include <utility>

namespace neve::cluster::raft {

bool ReadRounds::begin(std::uint64_t commit_index) {
  if (open() || waiting_.empty()) return false;
  ++round_;
  index_ = commit_index;
  confirmed_.clear();
  asked_ = std::exchange(waiting_, {});
  return true;
}

void ReadRounds::confirm(NodeId from, std::uint64_t round) {
  if (open() && round == round_) confirmed_.insert(from);
}

ReadRounds::Finished ReadRounds::finish(const Configuration& servers, NodeId self) {
  if (!open()) return {};
  std::size_t voters = 0;
  std::size_t confirmed = 0;
  for (const Server& server : servers) {
    if (server.role != ServerRole::voter) continue;
    ++voters;
    if (server.id == self || confirmed_.contains(server.id)) ++confirmed;
  }
  if (confirmed <= voters / 2) return {};
  return {index_, std::exchange(asked_, {})};
}

std::vector<ReadRounds::Done> ReadRounds::abandon() {
  std::vector<Done> all = std::exchange(asked_, {});
  std::move(waiting_.begin(), waiting_.end(), std::back_inserter(all));
  waiting_.clear();
  return all;
}

}  // namespace neve::cluster::raft

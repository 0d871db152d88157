#include "simulator/raft_ledger.hpp"

#include <algorithm>
#include <iterator>

#include <neve/base/buffer.hpp>

namespace neve::simulator {
namespace {

using cluster::raft::Entry;
using cluster::raft::EntryKind;

std::uint64_t digest_of(const Entry& entry) {
  return hash_bytes(entry.data, static_cast<std::uint64_t>(entry.kind));
}

}  // namespace

void RaftLedger::leads(std::uint64_t term, NodeId leader) {
  const auto [at, is_new] = leaders_.emplace(term, leader);
  if (at->second == leader) return;
  complain("term " + std::to_string(term) + " has leaders " + std::to_string(at->second.value()) +
           " and " + std::to_string(leader.value()));
}

void RaftLedger::ready(std::uint64_t term, NodeId leader, std::uint64_t committed) {
  // A leader that was stopped may learn late that it had a majority, when another leads already.
  if (committed >= last_acknowledged_ || leaders_.rbegin()->first > term) return;
  complain("leader " + std::to_string(leader.value()) + " has committed " +
           std::to_string(committed) + ", acknowledged was " + std::to_string(last_acknowledged_));
}

void RaftLedger::applied(NodeId node, std::uint64_t index, std::uint64_t digest) {
  const auto [at, is_new] = digests_.emplace(index, digest);
  if (at->second == digest) return;
  complain("node " + std::to_string(node.value()) + " has another history at " +
           std::to_string(index));
}

void RaftLedger::state(NodeId node, std::uint64_t index, std::uint64_t digest) {
  const auto [at, is_new] = states_.emplace(index, digest);
  if (at->second == digest) return;
  complain("node " + std::to_string(node.value()) + " has another catalogue at " +
           std::to_string(index));
}

void RaftLedger::sent(std::uint64_t index, const Entry& entry) {
  const std::pair key{index, entry.term};
  const std::uint64_t digest = digest_of(entry);
  const auto [at, is_new] = entries_.emplace(key, digest);
  if (at->second != digest) {
    complain("two entries " + std::to_string(index) + " of term " + std::to_string(entry.term));
  }
  if (!is_new || entry.kind != EntryKind::configuration) return;
  const auto servers = cluster::raft::read_configuration(entry.data);
  if (!servers) return complain("a configuration cannot be read");
  Voters& voters = configurations_[key];
  for (const auto& server : *servers) {
    if (server.role == cluster::raft::ServerRole::voter) voters.insert(server.id);
  }
}

void RaftLedger::acknowledged(std::uint64_t command, std::uint64_t index) {
  acknowledged_[command] = index;
  last_acknowledged_ = std::max(last_acknowledged_, index);
}

void RaftLedger::read(NodeId node, std::uint64_t acknowledged_before, std::uint64_t applied) {
  if (applied >= acknowledged_before) return;
  complain("node " + std::to_string(node.value()) + " reads at " + std::to_string(applied) +
           " what was acknowledged at " + std::to_string(acknowledged_before));
}

void RaftLedger::check_history(const std::vector<std::uint64_t>& history) {
  std::set<std::uint64_t> seen;
  for (const std::uint64_t command : history) {
    if (!seen.insert(command).second) {
      complain("command " + std::to_string(command) + " was applied twice");
    }
  }
  for (const auto& [command, index] : acknowledged_) {
    if (!seen.contains(command)) {
      complain("command " + std::to_string(command) + ", acknowledged at " + std::to_string(index) +
               ", is lost");
    }
  }
}

void RaftLedger::check_configurations(std::uint64_t committed) {
  // Of several entries at one index that of the last term is the committed one, as later leaders
  // keep it.
  std::map<std::uint64_t, std::uint64_t> last_terms;
  for (const auto& [key, digest] : entries_) last_terms[key.first] = key.second;
  std::map<std::uint64_t, Voters> by_index;
  for (const auto& [key, voters] : configurations_) {
    const auto& [index, term] = key;
    if (index <= committed && last_terms.at(index) == term) by_index[index] = voters;
  }
  const Voters* before = nullptr;
  for (const auto& [index, voters] : by_index) {
    if (before != nullptr) {
      Voters difference;
      std::ranges::set_symmetric_difference(*before, voters,
                                            std::inserter(difference, difference.end()));
      if (difference.size() > 1) {
        complain("more than one vote changes at " + std::to_string(index));
      }
    }
    before = &voters;
  }
}

}  // namespace neve::simulator

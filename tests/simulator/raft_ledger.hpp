#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/ids.hpp>

#include "cluster/raft/raft_core.hpp"

namespace neve::simulator {

/// Sees everything that the replicas of a simulated cluster do, and keeps what contradicts Raft's
/// promises.
class RaftLedger {
 public:
  /// Election safety: a term has one leader.
  void leads(std::uint64_t term, NodeId leader);
  /// Leader completeness: who can commit in a term has committed what was acknowledged before.
  void ready(std::uint64_t term, NodeId leader, std::uint64_t committed);
  /// State machine safety: an index has one history up to it, known by its digest.
  void applied(NodeId node, std::uint64_t index, std::uint64_t digest);
  /// … and one state of the catalogue.
  void state(NodeId node, std::uint64_t index, std::uint64_t digest);
  /// Log matching: an entry is known by its index and term.
  void sent(std::uint64_t index, const cluster::raft::Entry& entry);
  void acknowledged(std::uint64_t command, std::uint64_t index);
  /// A read must see what was acknowledged before it began.
  void read(NodeId node, std::uint64_t acknowledged_before, std::uint64_t applied);
  /// At the end: every acknowledged command is there, and none is there twice.
  void check_history(const std::vector<std::uint64_t>& history);
  /// At the end: the votes of committed configurations, one after the other, differ by one server.
  void check_configurations(std::uint64_t committed);

  [[nodiscard]] std::uint64_t last_acknowledged() const { return last_acknowledged_; }
  [[nodiscard]] std::size_t acknowledgements() const { return acknowledged_.size(); }
  [[nodiscard]] std::size_t elections() const { return leaders_.size(); }
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
  void complain(std::string problem) { problems_.push_back(std::move(problem)); }

 private:
  using Voters = std::set<NodeId>;
  std::map<std::uint64_t, NodeId> leaders_;
  std::map<std::uint64_t, std::uint64_t> digests_;
  std::map<std::uint64_t, std::uint64_t> states_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> entries_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Voters> configurations_;  // by index, term
  std::map<std::uint64_t, std::uint64_t> acknowledged_;                       // command → index
  std::uint64_t last_acknowledged_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace neve::simulator

#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#include <neve/base/ids.hpp>

#include "cluster/raft/raft_message.hpp"

namespace neve::cluster::raft {

/// Reads that see every acknowledged write, without an entry in the log (Ongaro's dissertation,
/// 6.4): a leader remembers its commit index, asks the voters whether they still are in its term,
/// and may serve reads of that index once a majority has said so, as no later leader can have been
/// elected before. Reads that come while a round is under way wait for the next one. Pure state.
class ReadRounds {
 public:
  using Done = std::function<void(std::uint64_t index)>;
  struct Finished {
    std::uint64_t index = 0;
    std::vector<Done> reads;
  };

  void request(Done read) { waiting_.push_back(std::move(read)); }
  /// Opens a round for the waiting reads; false where there are none or a round is open.
  bool begin(std::uint64_t commit_index);
  [[nodiscard]] bool open() const { return !asked_.empty(); }
  [[nodiscard]] std::uint64_t round() const { return round_; }
  void confirm(NodeId from, std::uint64_t round);
  /// The open round's reads, once the voters that confirmed, and `self`, are a majority.
  Finished finish(const Configuration& servers, NodeId self);
  /// All reads, as this node leads no longer.
  std::vector<Done> abandon();

 private:
  std::uint64_t round_ = 0;
  std::uint64_t index_ = 0;
  std::set<NodeId> confirmed_;
  std::vector<Done> waiting_;
  std::vector<Done> asked_;
};

}  // namespace neve::cluster::raft

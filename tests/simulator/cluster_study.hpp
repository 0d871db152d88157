#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "simulator/network.hpp"

namespace neve::simulator {

/// What becomes of a cluster of whole nodes (gossip, steward, Raft, catalogue, chunks), with
/// clients on every node, under faults. Checked all the while: Raft's promises, one state of all
/// replicas, no death of whom nothing happened to, no acknowledgement by a minority, every home has
/// its chunks, nothing acknowledged is lost while homes are struck one at a time, every running job
/// has one owner, a member, whose steps alone count, and ends once. At the end: one
/// cluster of all hosts that agree on everything, with all copies made and nothing left over.
struct ClusterStudy {
  struct Options {
    std::uint64_t seed = 1;
    std::size_t nodes = 3;
    int faults = 24;
    Time length = std::chrono::seconds(120);  ///< faults end 35 seconds before
    std::size_t trace_lines = 0;
  };
  std::vector<std::string> problems;  ///< empty: all promises were kept
  std::deque<std::string> trace;      ///< the last lines
  std::size_t acknowledged = 0;       ///< commands
  std::size_t frames = 0;             ///< acknowledged
  std::size_t jobs = 0;
  std::size_t losses = 0;    ///< layouts of which some rows were lost with all their homes
  std::size_t removals = 0;  ///< of members
  std::size_t elections = 0;
  std::uint64_t events = 0;
  int faults = 0;
};
ClusterStudy run_cluster_study(const ClusterStudy::Options& options);

}  // namespace neve::simulator

#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace neve::simulator {

/// One seed's cluster of 3 to 9 nodes under Raft: 120 virtual seconds, at least 20 faults, clients
/// on every node.
struct RaftStudy {
  std::vector<std::string> problems;  ///< empty: all that Raft promises was kept
  std::deque<std::string> trace;      ///< the last lines, where they were asked for
  std::size_t nodes = 0;
  std::size_t acknowledged = 0;  ///< commands
  std::size_t elections = 0;
  int faults = 0;
};
RaftStudy run_raft_study(std::uint64_t seed, std::size_t trace_lines = 0);

}  // namespace neve::simulator

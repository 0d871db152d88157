#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "simulator/network.hpp"

namespace neve::simulator {

/// What becomes of a cluster of nodes under Raft, with clients on every node, under faults.
struct RaftStudy {
  struct Options {
    std::uint64_t seed = 1;
    std::size_t nodes = 3;
    int faults = 24;
    Time length = std::chrono::seconds(120);  ///< faults end 25 seconds before
    std::size_t trace_lines = 0;
  };
  std::vector<std::string> problems;  ///< empty: all that Raft promises was kept
  std::deque<std::string> trace;      ///< the last lines
  std::size_t acknowledged = 0;       ///< commands
  std::size_t elections = 0;
  std::uint64_t events = 0;
  int faults = 0;
};
RaftStudy run_raft_study(const RaftStudy::Options& options);

}  // namespace neve::simulator

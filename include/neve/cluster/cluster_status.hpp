#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/cluster/cloud.hpp>

namespace neve::cluster {

/// A member, witnesses included, and its part in what the cluster agrees on.
struct MemberStatus {
  Member member;
  bool witness = false;  ///< votes, but holds no data
  bool votes = false;
};

/// A cluster as one of its nodes sees it.
struct ClusterStatus {
  std::uint64_t epoch = 0;  ///< of the view
  std::uint64_t term = 0;   ///< of the leader
  std::optional<NodeId> leader;
  std::uint64_t committed = 0;  ///< index of the last command that the cluster has agreed on
  std::uint64_t applied = 0;    ///< … and of the last that this node has carried out
  std::size_t wanted_votes = 1;
  bool encrypted = false;             ///< whether nodes talk to each other by TLS
  std::vector<MemberStatus> members;  ///< in the order of their joining
};

/// What went between a node and others since its start.
struct CallCounts {
  std::uint64_t calls = 0;  ///< made
  std::uint64_t answered = 0;
  std::uint64_t open = 0;  ///< under way now, made and answered ones
  std::uint64_t connections = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t heartbeats = 0;
  std::uint64_t posts_dropped = 0;
  std::vector<std::pair<std::string, std::uint64_t>> refused = {};  ///< by reason
};

struct GossipCounts {
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t send_errors = 0;
  std::vector<std::pair<std::string, std::uint64_t>> dropped = {};  ///< received ones, by reason
};

}  // namespace neve::cluster

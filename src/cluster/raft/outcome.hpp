#pragma once

#include <cstdint>

namespace neve::cluster::raft {

/// How a request to a replica ended.
enum class Outcome : std::uint8_t {
  done,
  not_leader,       ///< nothing happened: ask the leader
  leadership_lost,  ///< whether it happened is not known
  busy,             ///< nothing happened: another change is under way
  refused,          ///< nothing happened: it makes no sense for this member
  unreachable,      ///< nothing happened: the member did not catch up
  failed,           ///< this replica has stopped
};

/// What a status code of libraft means.
Outcome outcome_of(int code);

}  // namespace neve::cluster::raft

#include "cluster/raft/outcome.hpp"

extern "C" {
#include <raft.h>
}

namespace neve::cluster::raft {

Outcome outcome_of(int code) {
  switch (code) {
    case 0:
      return Outcome::done;
    case RAFT_NOTLEADER:
      return Outcome::not_leader;
    case RAFT_LEADERSHIPLOST:
      return Outcome::leadership_lost;
    case RAFT_CANTCHANGE:
      return Outcome::busy;
    case RAFT_NOCONNECTION:
      return Outcome::unreachable;
    case RAFT_BADID:
    case RAFT_BADROLE:
    case RAFT_DUPLICATEID:
    case RAFT_DUPLICATEADDRESS:
    case RAFT_NOTFOUND:
      return Outcome::refused;
    default:
      return Outcome::failed;
  }
}

}  // namespace neve::cluster::raft

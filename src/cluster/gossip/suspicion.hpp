#pragma once

#include <set>

#include "cluster/gossip/member.hpp"

namespace neve::cluster::gossip {

/// How long a suspect has to refute: Lifeguard's LHA-Suspicion (Dadgar, Phillips, Currey 2017,
/// section IV-B). It starts with `most` and shrinks, with the logarithm of the number of members
/// who accuse independently, to `least` when `wanted` of them have confirmed the first.
class Suspicion {
 public:
  struct Limits {
    Time least{0};
    Time most{0};
    int wanted = 0;  ///< confirmations after which `least` holds; 0: at once
  };
  Suspicion(NodeId accuser, Time now, Limits limits);
  /// Counts another accuser; false if it brings nothing new, as NodeId 0 (nobody in particular)
  /// does.
  bool confirm(NodeId accuser);
  /// Somebody has waited long enough already: only `least` is left.
  void hurry() { hurried_ = true; }
  /// Gives back time in which this node itself was stopped.
  void extend(Time by) { started_ += by; }
  [[nodiscard]] Time deadline() const;
  [[nodiscard]] Time started() const { return started_; }

 private:
  std::set<NodeId> accusers_;
  Time started_;
  Limits limits_;
  bool hurried_ = false;
};

}  // namespace neve::cluster::gossip

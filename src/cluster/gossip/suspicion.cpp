#include "cluster/gossip/suspicion.hpp"

#include <neve/base/math.hpp>

namespace neve::cluster::gossip {

Suspicion::Suspicion(NodeId accuser, Time now, Limits limits)
    : accusers_{accuser}, started_(now), limits_(limits) {}

bool Suspicion::confirm(NodeId accuser) {
  const bool counts = static_cast<int>(accusers_.size()) <= limits_.wanted;
  return counts && accuser != NodeId() && accusers_.insert(accuser).second;
}

Time Suspicion::deadline() const {
  const auto confirmations = static_cast<int>(accusers_.size()) - 1;
  if (hurried_ || confirmations >= limits_.wanted) return started_ + limits_.least;
  const double share = math::log(confirmations + 1.0) / math::log(limits_.wanted + 1.0);
  const auto span = static_cast<double>((limits_.most - limits_.least).count());
  return started_ + limits_.most - Time(static_cast<Time::rep>(span * share));
}

}  // namespace neve::cluster::gossip

#pragma once

#include <algorithm>

#include "cluster/gossip/member.hpp"

namespace neve::cluster::gossip {

/// Lifeguard's local health multiplier: how much this node has reason to doubt itself. Everything
/// it expects of others takes `1 + score` times as long.
class LocalHealth {
 public:
  static constexpr int kWorst = 8;
  void improve() { score_ = std::max(score_ - 1, 0); }
  void worsen() { score_ = std::min(score_ + 1, kWorst); }
  [[nodiscard]] int score() const { return score_; }
  [[nodiscard]] Time stretch(Time time) const { return time * (score_ + 1); }

 private:
  int score_ = 0;
};

}  // namespace neve::cluster::gossip

#pragma once

#include "cluster/api/membership.hpp"
#include "cluster/api/state_machine.hpp"

namespace neve::cluster {

/// What is replicated above the view: on each node its part of the store. It hears of changes of
/// the view at the same place of the command order on every replica.
class Application : public StateMachine {
 public:
  /// Called by the thread that applies, between commands and after a restore. May not commit.
  virtual void view_changed(const ClusterView& view) = 0;
};

}  // namespace neve::cluster

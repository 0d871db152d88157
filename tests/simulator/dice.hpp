#pragma once

#include "cluster/gossip/draws.hpp"

namespace neve::simulator {

/// Random draws of the world: of its network, its faults, its hosts.
using Dice = cluster::gossip::Draws;

}  // namespace neve::simulator

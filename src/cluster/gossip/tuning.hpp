#pragma once

#include <chrono>

#include "cluster/gossip/member.hpp"

namespace neve::cluster::gossip {

/// The pace of the protocol. The defaults are for a death agreed within 5 s and a join seen within
/// 1 s, with links of up to 200 ms one way: their round trip must fit into `direct_timeout`.
struct Tuning {
  /// A new probe starts this often, whether or not the former are answered.
  Time probe_interval = std::chrono::milliseconds(200);
  /// When a probe that is not answered goes through others.
  Time direct_timeout = std::chrono::milliseconds(500);
  /// When a probe has failed.
  Time probe_timeout = std::chrono::milliseconds(1000);
  /// After this part of direct_timeout without an answer, whoever pings for others says so.
  Time nack_timeout = std::chrono::milliseconds(400);
  int relays = 3;

  /// How long a suspect has to refute once enough others confirm; `suspicion_rounds` gossip rounds
  /// for each doubling of the members come on top, as news take that long.
  Time suspicion = std::chrono::milliseconds(1800);
  double suspicion_rounds = 1;
  /// What the suspicion lasts without confirmation, as a multiple.
  int unconfirmed_factor = 6;
  int confirmations = 3;

  /// News go out this often, to `fanout` members, while there are any.
  Time gossip_interval = std::chrono::milliseconds(100);
  Time least_gossip_gap = std::chrono::milliseconds(20);
  int fanout = 3;
  /// An update travels `retransmit * log2(members + 1)` times from each member that hears it.
  double retransmit = 2;

  /// How often hello goes to addresses where nobody is known to live: first, and later.
  Time first_seek_interval = std::chrono::milliseconds(300);
  Time seek_interval = std::chrono::seconds(2);
  /// How long digests must differ before a sync.
  Time sync_patience = std::chrono::seconds(1);

  /// How long the dead that no view knew, and the left and evicted, are remembered.
  Time dead_kept = std::chrono::minutes(2);
  Time final_kept = std::chrono::minutes(30);
  /// A tick this late means that the process itself was stopped, so that nobody else is to blame.
  Time stall = std::chrono::seconds(1);
};

}  // namespace neve::cluster::gossip

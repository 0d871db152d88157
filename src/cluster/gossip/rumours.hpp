#pragma once

#include <cstddef>
#include <cstdint>
#include <list>

#include <neve/base/wire.hpp>

#include "cluster/gossip/packet.hpp"

namespace neve::cluster::gossip {

/// The news that still travel from this node: SWIM's buffer of piggy-backed updates. Each goes out
/// a limited number of times, those that went out least first; newer news of a member replace
/// older.
class Rumours {
 public:
  /// Replaces what is known of the member, but for equal accusations by other accusers, which count
  /// one by one.
  void add(const Update& update);
  /// Appends whole updates to a packet's body, up to `most_bytes` of it in all. News of `first` go
  /// in before others, as the receiver is concerned.
  void fill(wire::Bytes& body, std::size_t most_bytes, int limit, NodeId first);
  [[nodiscard]] bool empty() const { return rumours_.empty(); }
  void forget(NodeId id);
  void clear() { rumours_.clear(); }

 private:
  struct Rumour {
    NodeId id;
    NodeId accuser;
    std::uint32_t incarnation;
    MemberState state;
    wire::Bytes bytes;
    int sent = 0;
  };
  // Ordered by `sent`; of equals the newer comes first.
  std::list<Rumour> rumours_;
};

}  // namespace neve::cluster::gossip

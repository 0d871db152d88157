#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "cluster/gossip/draws.hpp"
#include "cluster/gossip/packet.hpp"

namespace neve::cluster::gossip {

/// What one node believes of every member, itself included. What is final beats all, then the
/// higher incarnation, then the worse state; so the order in which updates come does not matter.
class MemberTable {
 public:
  using Members = std::map<NodeId, Member>;
  explicit MemberTable(Member self);

  [[nodiscard]] NodeId self_id() const { return self_; }
  [[nodiscard]] const Member& self() const { return members_.at(self_); }
  [[nodiscard]] const Members& members() const { return members_; }
  [[nodiscard]] const Member* find(NodeId id) const;
  /// Members that are alive or suspect, this one included.
  [[nodiscard]] std::size_t present() const { return present_; }

  /// Changes this node's own info; it then has a higher incarnation than before and than `above`.
  void announce(const MemberInfo& info, std::uint32_t above = 0);
  /// Takes state and incarnation as they are; the caller has compared them.
  void set_state(NodeId id, MemberState state, std::uint32_t incarnation, Time now);
  /// Takes the update's info if it is newer; true if that changed anything but the incarnation.
  bool take_info(const Update& update);
  void add(const Update& update, Time now);
  void erase(NodeId id);

  /// Up to `count` members other than this one for which `suits` holds, drawn at random.
  std::vector<NodeId> draw(Draws& draws, std::size_t count,
                           const std::function<bool(const Member&)>& suits) const;
  /// A hash of all but the final members: equal when two nodes believe the same, but for suspicion,
  /// which comes and goes.
  [[nodiscard]] std::uint64_t digest() const;
  /// Everything that is known of a member, as an update.
  [[nodiscard]] Update full_update(const Member& member) const;

 private:
  Members members_;
  NodeId self_;
  std::size_t present_ = 1;
  mutable std::optional<std::uint64_t> digest_;
};

/// Whether a member can be expected to answer.
constexpr bool is_present(MemberState state) {
  return state == MemberState::alive || state == MemberState::suspect;
}

}  // namespace neve::cluster::gossip

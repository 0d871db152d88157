#include "cluster/gossip/member_table.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/error.hpp>

namespace neve::cluster::gossip {

MemberTable::MemberTable(Member self) : self_(self.id) {
  NEVE_CHECK(self_ != NodeId(), "a node's id is never 0");
  members_.emplace(self_, std::move(self));
}

const Member* MemberTable::find(NodeId id) const {
  const auto at = members_.find(id);
  return at == members_.end() ? nullptr : &at->second;
}

void MemberTable::announce(const MemberInfo& info, std::uint32_t above) {
  Member& self = members_.at(self_);
  self.info = info;
  self.incarnation = std::max(self.incarnation, above) + 1;
  self.info_incarnation = self.incarnation;
  digest_.reset();
}

void MemberTable::set_state(NodeId id, MemberState state, std::uint32_t incarnation, Time now) {
  Member& member = members_.at(id);
  present_ += static_cast<std::size_t>(is_present(state));
  present_ -= static_cast<std::size_t>(is_present(member.state));
  if (member.state != state) member.since = now;
  member.state = state;
  member.incarnation = incarnation;
  digest_.reset();
}

bool MemberTable::take_info(const Update& update) {
  Member& member = members_.at(update.id);
  if (!update.info || update.info_incarnation <= member.info_incarnation) return false;
  member.info_incarnation = update.info_incarnation;
  digest_.reset();
  return std::exchange(member.info, *update.info) != *update.info;
}

void MemberTable::add(const Update& update, Time now) {
  Member member;
  member.id = update.id;
  member.incarnation = update.incarnation;
  member.state = update.state;
  member.since = now;
  if (update.info) {
    member.info = *update.info;
    member.info_incarnation = update.info_incarnation;
  }
  present_ += static_cast<std::size_t>(is_present(member.state));
  members_.emplace(member.id, std::move(member));
  digest_.reset();
}

void MemberTable::erase(NodeId id) {
  const auto at = members_.find(id);
  if (at == members_.end() || id == self_) return;
  present_ -= static_cast<std::size_t>(is_present(at->second.state));
  members_.erase(at);
  digest_.reset();
}

std::vector<NodeId> MemberTable::draw(Draws& draws, std::size_t count,
                                      const std::function<bool(const Member&)>& suits) const {
  std::vector<NodeId> drawn;
  std::uint64_t seen = 0;
  for (const auto& [id, member] : members_) {
    if (id == self_ || !suits(member)) continue;
    ++seen;
    if (drawn.size() < count) {
      drawn.push_back(id);
    } else if (const std::uint64_t at = draws.below(seen); at < count) {
      drawn[at] = id;
    }
  }
  return drawn;
}

std::uint64_t MemberTable::digest() const {
  if (digest_) return *digest_;
  std::uint64_t sum = 0;
  for (const auto& [id, member] : members_) {
    if (is_final(member.state)) continue;
    const bool dead = member.state == MemberState::dead;
    const auto incarnations =
        (std::uint64_t{member.incarnation} << 32U) | std::uint64_t{member.info_incarnation};
    sum += CounterRng(id.value(), static_cast<std::uint64_t>(dead)).bits(incarnations);
  }
  digest_ = sum;
  return sum;
}

Update MemberTable::full_update(const Member& member) const {
  Update update;
  update.id = member.id;
  update.incarnation = member.incarnation;
  update.state = member.state;
  update.info_incarnation = member.info_incarnation;
  // A suspicion that is only passed on names no accuser, so that it confirms nothing.
  if (member.state == MemberState::dead) update.accuser = self_;
  if (member.info_incarnation != 0) update.info = member.info;
  return update;
}

}  // namespace neve::cluster::gossip

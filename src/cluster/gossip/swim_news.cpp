// What a node comes to believe of the others, and says of itself.
#include <algorithm>

#include <neve/base/math.hpp>

#include "cluster/gossip/swim.hpp"

namespace neve::cluster::gossip {

namespace {

// So many members, on average, probe at once whom they hear suspected: enough to confirm or to
// refute soon, and no stampede in a large cluster.
constexpr double kUrgentProbers = 8;

}  // namespace

void Swim::hear(const Update& update, Time now) {
  if (phase_ == Phase::evicted || phase_ == Phase::left) return;
  if (update.id == table_.self_id()) return hear_of_self(update, now);
  if (is_foreign(update)) return;
  const Member* member = table_.find(update.id);
  if (member == nullptr) return meet(update, now);
  switch (update.state) {
    case MemberState::alive:
      return hear_alive(*member, update, now);
    case MemberState::suspect:
    case MemberState::dead:
      return hear_accusation(*member, update, now);
    case MemberState::left:
    case MemberState::evicted:
      return hear_end(*member, update, now);
  }
}

bool Swim::is_foreign(const Update& update) const {
  const ClusterId mine = table_.self().info.cluster;
  return mine != ClusterId() && update.info && update.info->cluster != ClusterId() &&
         update.info->cluster != mine;
}

void Swim::hear_of_self(const Update& update, Time now) {
  if (update.state == MemberState::evicted) {
    phase_ = Phase::evicted;
    table_.set_state(table_.self_id(), MemberState::evicted, table_.self().incarnation, now);
    suspicions_.clear();
    rumours_.clear();
    return report(EventKind::evicted, table_.self());
  }
  if (phase_ != Phase::member || update.state == MemberState::left) return;
  // Older news are refuted already; newer ones there cannot be, as nobody else counts it up.
  if (update.state == MemberState::alive || update.incarnation != table_.self().incarnation) return;
  prober_.health().worsen();
  announce_self(table_.self().info, update.incarnation);
  report(EventKind::refuted, table_.self());
}

void Swim::announce_self(const MemberInfo& info, std::uint32_t above) {
  table_.announce(info, above);
  spread(table_.full_update(table_.self()));
}

void Swim::meet(const Update& update, Time now) {
  if (is_final(update.state)) return table_.add(update, now);
  if (!update.info) return;
  if (update.state == MemberState::dead) return table_.add(update, now);
  Update alive = update;
  alive.state = MemberState::alive;
  table_.add(alive, now);
  prober_.insert(update.id);
  report(EventKind::joined, *table_.find(update.id));
  spread(table_.full_update(*table_.find(update.id)));
  if (update.state == MemberState::suspect) hear_accusation(*table_.find(update.id), update, now);
}

void Swim::hear_alive(const Member& member, const Update& update, Time now) {
  if (is_final(member.state)) return;
  const bool is_newer = update.incarnation > member.incarnation;
  const bool has_changed = table_.take_info(update);
  if (is_newer) {
    const MemberState before = member.state;
    table_.set_state(update.id, MemberState::alive, update.incarnation, now);
    suspicions_.erase(update.id);
    if (before == MemberState::dead) prober_.insert(update.id);
    if (before != MemberState::alive) report(EventKind::refuted, member);
    spread(table_.full_update(member));
  }
  if (has_changed) report(EventKind::updated, member);
}

// Somebody else's word for a death is an accusation only: whoever cannot hear would otherwise
// declare everybody dead for all. It ends a suspicion that has run for its least time.
void Swim::hear_accusation(const Member& member, const Update& update, Time now) {
  if (is_final(member.state) || update.incarnation < member.incarnation) return;
  if (table_.take_info(update)) report(EventKind::updated, member);
  const bool is_same = update.incarnation == member.incarnation;
  if (is_same && member.state == MemberState::dead) return;
  if (!is_same || member.state != MemberState::suspect) return suspect(update.id, update, now);
  Suspicion& suspicion = suspicions_.at(update.id);
  if (update.state == MemberState::dead) suspicion.hurry();
  if (!suspicion.confirm(update.accuser)) return;
  Update confirmation = update;
  confirmation.state = MemberState::suspect;
  confirmation.info.reset();
  spread(confirmation);
}

void Swim::suspect(NodeId id, const Update& update, Time now) {
  const Member& member = *table_.find(id);
  if (member.state == MemberState::dead) {
    prober_.insert(id);
    report(EventKind::refuted, member);
  }
  const bool was_suspect = member.state == MemberState::suspect;
  table_.set_state(id, MemberState::suspect, update.incarnation, now);
  Suspicion suspicion(update.accuser, now, suspicion_limits());
  if (update.state == MemberState::dead) suspicion.hurry();
  suspicions_.insert_or_assign(id, std::move(suspicion));
  Update accusation;
  accusation.id = id;
  accusation.incarnation = update.incarnation;
  accusation.state = MemberState::suspect;
  accusation.accuser = update.accuser;
  spread(accusation);
  if (!was_suspect) report(EventKind::suspected, member);
  const auto others = static_cast<double>(table_.present());
  if (update.accuser != table_.self_id() && draws_.chance(kUrgentProbers / others))
    prober_.probe_soon(id);
}

void Swim::accuse(NodeId id, Time now) {
  const Member* member = table_.find(id);
  if (member == nullptr || !is_present(member->state)) return;
  Update accusation;
  accusation.id = id;
  accusation.incarnation = member->incarnation;
  accusation.state = MemberState::suspect;
  accusation.accuser = table_.self_id();
  hear_accusation(*member, accusation, now);
}

void Swim::hear_end(const Member& member, const Update& update, Time now) {
  if (member.state >= update.state) return;
  const MemberState before = member.state;
  table_.set_state(update.id, update.state, std::max(update.incarnation, member.incarnation), now);
  suspicions_.erase(update.id);
  Update end = update;
  end.info.reset();
  spread(end);
  if (before == MemberState::left) return;
  report(update.state == MemberState::left ? EventKind::left : EventKind::evicted, member);
}

void Swim::spread(const Update& update) {
  if (phase_ == Phase::evicted || phase_ == Phase::left) return;
  if (phase_ == Phase::leaving && update.id != table_.self_id()) return;
  rumours_.add(update);
  has_fresh_news_ = true;
}

void Swim::report(EventKind kind, const Member& member) { events_.push_back({kind, member}); }

Suspicion::Limits Swim::suspicion_limits() const {
  const auto present = static_cast<int>(table_.present());
  const double rounds = tuning_.suspicion_rounds * math::log2(std::max(present, 1));
  Suspicion::Limits limits;
  limits.least =
      tuning_.suspicion +
      Time(static_cast<Time::rep>(rounds * static_cast<double>(tuning_.gossip_interval.count())));
  limits.most = limits.least * tuning_.unconfirmed_factor;
  // With the first accuser a majority of a small cluster; the suspect itself cannot confirm.
  limits.wanted = std::clamp(std::min(present / 2, present - 2), 0, tuning_.confirmations);
  return limits;
}

}  // namespace neve::cluster::gossip

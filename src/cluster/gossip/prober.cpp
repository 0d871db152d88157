#include "cluster/gossip/prober.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace neve::cluster::gossip {

Prober::Prober(const Tuning& tuning, std::uint64_t seed, Time now)
    : tuning_(tuning), draws_(seed, 1), next_probe_at_(now) {}

std::vector<NodeId> Prober::tick(const MemberTable& table, Time now, std::vector<Letter>& out) {
  std::vector<NodeId> failed;
  for (Probe& probe : probes_) {
    if (probe.deadline <= now) {
      failed.push_back(probe.target);
      blame_self_for_missing_nacks(probe);
    } else if (probe.direct_deadline <= now && !probe.went_indirect) {
      go_indirect(probe, table, out);
    }
  }
  std::erase_if(probes_, [&](const Probe& probe) { return probe.deadline <= now; });
  run_errands(now, out);
  while (!urgent_.empty()) {
    const NodeId target = urgent_.front();
    urgent_.pop_front();
    if (can_probe(table, target)) begin(target, table, now, out);
  }
  if (next_probe_at_ <= now) {
    if (const NodeId target = next_target(table); target != NodeId())
      begin(target, table, now, out);
    next_probe_at_ = now + health_.stretch(tuning_.probe_interval);
  }
  return failed;
}

Time Prober::next_wake(const MemberTable& table) const {
  Time wake = table.present() > 1 ? next_probe_at_ : Time::max();
  for (const Probe& probe : probes_)
    wake = std::min(wake, probe.went_indirect ? probe.deadline : probe.direct_deadline);
  for (const auto& [sequence, errand] : errands_)
    wake = std::min(wake, errand.nacked ? errand.expires : errand.nack_at);
  return urgent_.empty() ? wake : Time(0);
}

void Prober::begin(NodeId target, const MemberTable& table, Time now, std::vector<Letter>& out) {
  Probe probe;
  probe.sequence = ++last_sequence_;
  probe.target = target;
  probe.direct_deadline = now + health_.stretch(tuning_.direct_timeout);
  probe.deadline = now + health_.stretch(tuning_.probe_timeout);
  ping(probe, *table.find(target), out);
  probes_.push_back(std::move(probe));
}

void Prober::ping(const Probe& probe, const Member& target, std::vector<Letter>& out) {
  Packet ping;
  ping.kind = PacketKind::ping;
  ping.sequence = probe.sequence;
  out.push_back({probe.target, target.info.endpoint, std::move(ping)});
}

void Prober::go_indirect(Probe& probe, const MemberTable& table, std::vector<Letter>& out) {
  probe.went_indirect = true;
  const Member* target = table.find(probe.target);
  if (target == nullptr) return;
  // Once more directly, too: where links lose packets, that saves most of the false suspicions.
  ping(probe, *target, out);
  probe.relays = table.draw(draws_, static_cast<std::size_t>(tuning_.relays), [&](const Member& m) {
    return m.state == MemberState::alive && m.id != probe.target;
  });
  for (NodeId relay : probe.relays) {
    Packet request;
    request.kind = PacketKind::ping_request;
    request.sequence = probe.sequence;
    request.target = probe.target;
    request.endpoint = target->info.endpoint;
    out.push_back({relay, table.find(relay)->info.endpoint, std::move(request)});
  }
}

// Whoever was asked to ping for this node answers either way, so silence of theirs speaks against
// this node's own hearing.
void Prober::blame_self_for_missing_nacks(const Probe& probe) {
  if (probe.relays.empty() || probe.nacks.size() < probe.relays.size()) health_.worsen();
}

void Prober::on_ack(NodeId from, std::uint32_t sequence, std::vector<Letter>& out) {
  const auto probe = std::ranges::find(probes_, sequence, &Probe::sequence);
  if (probe != probes_.end()) {
    const bool may_answer = from == probe->target || std::ranges::count(probe->relays, from) != 0;
    if (!may_answer) return;
    probes_.erase(probe);
    health_.improve();
    return;
  }
  const auto errand = errands_.find(sequence);
  if (errand == errands_.end()) return;
  Packet ack;
  ack.kind = PacketKind::ack;
  ack.sequence = errand->second.asker_sequence;
  out.push_back({errand->second.asker, errand->second.asker_at, std::move(ack)});
  errands_.erase(errand);
}

void Prober::on_nack(NodeId from, std::uint32_t sequence) {
  const auto probe = std::ranges::find(probes_, sequence, &Probe::sequence);
  if (probe == probes_.end() || std::ranges::count(probe->relays, from) == 0) return;
  if (std::ranges::count(probe->nacks, from) == 0) probe->nacks.push_back(from);
}

void Prober::on_ping_request(const Letter& asked_by, Time now, std::vector<Letter>& out) {
  Errand errand;
  errand.asker = asked_by.to;
  errand.asker_at = asked_by.at;
  errand.asker_sequence = asked_by.packet.sequence;
  errand.nack_at = now + tuning_.nack_timeout;
  errand.expires = now + tuning_.probe_timeout;
  Packet ping;
  ping.kind = PacketKind::ping;
  ping.sequence = ++last_sequence_;
  out.push_back({asked_by.packet.target, asked_by.packet.endpoint, ping});
  errands_.emplace(ping.sequence, errand);
}

void Prober::run_errands(Time now, std::vector<Letter>& out) {
  for (auto& [sequence, errand] : errands_) {
    if (errand.nack_at > now || errand.nacked) continue;
    errand.nacked = true;
    Packet nack;
    nack.kind = PacketKind::nack;
    nack.sequence = errand.asker_sequence;
    out.push_back({errand.asker, errand.asker_at, std::move(nack)});
  }
  std::erase_if(errands_, [&](const auto& entry) { return entry.second.expires <= now; });
}

bool Prober::can_probe(const MemberTable& table, NodeId id) const {
  const Member* member = table.find(id);
  return member != nullptr && id != table.self_id() && is_present(member->state) &&
         std::ranges::find(probes_, id, &Probe::target) == probes_.end();
}

// In turn, so that every member is asked within a bounded time; the turn is drawn anew each round,
// so that the members do not ask the same one at once.
NodeId Prober::next_target(const MemberTable& table) {
  for (int round = 0; round < 2; ++round) {
    while (next_in_turn_ < turn_.size()) {
      const NodeId id = turn_[next_in_turn_++];
      if (can_probe(table, id)) return id;
    }
    turn_.clear();
    for (const auto& [id, member] : table.members())
      if (is_present(member.state) && id != table.self_id()) turn_.push_back(id);
    for (std::size_t i = turn_.size(); i > 1; --i) std::swap(turn_[i - 1], turn_[draws_.below(i)]);
    next_in_turn_ = 0;
  }
  return NodeId();
}

void Prober::insert(NodeId id) {
  const std::size_t left = turn_.size() - next_in_turn_;
  const auto at = next_in_turn_ + draws_.below(left + 1);
  turn_.insert(turn_.begin() + static_cast<std::ptrdiff_t>(at), id);
}

void Prober::drop_probes(Time now) {
  probes_.clear();
  errands_.clear();
  next_probe_at_ = now;
}

}  // namespace neve::cluster::gossip

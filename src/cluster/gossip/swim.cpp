#include "cluster/gossip/swim.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/math.hpp>

namespace neve::cluster::gossip {

using namespace std::chrono_literals;

namespace {

// Even in a cluster of two, a rumour shall survive some losses.
constexpr int kLeastRetransmits = 6;
// How many addresses a node that knows nobody tries at once.
constexpr std::size_t kFirstHellos = 8;
constexpr Time kForgetInterval = 10s;

Member first_self(const Swim::Options& options, Time now) {
  Member self;
  self.id = options.id;
  self.info = options.self;
  self.incarnation = self.info_incarnation = 1;
  self.since = now;
  return self;
}

}  // namespace

Swim::Swim(const Options& options, Time now)
    : tuning_(options.tuning),
      draws_(options.seed),
      table_(first_self(options, now)),
      prober_(options.tuning, options.seed, now),
      last_gossip_at_(now),
      next_seek_at_(now),
      next_forget_at_(now + kForgetInterval) {}

bool Swim::receive(const Incoming& packet, Time now) {
  const std::optional<Packet> read = decode_packet(packet.body);
  if (!read) return false;
  if (phase_ == Phase::evicted || phase_ == Phase::left) return true;
  handle_stall(now);
  const Member* sender = table_.find(packet.from);
  if (sender != nullptr && sender->state == MemberState::evicted) {
    answer_evicted(*read, packet);
  } else if (packet.was_for_me) {
    for (const Update& update : read->updates) hear(update, now);
    handle(*read, packet, now);
  } else if (read->kind == PacketKind::hello) {
    // Anyone could play back an old hello, so it gets an answer of its own size and nothing else.
    Packet welcome;
    welcome.kind = PacketKind::welcome;
    welcome.endpoint = packet.at;
    answer(packet, std::move(welcome));
  }
  flush();
  promised_wake_ = std::max(next_wake(), now);
  return true;
}

// Whoever suspects this node says so with its ping. It may have missed a refutation that travels no
// more: it is not to wait for a sync, which many news can hold up.
bool Swim::accuses_self(const Packet& packet) const {
  return std::ranges::any_of(packet.updates, [this](const Update& update) {
    const bool accuses = update.state == MemberState::suspect || update.state == MemberState::dead;
    return accuses && update.id == table_.self_id();
  });
}

// Tells an evicted node so whenever it asks for something. Never in answer to news, or two nodes
// that hold each other evicted would tell each other for ever.
void Swim::answer_evicted(const Packet& packet, const Incoming& from) {
  const bool asks = packet.kind == PacketKind::ping || packet.kind == PacketKind::ping_request ||
                    packet.kind == PacketKind::hello || packet.kind == PacketKind::sync_request;
  if (!asks) return;
  Packet verdict;
  verdict.updates.push_back({from.from, 0, MemberState::evicted, {}, 0, std::nullopt});
  answer(from, std::move(verdict));
}

void Swim::handle(const Packet& packet, const Incoming& from, Time now) {
  Packet ack;
  switch (packet.kind) {
    case PacketKind::ping:
      ack.kind = PacketKind::ack;
      ack.sequence = packet.sequence;
      if (accuses_self(packet)) ack.updates.push_back(table_.full_update(table_.self()));
      answer(from, std::move(ack));
      return compare_digests(packet, from, now);
    case PacketKind::ack:
      prober_.on_ack(from.from, packet.sequence, letters_);
      return compare_digests(packet, from, now);
    case PacketKind::ping_request:
      return prober_.on_ping_request({from.from, from.at, packet}, now, letters_);
    case PacketKind::nack:
      return prober_.on_nack(from.from, packet.sequence);
    case PacketKind::welcome:
      if (table_.self().info.endpoint.is_unspecified()) {
        MemberInfo info = table_.self().info;
        info.endpoint = packet.endpoint;
        announce_self(info, 0);
      }
      return request_sync(from.from, from.at, true);
    case PacketKind::sync_request:
      return answer_sync(packet, from);
    case PacketKind::news:
    case PacketKind::hello:
    case PacketKind::sync_answer:
      return;
  }
}

void Swim::tick(Time now) {
  if (phase_ == Phase::evicted || phase_ == Phase::left) return;
  handle_stall(now);
  if (phase_ == Phase::member) {
    for (NodeId failed : prober_.tick(table_, now, letters_)) accuse(failed, now);
    end_suspicions(now);
    seek_somebody(now);
    forget_old(now);
  }
  gossip(now);
  if (has_left()) phase_ = Phase::left;
  flush();
  promised_wake_ = std::max(next_wake(), now);
}

// A process that was stopped finds all its deadlines passed at once; the others answered in time,
// for all it knows.
void Swim::handle_stall(Time now) {
  if (!promised_wake_ || now - tuning_.stall <= *promised_wake_) return;
  const Time lost = now - *promised_wake_;
  prober_.drop_probes(now);
  prober_.health().worsen();
  for (auto& [id, suspicion] : suspicions_) suspicion.extend(lost);
  promised_wake_ = now;
}

Time Swim::next_wake() const {
  if (phase_ == Phase::evicted || phase_ == Phase::left) return Time::max();
  Time wake = Time::max();
  if (!rumours_.empty())
    wake = last_gossip_at_ + (has_fresh_news_ ? tuning_.least_gossip_gap : tuning_.gossip_interval);
  if (phase_ == Phase::leaving) return wake;
  wake = std::min(wake, prober_.next_wake(table_));
  for (const auto& [id, suspicion] : suspicions_) wake = std::min(wake, suspicion.deadline());
  const bool is_alone = table_.members().size() == 1;
  if (!seeds_.empty() || !is_alone) wake = std::min(wake, next_seek_at_);
  return is_alone ? wake : std::min(wake, next_forget_at_);
}

void Swim::seek(std::vector<Endpoint> addresses, Time now) {
  seeds_ = std::move(addresses);
  next_seek_at_ = now;
  tick(now);
}

void Swim::seek_somebody(Time now) {
  if (now < next_seek_at_) return;
  std::vector<Endpoint> unknown = seeds_;
  for (const auto& [id, member] : table_.members()) {
    if (is_present(member.state)) std::erase(unknown, member.info.endpoint);
  }
  for (const auto& [id, member] : table_.members())
    if (member.state == MemberState::dead) unknown.push_back(member.info.endpoint);
  const bool knows_nobody = table_.present() == 1;
  const std::size_t count = std::min(knows_nobody ? kFirstHellos : 1, unknown.size());
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(unknown[i], unknown[i + draws_.below(unknown.size() - i)]);
    Packet hello;
    hello.kind = PacketKind::hello;
    post({NodeId(), unknown[i], std::move(hello)});
  }
  next_seek_at_ = now + (knows_nobody ? tuning_.first_seek_interval : tuning_.seek_interval);
}

void Swim::leave(Time now) {
  if (phase_ != Phase::member) return;
  phase_ = Phase::leaving;
  table_.set_state(table_.self_id(), MemberState::left, table_.self().incarnation + 1, now);
  rumours_.clear();
  Update goodbye;
  goodbye.id = table_.self_id();
  goodbye.incarnation = table_.self().incarnation;
  goodbye.state = MemberState::left;
  spread(goodbye);
  tick(now);
}

void Swim::evict(NodeId id, Time now) {
  const bool is_known = table_.find(id) != nullptr;
  const Update verdict{id, 0, MemberState::evicted, {}, 0, std::nullopt};
  hear(verdict, now);
  if (!is_known) spread(verdict);
  tick(now);
}

void Swim::adopt_cluster(ClusterId cluster, Time now) {
  MemberInfo info = table_.self().info;
  info.cluster = cluster;
  announce_self(info, 0);
  std::vector<NodeId> foreign;
  for (const auto& [id, member] : table_.members())
    if (member.info.cluster != ClusterId() && member.info.cluster != cluster) foreign.push_back(id);
  for (NodeId id : foreign) {
    table_.erase(id);
    suspicions_.erase(id);
    rumours_.forget(id);
  }
  tick(now);
}

void Swim::describe(const MemberInfo& info, Time now) {
  MemberInfo mine = info;
  mine.endpoint = table_.self().info.endpoint;
  mine.cluster = table_.self().info.cluster;
  announce_self(mine, 0);
  tick(now);
}

const Suspicion* Swim::suspicion_of(NodeId id) const {
  const auto at = suspicions_.find(id);
  return at == suspicions_.end() ? nullptr : &at->second;
}

void Swim::end_suspicions(Time now) {
  std::vector<NodeId> ended;
  for (const auto& [id, suspicion] : suspicions_)
    if (suspicion.deadline() <= now) ended.push_back(id);
  for (NodeId id : ended) {
    const Member& member = *table_.find(id);
    table_.set_state(id, MemberState::dead, member.incarnation, now);
    Update death;
    death.id = id;
    death.incarnation = member.incarnation;
    death.state = MemberState::dead;
    death.accuser = table_.self_id();
    spread(death);
    report(EventKind::declared_dead, member);
    suspicions_.erase(id);
  }
}

// A dead member that carries the cluster's id is in the view: only the view ends it. The others'
// records go after a while, so that the table does not grow with every process start.
void Swim::forget_old(Time now) {
  if (now < next_forget_at_) return;
  next_forget_at_ = now + kForgetInterval;
  std::vector<NodeId> old;
  for (const auto& [id, member] : table_.members()) {
    const bool is_dead = member.state == MemberState::dead && member.info.cluster == ClusterId();
    if ((is_dead && now - member.since > tuning_.dead_kept) ||
        (is_final(member.state) && now - member.since > tuning_.final_kept))
      old.push_back(id);
  }
  for (NodeId id : old) table_.erase(id);
}

void Swim::gossip(Time now) {
  const Time gap = has_fresh_news_ ? tuning_.least_gossip_gap : tuning_.gossip_interval;
  if (rumours_.empty() || now < last_gossip_at_ + gap) return;
  last_gossip_at_ = now;
  has_fresh_news_ = false;
  const auto receivers = table_.draw(draws_, static_cast<std::size_t>(tuning_.fanout),
                                     [](const Member& member) { return is_present(member.state); });
  if (receivers.empty()) rumours_.clear();  // whoever comes asks for everything
  for (NodeId id : receivers) post({id, table_.find(id)->info.endpoint, Packet{}});
}

void Swim::post(Letter letter) { letters_.push_back(std::move(letter)); }

void Swim::answer(const Incoming& to, Packet packet) { post({to.from, to.at, std::move(packet)}); }

void Swim::flush() {
  for (Letter& letter : letters_) {
    Packet& packet = letter.packet;
    if (packet.kind == PacketKind::ping || packet.kind == PacketKind::ack)
      packet.digest = table_.digest();
    const Member* receiver = table_.find(letter.to);
    // The buddy system: who is suspected is told so with every ping, to refute at once.
    if (packet.kind == PacketKind::ping && receiver != nullptr &&
        receiver->state == MemberState::suspect)
      packet.updates.push_back(
          {receiver->id, receiver->incarnation, MemberState::suspect, {}, 0, std::nullopt});
    Outgoing outgoing{letter.to, letter.at, encode(packet)};
    if (packet.kind != PacketKind::hello)
      rumours_.fill(outgoing.body, kMostBodyBytes, retransmit_limit(), letter.to);
    packets_.push_back(std::move(outgoing));
  }
  letters_.clear();
}

int Swim::retransmit_limit() const {
  const double doublings = math::log2(static_cast<double>(table_.present()) + 1);
  return std::max(kLeastRetransmits, static_cast<int>(std::ceil(tuning_.retransmit * doublings)));
}

}  // namespace neve::cluster::gossip

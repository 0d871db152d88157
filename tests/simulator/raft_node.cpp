#include "simulator/raft_node.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/rng.hpp>

namespace neve::simulator {

using namespace std::chrono_literals;
using cluster::ClusterMember;
using cluster::ClusterView;
using cluster::ViewChange;
using cluster::raft::Envelope;
using cluster::raft::Outcome;
using cluster::raft::RaftCore;
using cluster::raft::Reply;
using cluster::raft::Result;

namespace {

constexpr Time kBeat = 50ms;
constexpr std::uint64_t kDeadMs = 5000;
constexpr std::uint64_t kRetryMs = 1000;
constexpr std::size_t kMostRequests = 4;

}  // namespace

// --- the application -----------------------------------------------------------------------------

wire::Bytes Journal::apply(std::uint64_t index, std::span<const std::byte> command) {
  history_.push_back(wire::decode<std::uint64_t>(command));
  digest_ = CounterRng(digest_, index).bits(history_.back());
  shared_.ledger.applied(self_, index, digest_);
  return {command.begin(), command.end()};
}

wire::Bytes Journal::snapshot() const { return wire::encode(std::pair(digest_, history_)); }

void Journal::restore(std::span<const std::byte> snapshot) {
  auto image = wire::decode<std::pair<std::uint64_t, std::vector<std::uint64_t>>>(snapshot);
  digest_ = image.first;
  history_ = std::move(image.second);
}

void Journal::view_changed(const ClusterView& view) {
  was_member_ = was_member_ || view.find(self_) != nullptr;
}

// --- the node ------------------------------------------------------------------------------------

struct RaftNode::Packet {
  Kind kind = Kind::raft;
  NodeId from;
  NodeId to;  ///< 0: whoever is there
  std::uint64_t number = 0;
  wire::Bytes bytes;
  template <class Archive>
  void fields(Archive& archive) {
    archive(kind, from, to, number, bytes);
  }
};

namespace {
struct AnswerBytes {
  Outcome outcome = Outcome::failed;
  std::uint64_t index = 0;
  wire::Bytes bytes;
  template <class Archive>
  void fields(Archive& archive) {
    archive(outcome, index, bytes);
  }
};
}  // namespace

RaftNode::RaftNode(Host& host, RaftCluster& shared) : host_(host), shared_(shared) {
  begin();
  tick();
}

std::uint64_t RaftNode::now_ms() const { return static_cast<std::uint64_t>(host_.now() / 1ms); }

void RaftNode::begin() {
  ++life_;
  evicted_ = false;
  requests_.clear();
  next_sequence_ = 1;
  ready_term_ = 0;
  leader_seen_ms_ = now_ms();
  keeper_.reset();
  core_.reset();
  id_ = NodeId(shared_.next_id++);
  shared_.hosts[id_] = host_.index();
  journal_ = std::make_unique<Journal>(shared_, id_);
  state_ = std::make_unique<cluster::raft::ReplicatedState>(*journal_);
  cluster::raft::CoreSettings settings = shared_.settings;
  settings.self = id_;
  settings.seed = host_.draw();
  core_ = std::make_unique<RaftCore>(settings, *state_, [this](NodeId to, wire::Bytes message) {
    const auto decoded = cluster::raft::decode(message);
    if (!decoded) return shared_.ledger.complain("a replica sends what it would not read");
    if (const auto* entries = std::get_if<cluster::raft::AppendEntries>(&*decoded)) {
      std::uint64_t index = entries->previous_index;
      for (const auto& entry : entries->entries) shared_.ledger.sent(++index, entry);
    }
    send(to, Kind::raft, 0, std::move(message));
  });
  keeper_ = std::make_unique<cluster::raft::VoterKeeper>(id_);
  if (std::exchange(shared_.founded, true)) return core_->join(now_ms());
  core_->bootstrap(now_ms());
  ClusterMember self;
  self.id = id_;
  change_view({ViewChange::Kind::join, self});
}

void RaftNode::tick() {
  if (evicted_) begin();
  // Who was stopped itself knows nothing of the others' silence.
  if (now_ms() - ticked_ms_ > 500) led_since_ms_ = now_ms();
  ticked_ms_ = now_ms();
  core_->tick(now_ms());
  keeper_->tick(now_ms(), *core_, *state_->view());
  observe();
  look_for_dead();
  seek_membership();
  make_requests();
  try_requests();
  finish_requests();
  host_.call_at(host_.now() + kBeat, [this] { tick(); });
}

void RaftNode::observe() {
  const auto status = core_->status();
  if (status.failed) shared_.ledger.complain("replica " + std::to_string(id_.value()) + " stopped");
  if (status.leader) leader_seen_ms_ = now_ms();
  if (!status.is_leader) return;
  shared_.ledger.leads(status.term, id_);
  if (!status.ready || ready_term_ == status.term) return;
  ready_term_ = status.term;
  led_since_ms_ = now_ms();
  shared_.ledger.ready(status.term, id_, status.committed);
  host_.trace([&] {
    return "node " + std::to_string(id_.value()) + " leads term " + std::to_string(status.term);
  });
}

void RaftNode::send(NodeId to, Kind kind, std::uint64_t number, wire::Bytes bytes) {
  const Channel channel = kind == Kind::raft ? shared_.channel : Channel::stream;
  const auto at = shared_.hosts.find(to);
  if (at == shared_.hosts.end() || at->second == host_.index()) return;
  host_.send(at->second, channel, wire::encode(Packet{kind, id_, to, number, std::move(bytes)}));
}

void RaftNode::send_to_all(Kind kind, wire::Bytes bytes) {
  std::set<HostIndex> hosts;
  for (const auto& [id, host] : shared_.hosts) hosts.insert(host);
  hosts.erase(host_.index());
  for (const HostIndex host : hosts) {
    host_.send(host, Channel::stream, wire::encode(Packet{kind, id_, NodeId{}, 0, bytes}));
  }
}

void RaftNode::receive(HostIndex /*from*/, Channel /*channel*/, std::span<const std::byte> bytes) {
  auto packet = wire::decode<Packet>(bytes);
  if (packet.to != NodeId{} && packet.to != id_) return;
  switch (packet.kind) {
    case Kind::raft:
      core_->receive(now_ms(), packet.from, packet.bytes);
      break;
    case Kind::request:
      on_request(packet.from, packet.number, std::move(packet.bytes));
      break;
    case Kind::answer: {
      auto it = wire::decode<AnswerBytes>(packet.bytes);
      on_answer(packet.number, {it.outcome, it.index, std::move(it.bytes)});
      break;
    }
    case Kind::admit:
      on_admit(packet.bytes);
      break;
    case Kind::who_am_i:
      on_who_am_i(packet.from, wire::decode<std::uint64_t>(packet.bytes));
      break;
    case Kind::evicted:
      evicted_ = true;
      break;
  }
  observe();
  finish_requests();
}

// --- as a leader ---------------------------------------------------------------------------------

void RaftNode::on_request(NodeId from, std::uint64_t number, wire::Bytes bytes) {
  const auto answer = [this, life = life_, from, number](Result result) {
    answer_with(life, from, number, std::move(result));
  };
  if (bytes.empty()) {
    core_->read_index(answer);
  } else {
    core_->propose(std::move(bytes), answer);
  }
}

void RaftNode::answer_with(std::uint64_t life, NodeId from, std::uint64_t number, Result result) {
  if (life != life_) return;
  if (from == id_) return on_answer(number, result);
  send(from, Kind::answer, number,
       wire::encode(AnswerBytes{result.outcome, result.index, std::move(result.bytes)}));
}

void RaftNode::on_admit(const wire::Bytes& bytes) {
  auto member = wire::decode<ClusterMember>(bytes);
  if (!core_->status().ready || view().find(member.id) != nullptr) return;
  change_view({ViewChange::Kind::join, std::move(member)});
}

void RaftNode::on_who_am_i(NodeId from, std::uint64_t epoch) {
  const ClusterView known = view();
  if (known.epoch <= epoch || known.find(from) != nullptr) return;
  // While it still votes, its memory may be needed.
  const auto status = core_->status();
  const auto& servers = status.servers;
  const bool serves = std::ranges::find(servers, from, &cluster::raft::Server::id) != servers.end();
  if (!serves && !status.changing) send(from, Kind::evicted, 0, {});
}

void RaftNode::look_for_dead() {
  if (!core_->status().ready || now_ms() - led_since_ms_ < kDeadMs) return;
  std::erase_if(member_since_ms_,
                [this](const auto& item) { return view().find(item.first) == nullptr; });
  for (const ClusterMember& member : view().members) {
    if (member.id == id_) continue;
    const std::uint64_t admitted = member_since_ms_.emplace(member.id, now_ms()).first->second;
    const std::uint64_t heard = core_->last_heard_ms(member.id).value_or(0);
    if (now_ms() - std::max({heard, admitted, led_since_ms_}) < kDeadMs) continue;
    change_view({ViewChange::Kind::leave, member});
  }
}

// --- as a client ---------------------------------------------------------------------------------

void RaftNode::seek_membership() {
  if (now_ms() < next_search_ms_) return;
  next_search_ms_ = now_ms() + kRetryMs;
  if (!is_member() && !journal_->was_member()) {
    ClusterMember self;
    self.id = id_;
    send_to_all(Kind::admit, wire::encode(self));
  } else if (now_ms() - leader_seen_ms_ > 3000) {
    // One that saw its own eviction asks with the epoch before it.
    send_to_all(Kind::who_am_i, wire::encode(is_member() ? view().epoch : 0));
  }
}

std::uint64_t RaftNode::add_command(Envelope envelope) {
  envelope.origin = id_;
  envelope.sequence = next_sequence_++;
  envelope.floor = requests_.empty() ? envelope.sequence : requests_.begin()->first;
  requests_[envelope.sequence].envelope = wire::encode(envelope);
  return envelope.sequence;
}

void RaftNode::change_view(ViewChange change) {
  const auto same = [&change](const auto& item) {
    return item.second.is_view_change && item.second.subject == change.member.id;
  };
  if (std::ranges::any_of(requests_, same)) return;
  Envelope envelope;
  envelope.target = Envelope::Target::view;
  envelope.body = wire::encode(change);
  Request& request = requests_[add_command(std::move(envelope))];
  request.is_view_change = true;
  request.subject = change.member.id;
  host_.trace([&] {
    return (change.kind == ViewChange::Kind::join ? "admits " : "declares dead ") +
           std::to_string(change.member.id.value());
  });
}

void RaftNode::make_requests() {
  if (shared_.clients_rest || !is_member() || requests_.size() >= kMostRequests) return;
  if (now_ms() >= next_command_ms_) {
    next_command_ms_ = now_ms() + 100 + host_.draw() % 500;
    const std::uint64_t command = (id_.value() << 32U) + next_sequence_;
    Envelope envelope;
    envelope.body = wire::encode(command);
    requests_[add_command(std::move(envelope))].command = command;
  }
  if (now_ms() >= next_read_ms_) {
    next_read_ms_ = now_ms() + 500 + host_.draw() % 1000;
    // A number, but not of the sequence of commands, whose floor a read must not hold up.
    requests_[next_sequence_++].acknowledged_before = shared_.ledger.last_acknowledged();
  }
}

void RaftNode::try_requests() {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, request] : requests_) {
    const bool due = request.tried_ms == 0 || now_ms() - request.tried_ms >= kRetryMs;
    if (!request.index && due) numbers.push_back(number);
  }
  for (const std::uint64_t number : numbers) {
    const auto at = requests_.find(number);
    if (at != requests_.end()) try_request(number, at->second);
  }
}

void RaftNode::try_request(std::uint64_t number, Request& request) {
  const auto leader = core_->status().leader;
  if (!leader) return;
  request.tried_ms = now_ms();
  wire::Bytes bytes = request.envelope;
  if (*leader == id_) return on_request(id_, number, std::move(bytes));
  send(*leader, Kind::request, number, std::move(bytes));
}

void RaftNode::on_answer(std::uint64_t number, const Result& result) {
  const auto at = requests_.find(number);
  if (at == requests_.end() || at->second.index || result.outcome != Outcome::done) return;
  if (!at->second.envelope.empty()) {
    const auto reply = wire::decode<Reply>(result.bytes);
    if (reply.status == Reply::Status::finished || reply.status == Reply::Status::malformed) {
      shared_.ledger.complain("a command was refused");
    }
    if (reply.status != Reply::Status::applied) return;
  }
  at->second.index = result.index;
}

void RaftNode::finish_requests() {
  std::erase_if(requests_, [this](const auto& item) {
    const Request& request = item.second;
    if (!request.index || core_->applied() < *request.index) return false;
    if (request.envelope.empty()) {
      shared_.ledger.read(id_, request.acknowledged_before, core_->applied());
    } else if (!request.is_view_change) {
      shared_.ledger.acknowledged(request.command, *request.index);
    }
    return true;
  });
}

}  // namespace neve::simulator

#include "simulator/process.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/rng.hpp>

#include "cluster/raft/silence.hpp"

namespace neve::simulator {

using namespace std::chrono_literals;
using cluster::ClusterMember;
using cluster::ViewChange;
using cluster::raft::RaftCore;
using cluster::raft::Reply;

namespace {

constexpr Time kBeat = 50ms;
constexpr std::uint64_t kAskMs = 500;
/// As the steward's: how long a process that was removed waits to hear that its vote does not
/// count.
constexpr std::uint64_t kKeepVoteMs = 60'000;
/// Longer than an election takes.
constexpr std::uint64_t kListenMs = 3000;
constexpr std::uint64_t kCheckMs = 4000;
constexpr std::uint64_t kStillTrueMs = 1000;  // what is known of a death, as in the steward

}  // namespace

Process::Process(Host& host, const GossipSetup& setup, ClusterTruth& truth)
    : host_(host),
      truth_(truth),
      gossip_(host, setup, *this),
      replica_(truth.raft, gossip_.id()),
      state_(replica_),
      keeper_(gossip_.id()),
      removals_(gossip_.id()),
      seen_(state_.view()) {
  truth_.hosts[id()] = host_.index();
  make_parts();
  host_.call_at(host_.now(), [this] { tick(); });
}

Process::~Process() {
  // What the core answers at its end comes to nothing.
  client_.reset();
}

void Process::make_parts() {
  cluster::raft::CoreSettings settings = truth_.settings;
  settings.self = id();
  settings.seed = host_.draw();
  core_ = std::make_unique<RaftCore>(settings, state_, [this](NodeId to, wire::Bytes message) {
    send_raft(to, std::move(message));
  });
  const Post post = [this](NodeId to, MailKind kind, std::uint64_t number, wire::Bytes bytes) {
    this->post(to, kind, number, std::move(bytes));
  };
  client_ = std::make_unique<AgreementClient>(id(), *core_, truth_.raft, post);
  const ClientParts parts{
      id(), replica_.store(), truth_.data, post,
      [this](store::Command command, auto done) { commit(std::move(command), std::move(done)); }};
  writer_ = std::make_unique<Writer>(parts, host_.draw());
  copies_ = std::make_unique<Copies>(parts);
  jobs_ = std::make_unique<Jobs>(parts, host_.draw());
}

std::uint64_t Process::now_ms() const { return static_cast<std::uint64_t>(host_.now() / 1ms); }

// --- mail ----------------------------------------------------------------------------------------

void Process::post(NodeId to, MailKind kind, std::uint64_t number, wire::Bytes bytes) {
  const auto at = truth_.hosts.find(to);
  if (at == truth_.hosts.end() || at->second == host_.index()) return;
  const Channel channel = kind == MailKind::raft ? truth_.channel : Channel::stream;
  host_.send(at->second, channel, wire::encode(Mail{kind, id(), to, number, std::move(bytes)}));
}

void Process::send_raft(NodeId to, wire::Bytes message) {
  const auto decoded = cluster::raft::decode(message);
  if (!decoded) return truth_.raft.complain("a replica sends what it would not read");
  if (const auto* entries = std::get_if<cluster::raft::AppendEntries>(&*decoded)) {
    std::uint64_t index = entries->previous_index;
    for (const auto& entry : entries->entries) truth_.raft.sent(++index, entry);
  }
  post(to, MailKind::raft, 0, std::move(message));
}

void Process::send(GossipNode& /*node*/, HostIndex to, wire::Bytes packet) {
  packet.insert(packet.begin(), static_cast<std::byte>(MailKind::gossip));
  host_.send(to, Channel::datagram, std::move(packet));
}

void Process::receive(HostIndex from, Channel channel, std::span<const std::byte> bytes) {
  if (bytes.front() == static_cast<std::byte>(MailKind::gossip)) {
    return gossip_.receive(from, channel, bytes.subspan(1));
  }
  auto mail = wire::decode<Mail>(bytes);
  if (mail.to != id() || !began_) return;
  take(std::move(mail));
  if (replica_.take_view_changed()) compare_views();
  client_->finish();
}

void Process::take(Mail mail) {
  switch (mail.kind) {
    case MailKind::raft:
      return core_->receive(now_ms(), mail.from, mail.bytes);
    case MailKind::request:
      return client_->on_request(mail.from, mail.number, std::move(mail.bytes));
    case MailKind::answer:
      return client_->on_answer(mail.number, mail.bytes);
    case MailKind::admit:
      return change_view(ViewChange::Kind::join, mail.from);
    case MailKind::refuse:
      return leave();
    case MailKind::put:
      return copies_->on_put(mail.from, mail.number, mail.bytes);
    case MailKind::put_done:
      return writer_->on_put_done(mail.from, mail.number);
    case MailKind::get:
      return copies_->on_get(mail.from, mail.number, mail.bytes);
    case MailKind::got:
      return copies_->on_got(mail.number, mail.bytes);
    case MailKind::discard:
      return copies_->on_discard(mail.bytes);
    case MailKind::gossip:
      return;
  }
}

// --- founding and joining ------------------------------------------------------------------------

std::optional<gossip::ClusterId> Process::found(GossipNode& /*node*/) {
  began_ = true;
  ++truth_.founded;
  host_.trace([&] { return name_of(id()) + " founds a cluster"; });
  core_->bootstrap(now_ms());
  change_view(ViewChange::Kind::join, id());
  commit({.copies = truth_.copies}, [](const store::Applied&) {});
  return gossip::ClusterId(host_.draw());
}

bool Process::admit(GossipNode& /*node*/, gossip::ClusterId cluster) {
  if (!began_) core_->join(now_ms());
  began_ = true;
  if (is_member()) return true;
  if (asked_ms_ != 0 && now_ms() - asked_ms_ < kAskMs) return false;
  asked_ms_ = now_ms();
  std::vector<NodeId> inside;
  for (const auto& [other, member] : gossip_.swim().members()) {
    const bool fits = member.info.cluster == cluster && gossip::is_present(member.state);
    if (fits && other != id()) inside.push_back(other);
  }
  if (!inside.empty()) post(inside[host_.draw() % inside.size()], MailKind::admit, 0, {});
  return false;
}

void Process::change_view(ViewChange::Kind kind, NodeId member) {
  if (!changing_.insert(member).second) return;
  ViewChange change;
  change.kind = kind;
  change.member.id = member;
  host_.trace([&] {
    const bool joins = kind == ViewChange::Kind::join;
    return name_of(id()) + (joins ? " admits " : " removes ") + name_of(member);
  });
  const auto done = [this, kind, member](const Reply&) {
    changing_.erase(member);
    const bool is_in = state_.view()->find(member) != nullptr;
    if (kind == ViewChange::Kind::join && !is_in) post(member, MailKind::refuse, 0, {});
  };
  const auto target = cluster::raft::Envelope::Target::view;
  if (kind == ViewChange::Kind::leave) {
    client_->commit_as_leader(target, wire::encode(change), done);
  } else {
    client_->commit(target, wire::encode(change), done);
  }
}

// --- work ----------------------------------------------------------------------------------------

void Process::on_event(GossipNode& /*node*/, const gossip::Event& event) {
  if (event.kind == gossip::EventKind::evicted && event.member.id == id()) leave();
}

void Process::on_accepted(GossipNode& /*node*/, NodeId sender, std::uint64_t /*counter*/) {
  if (!truth_.hosts.contains(sender)) truth_.raft.complain("a packet of a stranger was accepted");
}

void Process::leave() {
  if (evicted_) return;
  evicted_ = true;
  evicted_ms_ = now_ms();
  host_.trace([&] { return name_of(id()) + " is evicted"; });
}

void Process::tick() {
  if (began_) work();
  if (!ended_) host_.call_at(host_.now() + kBeat, [this] { tick(); });
}

void Process::work() {
  core_->tick(now_ms());
  keeper_.tick(now_ms(), *core_, *state_.view());
  observe();
  const auto status = core_->status();
  if (evicted_) {
    const auto self = std::ranges::find(status.servers, id(), &cluster::raft::Server::id);
    const bool votes =
        self != status.servers.end() && self->role == cluster::raft::ServerRole::voter;
    if (status.leader) leader_ms_ = now_ms();
    const bool is_asked = now_ms() - std::max(leader_ms_, evicted_ms_) < kListenMs;
    if (votes && is_asked && now_ms() - evicted_ms_ < kKeepVoteMs) return;
    ended_ = true;
    return truth_.restart(host_.index(), id());
  }
  propose_removals(status);
  writer_->tick(now_ms(), truth_.clients_rest || !is_member());
  copies_->tick(now_ms());
  if (is_member()) jobs_->tick(now_ms(), truth_.clients_rest);
  if (now_ms() >= next_read_ms_ && is_member() && !truth_.clients_rest) read();
  client_->tick(now_ms());
  if (now_ms() < next_check_ms_) return;
  next_check_ms_ = now_ms() + kCheckMs;
  truth_.data.check_home(replica_.store(), id());
  const std::string problem = problem_of_jobs(replica_.store().catalog());
  if (!problem.empty()) truth_.data.complain(problem);
}

void Process::observe() {
  if (replica_.take_view_changed()) compare_views();
  const auto status = core_->status();
  if (status.failed) truth_.raft.complain("replica " + name_of(id()) + " stopped");
  if (!status.is_leader) return;
  truth_.raft.leads(status.term, id());
  if (!status.ready || ready_term_ == status.term) return;
  ready_term_ = status.term;
  truth_.raft.ready(status.term, id(), status.committed);
  host_.trace([&] { return name_of(id()) + " leads term " + std::to_string(status.term); });
}

void Process::compare_views() {
  const auto before = std::exchange(seen_, state_.view());
  if (seen_->epoch > truth_.view.epoch) {
    const auto known = std::exchange(truth_.view, *seen_);
    truth_.view_changed(known);
  }
  for (const ClusterMember& member : before->members) {
    if (seen_->find(member.id) != nullptr) continue;
    if (member.id == id()) {
      leave();
      continue;
    }
    copies_->leave(member.id);
    gossip_.evict(member.id);
  }
}

void Process::propose_removals(const cluster::raft::CoreStatus& status) {
  if (!status.is_leader) return removals_.rest();
  const auto silent = cluster::raft::silent_servers(*core_, id(), now_ms(),
                                                    2ULL * truth_.settings.election_timeout_ms);
  std::vector<NodeId> voters;
  for (const auto& server : status.servers) {
    if (server.role == cluster::raft::ServerRole::voter) voters.push_back(server.id);
  }
  const auto view = state_.view();
  const cluster::Removals::Knowledge knowledge{*view, gossip_.swim().members(), silent, voters};
  for (const NodeId stranger : removals_.forgotten(knowledge, host_.now())) {
    truth_.raft.complain(name_of(stranger) + " is in no view and was not told");
  }
  for (const ClusterMember& member : removals_.due(knowledge, host_.now())) {
    if (!confirming_.insert(member.id).second) continue;
    client_->read([this, id = member.id, asked_ms = now_ms()](const Reply&) {
      confirming_.erase(id);
      if (now_ms() - asked_ms <= kStillTrueMs) change_view(ViewChange::Kind::leave, id);
    });
  }
}

void Process::commit(store::Command command, std::function<void(const store::Applied&)> done) {
  ClientCommand client;
  client.number = CounterRng(id().value(), 3).bits(next_number_++);
  client.command = std::move(command);
  client.command.writer = id();
  client_->commit(cluster::raft::Envelope::Target::application, wire::encode(client),
                  [this, number = client.number, begun = host_.world_time(),
                   done = std::move(done)](const Reply& reply) {
                    truth_.raft.acknowledged(number, core_->applied());
                    truth_.data.wrote(host_.index(), begun);
                    done(wire::decode<store::Applied>(reply.body));
                  });
}

void Process::read() {
  next_read_ms_ = now_ms() + 2000 + host_.draw() % 4000;
  const std::uint64_t acknowledged = truth_.raft.last_acknowledged();
  client_->read([this, acknowledged, expected = truth_.data.expected()](const Reply&) {
    truth_.raft.read(id(), acknowledged, core_->applied());
    truth_.data.read(replica_.store().catalog(), expected);
  });
}

}  // namespace neve::simulator

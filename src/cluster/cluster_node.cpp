#include "cluster/api/cluster_node.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>

#include "cluster/api/cluster_folder.hpp"
#include "cluster/gossip/bootstrap.hpp"
#include "cluster/gossip/udp_gossip.hpp"
#include "cluster/raft/voters.hpp"
#include "cluster/steward.hpp"

namespace neve::cluster {
namespace {

constexpr const char* kAdmitService = "cluster.admit";
/// How often a node that looks for its cluster looks again.
constexpr std::chrono::milliseconds kLook{100};
/// A node that sees nobody says so each so often.
constexpr std::chrono::seconds kComplain{10};

gossip::Time now() { return std::chrono::steady_clock::now().time_since_epoch(); }

gossip::Endpoint endpoint_of(const std::string& host, std::uint16_t port) {
  const auto address = boost::asio::ip::make_address(host);
  if (address.is_v4()) return gossip::Endpoint::v4(address.to_v4().to_bytes(), port);
  return {.address = address.to_v6().to_bytes(), .port = port};
}

/// host:port
std::string text_of(const gossip::Endpoint& endpoint) {
  const boost::asio::ip::address_v6 address(endpoint.address);
  const std::string port = std::to_string(endpoint.port);
  if (!endpoint.is_v4()) return "[" + address.to_string() + "]:" + port;
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address).to_string() + ":" +
         port;
}

gossip::ClusterKey key_of(const ClusterSettings& settings, const ClusterFolder& folder) {
  if (settings.folder.empty()) return gossip::key_from_name(settings.name);
  const std::string& text = folder.gossip_key;
  return gossip::key_from_secret({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string_view word_of(gossip::EventKind kind) {
  constexpr std::array<std::string_view, 7> kWords = {
      "joined", "updated", "suspected", "refuted", "declared dead", "left", "evicted"};
  return kWords.at(static_cast<std::size_t>(kind));
}

gossip::JoinList join_list_of(const ClusterSettings& settings) {
  if (!settings.join.empty()) return gossip::parse_join_list(settings.join, settings.expect);
  if (!settings.flatfile.empty()) return gossip::parse_flatfile(settings.flatfile, settings.expect);
  return {};
}

}  // namespace

struct ClusterNode::Parts {
  Parts(const ClusterSettings& the_settings, Budget& the_budget);
  void decide();
  void connect();
  std::optional<std::string> find(NodeId node) const;
  ClusterMember self_member() const;
  void listen();
  void be_admitted();
  void handle(const gossip::Event& event);

  const NodeId self = gossip::draw_node_id();
  ClusterSettings settings;
  Budget& budget;
  Traffic traffic;
  ClusterFolder folder;
  gossip::JoinList list;
  std::optional<gossip::UdpGossip> gossip;
  gossip::Bootstrap::Decision decision;
  RpcSettings rpc;
  std::optional<GrpcTransport> transport;
  std::optional<Agreement> agreement;
  Inbox* inbox = nullptr;
  Hooks hooks;
  std::mutex server_mutex;
  std::optional<RpcServer> server;
  std::mutex steward_mutex;
  std::unique_ptr<Steward> steward;
};

ClusterNode::Parts::Parts(const ClusterSettings& the_settings, Budget& the_budget)
    : settings(the_settings), budget(the_budget), list(join_list_of(the_settings)) {
  if (!settings.folder.empty()) folder = ClusterFolder::read(settings.folder);
  gossip::UdpGossip::Options options;
  options.member.id = self;
  options.member.seed = self.value();
  options.bind = endpoint_of(settings.host, settings.port);
  options.member.self.endpoint = options.bind;
  options.member.self.rest_address = settings.rest_address;
  if (settings.witness) options.member.self.flags |= gossip::MemberInfo::kWitness;
  if (settings.returning) options.member.self.flags |= gossip::MemberInfo::kReturning;
  options.key = key_of(settings, folder);
  gossip.emplace(options, [this](const gossip::Event& event) { handle(event); });
}

void ClusterNode::Parts::handle(const gossip::Event& event) {
  const std::scoped_lock lock(steward_mutex);
  traffic.timeline.note(TimelineEvent::Kind::news, event.member.id, word_of(event.kind));
  if (steward) steward->notice(event);
}

/// Waits until it is clear whether to found a cluster or which one to join.
void ClusterNode::Parts::decide() {
  gossip::Bootstrap bootstrap(
      {.listed = gossip::resolve(list), .expect = list.expect, .is_dns_name = list.is_dns_name});
  if (!list.entries.empty()) gossip->seek(gossip::resolve(list));
  auto complain_at = now() + kComplain;
  while (true) {
    const auto members = gossip->members();
    decision = bootstrap.decide(members.at(self), members, now());
    if (decision.verdict != gossip::Bootstrap::Verdict::wait) return;
    if (now() > complain_at) {
      log::info("Waiting for the cluster: " + std::to_string(members.size()) + " of " +
                std::to_string(list.expect) + " nodes in sight");
      gossip->seek(gossip::resolve(list));  // names may lead elsewhere by now
      complain_at = now() + kComplain;
    }
    std::this_thread::sleep_for(kLook);
  }
}

/// Makes what talks to other nodes, now that the cluster's id is known.
void ClusterNode::Parts::connect() {
  if (decision.verdict == gossip::Bootstrap::Verdict::found) {
    decision.cluster = gossip::ClusterId(gossip::draw_node_id().value());
  }
  rpc.self = self;
  rpc.cluster = decision.cluster.value();
  rpc.insecure_cluster = settings.insecure;
  if (!settings.folder.empty()) {
    rpc.credentials = folder.authority_key.empty() ? cluster::join(text_of(decision.through.at(0)),
                                                                   folder, self, rpc.silence)
                                                   : folder.sign_own(self);
  }
  transport.emplace(
      rpc, [this](NodeId node) { return find(node); }, budget, traffic);
}

std::optional<std::string> ClusterNode::Parts::find(NodeId node) const {
  if (agreement) {
    const auto view = agreement->view();
    if (const ClusterMember* member = view->find(node)) return member->node_address;
    if (view->find(self) != nullptr) return std::nullopt;
  }
  // While this node is no member, gossip knows who is.
  const auto members = gossip->members();
  const auto at = members.find(node);
  if (at == members.end() || !gossip::is_present(at->second.state)) return std::nullopt;
  return text_of(at->second.info.endpoint);
}

ClusterMember ClusterNode::Parts::self_member() const {
  ClusterMember member;
  member.id = self;
  member.rest_address = settings.rest_address;
  member.witness = settings.witness;
  member.node_address = text_of(gossip->members().at(self).info.endpoint);
  return member;
}

/// Once: a node that stands alone needs no server.
void ClusterNode::Parts::listen() {
  const std::scoped_lock lock(server_mutex);
  if (server) return;
  hooks.free_port();
  server.emplace(rpc, text_of(endpoint_of(settings.host, settings.port)), *inbox, budget, traffic);
}

/// Asks those who are in the cluster, one after the other, to let this node in.
void ClusterNode::Parts::be_admitted() {
  const wire::Bytes request = wire::encode(self_member());
  auto complain_at = now() + kComplain;
  while (true) {
    for (const auto& [id, member] : gossip->members()) {
      if (id == self || member.info.cluster != decision.cluster) continue;
      if (!gossip::is_present(member.state)) continue;
      try {
        if (!wire::decode<bool>(transport->call(id, kAdmitService, request).get())) {
          throw EvictedError("The others have gone on without this node while it joined.");
        }
        const auto until = now() + std::chrono::seconds(5);
        while (agreement->view()->find(self) == nullptr && now() < until) {
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        if (agreement->view()->find(self) != nullptr) return;
      } catch (const EvictedError&) {
        throw;
      } catch (const ClusterError& error) {
        if (now() > complain_at) log::info(std::string("Not let in yet: ") + error.what());
      }
    }
    if (now() > complain_at) complain_at = now() + kComplain;
    std::this_thread::sleep_for(kLook);
  }
}

ClusterNode::ClusterNode(const ClusterSettings& settings, Budget& budget)
    : parts_(std::make_unique<Parts>(settings, budget)) {
  parts_->decide();
  parts_->connect();
}

ClusterNode::~ClusterNode() { leave(); }

void ClusterNode::leave() {
  if (!parts_->agreement) return;
  std::unique_ptr<Steward> steward;
  {
    const std::scoped_lock lock(parts_->steward_mutex);
    steward = std::move(parts_->steward);
  }
  // Without the lock: it may wait for gossip's thread, which may wait for the lock.
  steward.reset();
  parts_->gossip->leave();
  {
    const std::scoped_lock lock(parts_->server_mutex);
    parts_->server.reset();
  }
  parts_->agreement.reset();
}

bool ClusterNode::is_founder() const {
  return parts_->decision.verdict == gossip::Bootstrap::Verdict::found;
}

NodeId ClusterNode::id() const { return parts_->self; }
Transport& ClusterNode::transport() { return *parts_->transport; }
Agreement& ClusterNode::agreement() { return *parts_->agreement; }

void ClusterNode::attach(Application& application, Inbox& inbox) {
  Parts& parts = *parts_;
  parts.inbox = &inbox;
  AgreementSettings settings;
  settings.self = parts.self;
  settings.seed = parts.self.value();
  parts.agreement.emplace(settings, application, *parts.transport,
                          [&parts](NodeId to, std::string service, wire::Bytes message) {
                            parts.transport->send(to, std::move(service), std::move(message));
                          });
  parts.agreement->add_services(inbox);
  inbox.add(kAdmitService, [&parts](std::span<const std::byte> bytes) {
    const auto member = wire::decode<ClusterMember>(bytes);
    parts.agreement->change_view({ViewChange::Kind::join, member});
    return wire::encode(parts.agreement->view()->find(member.id) != nullptr);
  });
  if (!parts.folder.authority_key.empty()) {
    serve_join(
        inbox, parts.folder,
        [&parts](NodeId node) { return parts.agreement->view()->find(node) != nullptr; },
        parts.traffic);
  }
}

void ClusterNode::start(Hooks hooks) {
  Parts& parts = *parts_;
  parts.hooks = std::move(hooks);
  if (is_founder()) {
    parts.agreement->found(parts.self_member());
  } else {
    parts.listen();
    parts.agreement->join();
    parts.be_admitted();
  }
  parts.gossip->adopt_cluster(parts.decision.cluster);
  if (!parts.list.entries.empty()) parts.listen();
  Steward::Hands hands;
  hands.company = [&parts] { parts.listen(); };
  hands.gone = [&parts](NodeId node) {
    parts.gossip->evict(node);
    parts.transport->leave(node);
    const std::scoped_lock lock(parts.server_mutex);
    if (parts.server) parts.server->leave(node);
  };
  hands.evicted = [&parts] {
    // What is under way here waits for nodes that do not answer any more, or for a quorum.
    parts.agreement->stop();
    parts.transport->leave_all();
    parts.hooks.evicted();
  };
  const std::scoped_lock lock(parts.steward_mutex);
  parts.steward =
      std::make_unique<Steward>(parts.self, *parts.agreement, *parts.gossip, std::move(hands));
}

ClusterStatus ClusterNode::status() const {
  const auto view = parts_->agreement->view();
  const AgreementStatus agreed = parts_->agreement->status();
  ClusterStatus made;
  made.epoch = view->epoch;
  made.term = agreed.term;
  made.leader = agreed.leader;
  made.committed = agreed.committed;
  made.applied = agreed.applied;
  made.wanted_votes = raft::wanted_voters(view->members.size());
  made.encrypted = !parts_->rpc.credentials.empty();
  for (const ClusterMember& member : view->members) {
    const bool votes = std::ranges::find(agreed.voters, member.id) != agreed.voters.end();
    made.members.push_back({.member = {.id = member.id,
                                       .address = member.rest_address,
                                       .peer = member.node_address,
                                       .number = member.number,
                                       .draining = member.draining},
                            .witness = member.witness,
                            .votes = votes});
  }
  return made;
}

CallCounts ClusterNode::call_counts() const {
  const Traffic& traffic = parts_->traffic;
  CallCounts made{.calls = traffic.calls,
                  .answered = traffic.answered,
                  .open = traffic.open,
                  .connections = parts_->transport->connections(),
                  .bytes_sent = traffic.bytes_sent,
                  .bytes_received = traffic.bytes_received,
                  .heartbeats = traffic.heartbeats,
                  .posts_dropped = traffic.posts_dropped};
  for (std::size_t i = 0; i < kRefusals; ++i) {
    const auto why = static_cast<Refusal>(i);
    made.refused.emplace_back(name_of(why), traffic.refused_for(why));
  }
  return made;
}

GossipCounts ClusterNode::gossip_counts() const {
  const gossip::UdpGossip::Counters counters = parts_->gossip->counters();
  GossipCounts made{.packets_sent = counters.packets_sent,
                    .packets_received = counters.packets_received,
                    .bytes_sent = counters.bytes_sent,
                    .bytes_received = counters.bytes_received,
                    .send_errors = counters.send_errors};
  for (std::size_t i = 0; i < gossip::kDropCauses; ++i) {
    made.dropped.emplace_back(gossip::name_of(static_cast<gossip::DropCause>(i)),
                              counters.drops.at(i));
  }
  return made;
}

std::vector<TimelineEvent> ClusterNode::timeline() const {
  const GossipCounts gossip = gossip_counts();
  parts_->traffic.timeline.note(TimelineEvent::Kind::heartbeat, parts_->self, "gossip",
                                gossip.packets_sent, gossip.packets_received);
  return parts_->traffic.timeline.recent(parts_->self);
}

void ClusterNode::drain(NodeId node) {
  const auto view = parts_->agreement->view();
  const ClusterMember* member = view->find(node);
  if (member == nullptr) throw InputError::not_found("There is no such member of the cluster.");
  const bool others = std::ranges::any_of(view->members, [node](const ClusterMember& other) {
    return other.id != node && !other.witness && !other.draining;
  });
  if (!others && !member->witness) {
    throw InputError::illegal_argument("Node " + member->rest_address +
                                       " is the last that data could stay on: it cannot be "
                                       "drained. Let another node join first.");
  }
  parts_->agreement->change_view({ViewChange::Kind::drain, *member});
}

}  // namespace neve::cluster

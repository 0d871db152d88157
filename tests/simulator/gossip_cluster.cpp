#include "simulator/gossip_cluster.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace neve::simulator {

using namespace std::chrono_literals;
using gossip::EventKind;
using gossip::MemberState;

namespace {

// Until then nothing strikes, so that the cluster is there; after the last fault, it has this long
// to become whole again.
constexpr Time kCalmStart = 8s;
constexpr Time kHealBound = 25s;
// Longer than any suspicion lasts, so that what happened before cannot be the cause of a death.
constexpr Time kInnocence = 16s;
// The least time that Tuning leaves a suspect.
constexpr Time kLeastSuspicion = 1800ms;

std::string_view name_of(EventKind kind) {
  constexpr std::array<std::string_view, 7> kNames = {
      "joined", "updated", "suspected", "refuted", "declared dead", "left", "evicted"};
  return kNames.at(static_cast<std::size_t>(kind));
}

/// Plays packets of others back to anybody, and says hello for a cluster of another name.
class Intruder final : public Actor {
 public:
  Intruder(Host& host, int hosts)
      : host_(host), hosts_(hosts), seal_(gossip::key_from_name("another"), NodeId(host.draw())) {}
  void receive(HostIndex /*from*/, Channel /*channel*/, std::span<const std::byte> bytes) override {
    const wire::Bytes copy(bytes.begin(), bytes.end());
    const HostIndex to(static_cast<std::int32_t>(host_.draw() % static_cast<unsigned>(hosts_)));
    host_.call_at(host_.now() + Time(host_.draw() % 10'000'000'000),
                  [this, to, copy] { host_.send(to, Channel::datagram, copy); });
    gossip::Packet hello;
    hello.kind = gossip::PacketKind::hello;
    host_.send(to, Channel::datagram,
               seal_.close(gossip::ClusterId(1), NodeId(), gossip::encode(hello)));
  }

 private:
  Host& host_;
  int hosts_;
  gossip::Seal seal_;
};

}  // namespace

GossipCluster::GossipCluster(const Options& options)
    : world_(options.seed), dice_(options.seed, 4), length_(options.length), nodes_(options.nodes) {
  world_.keep_trace(options.trace_lines);
  GossipSetup setup;
  setup.expect = static_cast<std::size_t>(options.nodes);
  for (int i = 0; i < options.nodes; ++i) setup.join.push_back(endpoint_of(HostIndex(i)));
  for (int i = 0; i < options.nodes; ++i) {
    const HostIndex host = world_.add_host([this, setup](Host& machine) mutable {
      setup.is_returning = returning_.erase(machine.index()) != 0;
      auto node = std::make_unique<GossipNode>(machine, setup, *this);
      if (!hosts_of_ids_.emplace(node->id(), machine.index()).second)
        fail("a NodeId is used twice");
      return node;
    });
    world_.call_at(Time(dice_.below(2'000'000'000)), [this, host] { world_.start(host); });
  }
  faults_ = std::make_unique<FaultInjector>(
      world_, draw_faults(options.seed, options.faults, kCalmStart, length_ - kHealBound - 5s),
      [this](FaultKind, std::span<const HostIndex> hosts) { return may_strike(hosts); });
  start_intruder(options);
}

void GossipCluster::start_intruder(const Options& options) {
  intruder_ = world_.add_host(
      [options](Host& machine) { return std::make_unique<Intruder>(machine, options.nodes); });
  world_.start(intruder_);
}

void GossipCluster::run() {
  Time next_commit = 0s;
  while (world_.now() < length_ && !failure_) {
    next_commit += 100ms;
    world_.run_until(next_commit);
    commit_views();
    if (world_.now() >= length_ - 5s) check_converged();
  }
}

GossipNode* GossipCluster::node_at(HostIndex host) const {
  return dynamic_cast<GossipNode*>(world_.actor(host));
}

GossipNode* GossipCluster::node_of(NodeId id) const {
  const auto at = hosts_of_ids_.find(id);
  if (at == hosts_of_ids_.end()) return nullptr;
  GossipNode* node = node_at(at->second);
  return node != nullptr && node->id() == id ? node : nullptr;
}

void GossipCluster::fail(const std::string& what) {
  world_.trace([&] { return "FAILURE: " + what; });
  if (!failure_) failure_ = what;
}

void GossipCluster::on_event(GossipNode& node, const gossip::Event& event) {
  const HostIndex host = node.host().index();
  node.host().trace([&] {
    return simulator::name_of(node.id()) + " " + std::string(name_of(event.kind)) + " " +
           simulator::name_of(event.member.id) + " incarnation " +
           std::to_string(event.member.incarnation);
  });
  const auto key = std::pair(node.id(), event.member.id);
  if (event.kind == EventKind::suspected) suspected_at_[key] = world_.now();
  if (event.kind == EventKind::declared_dead) check_death(node, event.member.id);
  if (event.kind == EventKind::joined && !hosts_of_ids_.contains(event.member.id))
    fail("a member joined that was never started");
  if (event.kind == EventKind::evicted && event.member.id == node.id()) restart(host, node.id());
}

void GossipCluster::check_death(GossipNode& observer, NodeId dead) {
  ++deaths_;
  const auto suspected = suspected_at_.find({observer.id(), dead});
  if (suspected == suspected_at_.end() || world_.now() - suspected->second < kLeastSuspicion)
    fail("a death was declared before the suspicion's time was over");
  const GossipNode* alive = node_of(dead);
  if (alive == nullptr) return;
  const Time since = world_.now() - kInnocence;
  if (faults_->undisturbed_since(hosts_of_ids_.at(dead), since) &&
      faults_->undisturbed_since(observer.host().index(), since))
    fail(simulator::name_of(dead) + " was declared dead by " + simulator::name_of(observer.id()) +
         " though nothing happened to either");
}

void GossipCluster::on_accepted(GossipNode& node, NodeId sender, std::uint64_t counter) {
  if (!accepted_.insert({node.id(), sender, counter}).second) fail("a packet was accepted twice");
  if (!hosts_of_ids_.contains(sender)) fail("a packet of a stranger was accepted");
}

void GossipCluster::send(GossipNode& node, HostIndex to, wire::Bytes packet) {
  constexpr double kOverheard = 0.005;
  if (dice_.chance(kOverheard)) node.host().send(intruder_, Channel::datagram, packet);
  node.host().send(to, Channel::datagram, std::move(packet));
}

// --- the view: what a majority of it would commit
// --------------------------------------------------

std::optional<gossip::ClusterId> GossipCluster::found(GossipNode& node) {
  const gossip::ClusterId cluster(dice_.bits());
  views_[cluster].members.emplace(node.id(), node.host().index());
  node.host().trace([&] { return simulator::name_of(node.id()) + " founds a cluster"; });
  return cluster;
}

std::vector<GossipNode*> GossipCluster::working(const View& view) const {
  std::vector<GossipNode*> nodes;
  for (const auto& [id, host] : view.members) {
    GossipNode* node = node_of(id);
    if (node != nullptr && !world_.is_paused(host) &&
        faults_->undisturbed_since(host, world_.now()))
      nodes.push_back(node);
  }
  return nodes;
}

bool GossipCluster::admit(GossipNode& node, gossip::ClusterId cluster) {
  const auto view = views_.find(cluster);
  if (view == views_.end()) return false;
  if (!faults_->undisturbed_since(node.host().index(), world_.now())) return false;
  if (2 * working(view->second).size() <= view->second.members.size()) return false;
  view->second.members.emplace(node.id(), node.host().index());
  node.host().trace([&] { return simulator::name_of(node.id()) + " is in the view"; });
  return true;
}

void GossipCluster::commit_views() {
  for (auto& [cluster, view] : views_) commit(view);
}

/// A member that died before anybody had heard of it, or that all have forgotten: as the steward of
/// a real node has it, whoever is unknown for long enough is gone.
bool GossipCluster::is_long_unknown(View& view, const std::vector<GossipNode*>& nodes, NodeId id) {
  constexpr std::chrono::seconds kUnknown{15};
  const auto knows = [id](GossipNode* node) { return node->swim().members().contains(id); };
  if (std::ranges::any_of(nodes, knows)) {
    view.unknown_since.erase(id);
    return false;
  }
  return world_.now() - view.unknown_since.emplace(id, world_.now()).first->second >= kUnknown;
}

void GossipCluster::commit(View& view) {
  const std::vector<GossipNode*> nodes = working(view);
  if (2 * nodes.size() <= view.members.size()) return;
  std::set<NodeId> verdicts;
  for (const auto& [id, host] : view.members) {
    const auto holds_dead = [&, id = id](GossipNode* node) {
      const gossip::Member* member = nullptr;
      const auto& members = node->swim().members();
      if (const auto at = members.find(id); at != members.end()) member = &at->second;
      return member != nullptr && member->state == MemberState::dead;
    };
    if (2 * static_cast<std::size_t>(std::ranges::count_if(nodes, holds_dead)) >
        view.members.size())
      verdicts.insert(id);
    if (is_long_unknown(view, nodes, id)) verdicts.insert(id);
  }
  for (NodeId id : verdicts) view.members.erase(id);
  // Whoever carries the id but is in no view was evicted where nobody remembers.
  for (GossipNode* node : nodes)
    for (const auto& [id, member] : node->swim().members())
      if (!is_final(member.state) && member.info.cluster == node->cluster() &&
          !view.members.contains(id))
        verdicts.insert(id);
  for (NodeId id : verdicts) {
    world_.trace([&, id = id] { return "the view is without " + simulator::name_of(id); });
    for (GossipNode* node : nodes)
      if (node->id() != id) node->evict(id);
  }
}

void GossipCluster::restart(HostIndex host, NodeId evicted) {
  world_.call_at(world_.now() + 100ms, [this, host, evicted] {
    if (node_of(evicted) == nullptr) return;
    world_.crash(host);
    returning_.insert(host);
    world_.start(host);
  });
}

bool GossipCluster::may_strike(std::span<const HostIndex> hosts) const {
  // Without a majority there is no view, and what happens then is not gossip's to say. And once
  // fewer than half of the expected nodes are in the view, those who started anew are a majority
  // without a cluster: cut off from the view, they would rightly found one.
  if (views_.size() != 1) return false;
  const View& view = views_.begin()->second;
  std::size_t left = 0;
  for (const GossipNode* node : working(view))
    left += static_cast<std::size_t>(std::ranges::count(hosts, hosts_of_ids_.at(node->id())) == 0);
  return 2 * left > std::max(view.members.size(), static_cast<std::size_t>(nodes_));
}

// --- at the end
// -------------------------------------------------------------------------------------

std::string GossipCluster::describe(GossipNode& node) const {
  std::string text = simulator::name_of(node.id()) + " (host " +
                     std::to_string(node.host().index().value()) + ", cluster " +
                     simulator::name_of(NodeId(node.cluster().value())) + "):";
  for (const auto& [id, member] : node.swim().members())
    if (!is_final(member.state))
      text += " " + simulator::name_of(id) + "/" + std::to_string(member.incarnation) + "/" +
              std::to_string(static_cast<int>(member.state));
  return text;
}

void GossipCluster::check_converged() {
  std::set<NodeId> running;
  for (int i = 0; i < nodes_; ++i)
    if (const GossipNode* node = node_at(HostIndex(i))) running.insert(node->id());
  for (int i = 0; i < nodes_; ++i) {
    GossipNode* node = node_at(HostIndex(i));
    if (node == nullptr) return fail("a host runs no process at the end");
    std::set<NodeId> believed;
    for (const auto& [id, member] : node->swim().members()) {
      if (is_final(member.state)) continue;
      // Whoever died before any view had it is remembered for a while and concerns nobody.
      if (member.state == MemberState::dead && member.info.cluster == gossip::ClusterId()) continue;
      believed.insert(id);
      if (member.info.cluster != node->cluster() || node->cluster() == gossip::ClusterId())
        return fail("not in one cluster at the end: " + describe(*node));
      if (member.state == MemberState::dead)
        return fail("somebody is believed dead at the end: " + describe(*node));
    }
    if (believed != running)
      return fail("who is there is not agreed at the end: " + describe(*node));
  }
  if (views_.begin()->second.members.size() != running.size())
    fail("the view differs from what runs at the end");
  for (int i = 0; i < nodes_; ++i)
    for (std::size_t cause = 0; cause < drops_.size(); ++cause)
      drops_.at(cause) = std::max(
          drops_.at(cause), node_at(HostIndex(i))->drops(static_cast<gossip::DropCause>(cause)));
}

}  // namespace neve::simulator

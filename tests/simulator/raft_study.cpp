#include "simulator/raft_study.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "simulator/dice.hpp"
#include "simulator/faults.hpp"
#include "simulator/raft_node.hpp"

namespace neve::simulator {

using namespace std::chrono_literals;
using cluster::raft::ServerRole;

namespace {

constexpr Time kFirstFault = 10s;
constexpr Time kLastFault = 95s;
constexpr Time kHealed = kLastFault + 10s;
constexpr Time kRest = 115s;
constexpr Time kEnd = 120s;

class Study {
 public:
  explicit Study(std::uint64_t seed) : seed_(seed), dice_(seed, 17), world_(seed) {
    const std::size_t nodes = 3 + dice_.below(7);
    shared_.channel = dice_.chance(0.5) ? Channel::datagram : Channel::stream;
    shared_.settings.snapshot_every = 20 + static_cast<unsigned>(dice_.below(200));
    shared_.settings.snapshot_trailing = 1 + static_cast<unsigned>(dice_.below(40));
    for (std::size_t i = 0; i < nodes; ++i) {
      world_.add_host([this](Host& host) { return std::make_unique<RaftNode>(host, shared_); });
    }
  }

  RaftStudy run(std::size_t trace_lines) {
    world_.keep_trace(trace_lines);
    for (std::size_t i = 0; i < world_.hosts(); ++i) world_.start(host(i));
    const int count = 20 + static_cast<int>(dice_.below(11));
    FaultInjector faults(
        world_, draw_faults(seed_, count, kFirstFault, kLastFault),
        [this](FaultKind kind, std::span<const HostIndex> hosts) { return allows(kind, hosts); });
    world_.run_until(kHealed);
    check_healed();
    world_.run_until(kRest);
    shared_.clients_rest = true;
    world_.run_until(kEnd);
    check_end();
    return {shared_.ledger.problems(),
            world_.traced(),
            world_.hosts(),
            shared_.ledger.acknowledgements(),
            shared_.ledger.elections(),
            faults.struck()};
  }

 private:
  static HostIndex host(std::size_t i) { return HostIndex(static_cast<std::int32_t>(i)); }
  RaftNode* node(std::size_t i) { return static_cast<RaftNode*>(world_.actor(host(i))); }

  std::vector<RaftNode*> nodes() {
    std::vector<RaftNode*> alive;
    for (std::size_t i = 0; i < world_.hosts(); ++i) {
      if (RaftNode* it = node(i)) alive.push_back(it);
    }
    return alive;
  }

  /// The cluster lives in memory: a crash may not take a majority of the votes of any
  /// configuration that a member still goes by.
  bool allows(FaultKind kind, std::span<const HostIndex> hosts) {
    if (kind != FaultKind::crash) return true;
    std::set<NodeId> alive;
    for (std::size_t i = 0; i < world_.hosts(); ++i) {
      if (host(i) != hosts.front() && node(i) != nullptr) alive.insert(node(i)->id());
    }
    return std::ranges::all_of(nodes(), [&](const RaftNode* it) {
      if (!it->is_member()) return true;
      std::size_t votes = 0;
      std::size_t living = 0;
      for (const auto& server : it->status().servers) {
        if (server.role != ServerRole::voter) continue;
        ++votes;
        if (alive.contains(server.id)) ++living;
      }
      return votes > 1 && living > votes / 2;
    });
  }

  RaftNode* leader() {
    for (RaftNode* it : nodes()) {
      if (it->is_member() && it->status().ready) return it;
    }
    return nullptr;
  }

  void check_healed() {
    const RaftNode* leads = leader();
    if (leads == nullptr) return shared_.ledger.complain("no leader ten seconds after the faults");
    for (const RaftNode* it : nodes()) {
      if (it->is_member() && it->status().leader != leads->id()) {
        shared_.ledger.complain("node " + std::to_string(it->id().value()) +
                                " does not follow ten seconds after the faults");
      }
    }
  }

  void trace_nodes() {
    for (const RaftNode* it : nodes()) {
      const auto status = it->status();
      world_.trace([&] {
        std::string line = "node " + std::to_string(it->id().value()) + " term " +
                           std::to_string(status.term) + " leader " +
                           std::to_string(status.leader.value_or(NodeId{}).value()) + " applied " +
                           std::to_string(status.applied) + " of " + std::to_string(status.last) +
                           (it->is_member() ? " member" : "");
        for (const auto& server : status.servers) {
          line += ' ' + std::to_string(server.id.value());
          line += server.role == ServerRole::voter ? "v" : "";
        }
        return line;
      });
    }
  }

  void check_end() {
    trace_nodes();
    const RaftNode* leads = leader();
    if (leads == nullptr) return shared_.ledger.complain("no leader at the end");
    const auto status = leads->status();
    shared_.ledger.check_history(leads->history());
    shared_.ledger.check_configurations(status.committed);
    const auto votes = static_cast<std::size_t>(
        std::ranges::count(status.servers, ServerRole::voter, &cluster::raft::Server::role));
    if (votes != cluster::raft::wanted_voters(world_.hosts())) {
      shared_.ledger.complain(std::to_string(votes) + " votes at the end");
    }
    if (status.servers.size() != world_.hosts()) {
      shared_.ledger.complain(std::to_string(status.servers.size()) + " servers at the end");
    }
    for (const RaftNode* it : nodes()) check_follower(*it, *leads);
  }

  void check_follower(const RaftNode& it, const RaftNode& leads) {
    const std::string name = "node " + std::to_string(it.id().value());
    if (!it.is_member()) shared_.ledger.complain(name + " is no member at the end");
    if (it.history() != leads.history()) shared_.ledger.complain(name + " has another history");
    if (it.view() != leads.view()) shared_.ledger.complain(name + " has another view");
    if (it.waiting() > 0) shared_.ledger.complain(name + " waits for an answer at the end");
  }

  std::uint64_t seed_;
  Dice dice_;
  RaftCluster shared_;
  World world_;
};

}  // namespace

RaftStudy run_raft_study(std::uint64_t seed, std::size_t trace_lines) {
  return Study(seed).run(trace_lines);
}

}  // namespace neve::simulator

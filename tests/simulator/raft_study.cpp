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

// The cluster forms before the first fault. After the last one it has ten seconds to heal, ten more
// to take back whoever was evicted, and five to answer what is still asked.
constexpr Time kFirstFault = 10s;
constexpr Time kFaultFree = 25s;
constexpr Time kToHeal = 10s;
constexpr Time kToAnswer = 5s;

class Study {
 public:
  explicit Study(const RaftStudy::Options& options)
      : options_(options), dice_(options.seed, 17), world_(options.seed) {
    shared_.channel = dice_.chance(0.5) ? Channel::datagram : Channel::stream;
    shared_.settings.snapshot_every = 20 + static_cast<unsigned>(dice_.below(200));
    shared_.settings.snapshot_trailing = 1 + static_cast<unsigned>(dice_.below(40));
    for (std::size_t i = 0; i < options.nodes; ++i) {
      world_.add_host([this](Host& host) { return std::make_unique<RaftNode>(host, shared_); });
    }
    world_.keep_trace(options.trace_lines);
  }

  RaftStudy run() {
    for (std::size_t i = 0; i < world_.hosts(); ++i) world_.start(host(i));
    const Time last_fault = options_.length - kFaultFree;
    FaultInjector faults(
        world_, draw_faults(options_.seed, options_.faults, kFirstFault, last_fault),
        [this](FaultKind kind, std::span<const HostIndex> hosts) { return allows(kind, hosts); });
    world_.run_until(last_fault + kToHeal);
    check_healed();
    world_.run_until(options_.length - kToAnswer);
    shared_.clients_rest = true;
    world_.run_until(options_.length);
    check_end();
    return {shared_.ledger.problems(),  world_.traced(),     shared_.ledger.acknowledgements(),
            shared_.ledger.elections(), world_.events_run(), faults.struck()};
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
  /// configuration that a member still goes by; who was declared dead counts as lost already, as
  /// its vote is about to go.
  bool allows(FaultKind kind, std::span<const HostIndex> hosts) {
    if (kind != FaultKind::crash) return true;
    std::set<NodeId> alive;
    for (std::size_t i = 0; i < world_.hosts(); ++i) {
      if (host(i) != hosts.front() && node(i) != nullptr) alive.insert(node(i)->id());
    }
    return std::ranges::all_of(nodes(), [&](const RaftNode* it) {
      if (!it->is_member()) return true;
      const cluster::ClusterView view = it->view();
      std::size_t votes = 0;
      std::size_t living = 0;
      for (const auto& server : it->status().servers) {
        if (server.role != ServerRole::voter) continue;
        ++votes;
        if (alive.contains(server.id) && view.find(server.id) != nullptr) ++living;
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

  RaftStudy::Options options_;
  Dice dice_;
  RaftCluster shared_;
  World world_;
};

}  // namespace

RaftStudy run_raft_study(const RaftStudy::Options& options) { return Study(options).run(); }

}  // namespace neve::simulator

#include "simulator/cluster_study.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "simulator/dice.hpp"
#include "simulator/faults.hpp"
#include "simulator/process.hpp"

namespace neve::simulator {

using namespace std::chrono_literals;
using cluster::raft::ServerRole;

namespace {

// The cluster forms before the first fault. After the last one it has ten seconds to find a leader,
// then time to take back whoever was evicted and to make all copies, and at last to answer what is
// still asked.
constexpr Time kFirstFault = 10s;
constexpr Time kFaultFree = 35s;
constexpr Time kToLead = 10s;
constexpr Time kToAnswer = 8s;
// Longer than any suspicion lasts, so that what happened before cannot be the cause of a death.
constexpr Time kInnocence = 16s;
// Who was struck until then may yet be removed; a further loss is covered later only.
constexpr Time kRecovery = 5s;

class Study {
 public:
  explicit Study(const ClusterStudy::Options& options)
      : options_(options), dice_(options.seed, 17), world_(options.seed) {
    truth_.channel = dice_.chance(0.5) ? Channel::datagram : Channel::stream;
    truth_.settings.snapshot_every = 20 + static_cast<unsigned>(dice_.below(200));
    truth_.settings.snapshot_trailing = 1 + static_cast<unsigned>(dice_.below(40));
    truth_.copies = options.nodes >= 5 && dice_.chance(0.25) ? 3 : 2;
    spares_homes_ = dice_.chance(0.5);
    truth_.restart = [this](HostIndex host, NodeId evicted) { restart(host, evicted); };
    truth_.view_changed = [this](const cluster::ClusterView& before) { check_view(before); };
    truth_.data.judge_new_layouts([this](LayoutId layout) { return keeps_a_home(layout, {}); });
    world_.keep_trace(options.trace_lines);
    GossipSetup setup;
    setup.expect = options.nodes;
    for (std::size_t i = 0; i < options.nodes; ++i) setup.join.push_back(endpoint_of(host(i)));
    for (std::size_t i = 0; i < options.nodes; ++i) {
      world_.add_host([this, setup](Host& machine) mutable {
        setup.is_returning = returning_.erase(machine.index()) != 0;
        return std::make_unique<Process>(machine, setup, truth_);
      });
    }
  }

  ClusterStudy run() {
    for (std::size_t i = 0; i < world_.hosts(); ++i) {
      world_.call_at(Time(dice_.below(1'000'000'000)), [this, i] { world_.start(host(i)); });
    }
    const Time last_fault = options_.length - kFaultFree;
    faults_ = std::make_unique<FaultInjector>(
        world_, draw_faults(options_.seed, options_.faults, kFirstFault, last_fault),
        [this](FaultKind kind, std::span<const HostIndex> hosts) { return allows(kind, hosts); },
        [this] { look_for_minorities(); });
    run_until(last_fault + kToLead);
    check_led();
    run_until(options_.length - kToAnswer);
    truth_.clients_rest = true;
    run_until(options_.length);
    check_end();
    return result(faults_->struck());
  }

 private:
  static HostIndex host(std::size_t i) { return HostIndex(static_cast<std::int32_t>(i)); }
  Process* process(HostIndex at) { return static_cast<Process*>(world_.actor(at)); }
  RaftLedger& raft() { return truth_.raft; }

  std::vector<Process*> processes() {
    std::vector<Process*> alive;
    for (std::size_t i = 0; i < world_.hosts(); ++i) {
      if (Process* it = process(host(i))) alive.push_back(it);
    }
    return alive;
  }

  void run_until(Time end) {
    while (world_.now() < end && is_well()) {
      world_.run_until(std::min(end, world_.now() + 1s));
      look_for_minorities();
    }
  }

  [[nodiscard]] bool is_well() const {
    return truth_.raft.problems().empty() && truth_.data.problems().empty();
  }

  void restart(HostIndex at, NodeId evicted) {
    world_.call_at(world_.now() + 100ms, [this, at, evicted] {
      const Process* it = process(at);
      if (it == nullptr || it->id() != evicted) return;
      world_.crash(at);
      returning_.insert(at);
      world_.start(at);
    });
  }

  // --- what faults may do ------------------------------------------------------------------------

  bool allows(FaultKind kind, std::span<const HostIndex> hosts) {
    // Of a split cluster the side without a majority of votes is removed, whichever that is.
    const bool both = kind == FaultKind::split;
    const bool spared =
        !spares_homes_ || (leaves_a_home(hosts) && (!both || leaves_a_home(all_but(hosts))));
    if (kind != FaultKind::crash) return spared;
    return spared && leaves_a_vote(hosts.front()) && leaves_members(hosts.front());
  }

  std::vector<HostIndex> all_but(std::span<const HostIndex> hosts) const {
    std::vector<HostIndex> others;
    for (std::size_t i = 0; i < world_.hosts(); ++i) {
      const HostIndex host(static_cast<int>(i));
      if (std::ranges::find(hosts, host) == hosts.end()) others.push_back(host);
    }
    return others;
  }

  /// Whether a process runs, and nothing has happened to it lately that it may be removed for.
  bool is_sound(NodeId id) {
    const auto at = truth_.hosts.find(id);
    if (at == truth_.hosts.end()) return false;
    const Process* it = process(at->second);
    return it != nullptr && it->id() == id && truth_.view.find(id) != nullptr &&
           faults_->undisturbed_since(at->second, world_.now() - kRecovery);
  }
  bool stays_sound(NodeId id, std::span<const HostIndex> struck) {
    return is_sound(id) && std::ranges::find(struck, truth_.hosts.at(id)) == struck.end();
  }

  /// The cluster lives in memory: a crash may not take a majority of the votes of any configuration
  /// that a member still goes by. Who was struck just now counts as lost, as its vote may be about
  /// to go: two losses at once are more than is promised.
  bool leaves_a_vote(HostIndex crashed) {
    return std::ranges::all_of(processes(), [&](const Process* it) {
      if (!it->is_member()) return true;
      std::size_t votes = 0;
      std::size_t sound = 0;
      for (const auto& server : it->status().servers) {
        if (server.role != ServerRole::voter) continue;
        ++votes;
        if (stays_sound(server.id, {&crashed, 1})) ++sound;
      }
      return votes > 1 && sound > votes / 2;
    });
  }

  /// Processes that start anew know of no cluster: a majority of them would found another.
  bool leaves_members(HostIndex crashed) {
    const auto members = std::ranges::count_if(processes(), [&](const Process* it) {
      return truth_.hosts.at(it->id()) != crashed && truth_.view.find(it->id()) != nullptr;
    });
    return 2 * static_cast<std::size_t>(members) > world_.hosts();
  }

  /// Whether every run of rows that somebody counts on keeps a home to which nothing happens.
  bool leaves_a_home(std::span<const HostIndex> struck) {
    return std::ranges::all_of(truth_.data.layouts(),
                               [&](LayoutId layout) { return keeps_a_home(layout, struck); });
  }

  /// A home that gives its place to another does not count: it drops the rows soon.
  bool keeps_a_home(LayoutId layout, std::span<const HostIndex> struck) {
    const Process* knows = newest();
    if (knows == nullptr) return false;
    const auto placement = knows->replica().store().catalog().placement(layout);
    return !placement || std::ranges::all_of(placement->runs, [&](const store::Run& run) {
      return run.homes.empty() || std::ranges::any_of(run.homes, [&](NodeId home) {
               return run.leaving != home && stays_sound(home, struck);
             });
    });
  }

  /// Whose catalogue has applied most.
  const Process* newest() {
    const std::vector<Process*> alive = processes();
    const auto at = std::ranges::max_element(
        alive, {}, [](const Process* it) { return it->replica().store().catalog().version(); });
    return at == alive.end() ? nullptr : *at;
  }

  // --- what must hold all the while --------------------------------------------------------------

  void check_view(const cluster::ClusterView& before) {
    for (const cluster::ClusterMember& member : before.members) {
      if (truth_.view.find(member.id) == nullptr) check_removal(member.id);
    }
    check_losses();
    look_for_minorities();
  }

  void check_removal(NodeId removed) {
    ++removals_;
    const HostIndex at = truth_.hosts.at(removed);
    const Process* it = process(at);
    if (it == nullptr || it->id() != removed) return;
    const Process* by = leader();
    const Time since = world_.now() - kInnocence;
    if (by == nullptr || !faults_->undisturbed_since(truth_.hosts.at(by->id()), since)) return;
    if (!faults_->undisturbed_since(at, since)) return;
    raft().complain(name_of(removed) + " was removed by " + name_of(by->id()) +
                    " though nothing happened to either");
  }

  /// Rows are lost with the last home that leaves the view.
  void check_losses() {
    for (Process* it : processes()) {
      if (it->view().epoch != truth_.view.epoch) continue;
      for (const LayoutId layout : truth_.data.layouts()) {
        const auto placement = it->replica().store().catalog().placement(layout);
        if (!placement || truth_.data.is_lost(layout)) continue;
        const bool lost = std::ranges::any_of(
            placement->runs, [](const store::Run& run) { return run.homes.empty(); });
        if (lost) truth_.data.lost(layout, !spares_homes_ || stormy());
      }
      return;
    }
  }

  /// Loss and delay together may take anybody for dead.
  [[nodiscard]] bool stormy() const { return faults_->stormy_since(world_.now() - 2 * kInnocence); }

  /// Notes which hosts have no majority among those with whom they can talk, if through others.
  void look_for_minorities() {
    std::vector<cluster::raft::Configuration> configurations;
    for (const Process* it : processes()) {
      if (it->is_member()) configurations.push_back(it->status().servers);
    }
    for (std::size_t i = 0; i < world_.hosts(); ++i) {
      const std::set<HostIndex> reached = reached_from(host(i));
      const bool isolated = std::ranges::none_of(
          configurations, [&](const auto& servers) { return holds_majority(reached, servers); });
      // A process that was stopped finds what was answered before.
      truth_.data.isolated(host(i), isolated && !world_.is_paused(host(i)), world_.now());
    }
  }

  std::set<HostIndex> reached_from(HostIndex start) {
    std::set<HostIndex> reached{start};
    std::vector<HostIndex> next{start};
    while (!next.empty()) {
      const HostIndex from = next.back();
      next.pop_back();
      for (std::size_t i = 0; i < world_.hosts(); ++i) {
        const bool cut =
            world_.network().is_cut(from, host(i)) || world_.network().is_cut(host(i), from);
        if (!cut && reached.insert(host(i)).second) next.push_back(host(i));
      }
    }
    return reached;
  }

  bool holds_majority(const std::set<HostIndex>& hosts,
                      const cluster::raft::Configuration& servers) {
    std::size_t votes = 0;
    std::size_t held = 0;
    for (const auto& server : servers) {
      if (server.role != ServerRole::voter) continue;
      ++votes;
      const HostIndex at = truth_.hosts.at(server.id);
      const Process* it = process(at);
      if (hosts.contains(at) && it != nullptr && it->id() == server.id) ++held;
    }
    return held > votes / 2;
  }

  // --- at the end --------------------------------------------------------------------------------

  Process* leader() {
    for (Process* it : processes()) {
      if (it->is_member() && it->status().ready) return it;
    }
    return nullptr;
  }

  void check_led() {
    if (!is_well()) return;
    const Process* leads = leader();
    if (leads == nullptr) return raft().complain("no leader ten seconds after the faults");
    for (const Process* it : processes()) {
      if (truth_.view.find(it->id()) != nullptr && it->is_member() &&
          it->status().leader != leads->id()) {
        raft().complain(name_of(it->id()) + " does not follow ten seconds after the faults");
      }
    }
  }

  void trace_processes() {
    for (Process* it : processes()) {
      const auto status = it->status();
      world_.trace([&] {
        std::string line = "host " + std::to_string(truth_.hosts.at(it->id()).value()) + ": " +
                           name_of(it->id()) + " term " + std::to_string(status.term) + " leader " +
                           name_of(status.leader.value_or(NodeId{})) + " applied " +
                           std::to_string(status.applied) + " of " + std::to_string(status.last) +
                           (it->is_member() ? " member" : "");
        for (const auto& server : status.servers) {
          line += ' ' + name_of(server.id) + (server.role == ServerRole::voter ? "v" : "");
        }
        return line;
      });
    }
  }

  void check_end() {
    trace_processes();
    if (!is_well()) return;
    const Process* leads = leader();
    if (leads == nullptr) return raft().complain("no leader at the end");
    if (truth_.founded != 1) raft().complain("another cluster was founded");
    const auto status = leads->status();
    raft().check_history(leads->replica().history());
    raft().check_configurations(status.committed);
    const auto votes = static_cast<std::size_t>(
        std::ranges::count(status.servers, ServerRole::voter, &cluster::raft::Server::role));
    if (votes != cluster::raft::wanted_voters(world_.hosts())) {
      raft().complain(std::to_string(votes) + " votes at the end");
    }
    if (status.servers.size() != world_.hosts()) {
      raft().complain(std::to_string(status.servers.size()) + " servers at the end");
    }
    if (processes().size() != world_.hosts()) raft().complain("a host runs no process at the end");
    for (Process* it : processes()) check_process(*it, *leads);
  }

  void check_process(Process& it, const Process& leads) {
    const std::string name = name_of(it.id());
    if (!it.is_member()) raft().complain(name + " is no member at the end");
    if (it.replica().history() != leads.replica().history()) {
      raft().complain(name + " has another history");
    }
    if (it.view() != leads.view()) raft().complain(name + " has another view");
    const auto& catalog = it.replica().store().catalog();
    if (catalog.snapshot() != leads.replica().store().catalog().snapshot()) {
      raft().complain(name + " has another catalogue");
    }
    if (it.is_busy()) raft().complain(name + " waits for an answer at the end");
    for (const auto& [id, member] : it.gossip().swim().members()) {
      if (is_final(member.state)) continue;
      const bool right = leads.view().find(id) != nullptr && gossip::is_present(member.state);
      const bool stranger =
          member.state == gossip::MemberState::dead && member.info.cluster == gossip::ClusterId();
      if (!right && !stranger) raft().complain(name + " is wrong about " + name_of(id));
    }
    truth_.data.check_end(it.replica().store(), it.id(), &it == &leads);
  }

  ClusterStudy result(int struck) {
    ClusterStudy made;
    made.problems = truth_.raft.problems();
    const auto& more = truth_.data.problems();
    made.problems.insert(made.problems.end(), more.begin(), more.end());
    made.trace = world_.traced();
    made.acknowledged = truth_.raft.acknowledgements();
    made.frames = truth_.data.acknowledgements();
    made.jobs = truth_.data.jobs();
    made.losses = truth_.data.losses();
    made.removals = removals_;
    made.elections = truth_.raft.elections();
    made.events = world_.events_run();
    made.faults = struck;
    return made;
  }

  ClusterStudy::Options options_;
  Dice dice_;
  ClusterTruth truth_;
  World world_;
  std::unique_ptr<FaultInjector> faults_;
  std::set<HostIndex> returning_;  ///< whose next start follows an eviction
  std::size_t removals_ = 0;
  bool spares_homes_ = false;  ///< faults strike the homes of a run one at a time
};

}  // namespace

ClusterStudy run_cluster_study(const ClusterStudy::Options& options) {
  return Study(options).run();
}

}  // namespace neve::simulator

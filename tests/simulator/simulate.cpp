// Runs clusters under faults, their gossip and their Raft, one after another, each from a seed:
// ./dev simulate --help
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "simulator/gossip_cluster.hpp"
#include "simulator/gossip_study.hpp"
#include "simulator/raft_study.hpp"

namespace neve::simulator {

namespace {

struct Arguments {
  std::uint64_t seeds = 100;
  std::uint64_t from = 1;
  std::uint64_t seconds = 120;
  std::uint64_t nodes = 0;  // 0: drawn from the seed, 3 to 9
  std::uint64_t faults = 24;
  bool studies_gossip = false;
  bool runs_gossip = true;
  bool runs_raft = true;
  std::uint64_t events = 100;
  std::uint64_t loss_percent = 0;
  std::uint64_t delay_ms = 0;
};

constexpr std::string_view kUsage =
    "simulate [--seeds N] [--from S] [--seconds 120] [--nodes 3..9] [--faults 24] "
    "[--gossip-only | --raft-only]\n"
    "  runs N clusters from the seeds S, S+1, ...; a failure prints its seed and the end of its "
    "trace\n"
    "simulate --gossip-study [--nodes 200] [--events 100] [--from S] [--loss-percent P] "
    "[--delay-ms D]\n"
    "  measures traffic, joins and deaths without faults but for the links' own\n";

/// False if an argument is not understood.
bool parse(int count, char** values, Arguments& arguments) {
  const std::map<std::string_view, std::uint64_t*> numbers = {
      {"--seeds", &arguments.seeds},
      {"--from", &arguments.from},
      {"--seconds", &arguments.seconds},
      {"--nodes", &arguments.nodes},
      {"--faults", &arguments.faults},
      {"--events", &arguments.events},
      {"--loss-percent", &arguments.loss_percent},
      {"--delay-ms", &arguments.delay_ms}};
  for (int i = 1; i < count; ++i) {
    const std::string_view name = values[i];
    if (name == "--gossip-study") {
      arguments.studies_gossip = true;
      continue;
    }
    if (name == "--gossip-only" || name == "--raft-only") {
      (name == "--raft-only" ? arguments.runs_gossip : arguments.runs_raft) = false;
      continue;
    }
    const auto at = numbers.find(name);
    if (at == numbers.end() || i + 1 == count) return false;
    const std::string_view text = values[++i];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *at->second);
    if (error != std::errc() || end != text.data() + text.size()) return false;
  }
  return arguments.seconds >= 60 && arguments.nodes <= 1000;
}

GossipCluster::Options options_of(const Arguments& arguments, std::uint64_t seed) {
  GossipCluster::Options options;
  options.seed = seed;
  options.nodes =
      static_cast<int>(arguments.nodes != 0 ? arguments.nodes : 3 + Dice(seed, 5).below(7));
  options.faults = static_cast<int>(arguments.faults);
  options.length = std::chrono::seconds(arguments.seconds);
  return options;
}

/// The same seed again, now with a trace.
void replay(GossipCluster::Options options) {
  options.trace_lines = 400;
  GossipCluster cluster(options);
  cluster.run();
  for (const std::string& line : cluster.world().traced()) std::printf("%s\n", line.c_str());
  std::printf("seed %llu, %d nodes: %s\n", static_cast<unsigned long long>(options.seed),
              options.nodes, cluster.failure().value_or("no failure when replayed").c_str());
}

/// Replays a failure under Raft and tells what it is.
void replay(RaftStudy::Options options) {
  options.trace_lines = 400;
  const RaftStudy study = run_raft_study(options);
  for (const std::string& line : study.trace) std::printf("%s\n", line.c_str());
  for (const std::string& problem : study.problems) {
    std::printf("seed %llu, %zu nodes, Raft: %s\n", static_cast<unsigned long long>(options.seed),
                options.nodes, problem.c_str());
  }
}

struct Totals {
  std::uint64_t faults = 0;
  std::uint64_t events = 0;
  std::uint64_t deaths = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t elections = 0;
};

/// False, after a replay, where a promise of the gossip is broken.
bool gossips(const GossipCluster::Options& options, Totals& totals) {
  GossipCluster cluster(options);
  cluster.run();
  totals.faults += static_cast<std::uint64_t>(cluster.faults_struck());
  totals.events += cluster.world().events_run();
  totals.deaths += cluster.deaths();
  if (!cluster.failure()) return true;
  replay(options);
  return false;
}

/// False, after a replay, where a promise of Raft is broken.
bool agrees(const GossipCluster::Options& options, Totals& totals) {
  RaftStudy::Options raft;
  raft.seed = options.seed;
  raft.nodes = static_cast<std::size_t>(options.nodes);
  raft.faults = options.faults;
  raft.length = options.length;
  const RaftStudy study = run_raft_study(raft);
  totals.faults += static_cast<std::uint64_t>(study.faults);
  totals.events += study.events;
  totals.acknowledged += study.acknowledged;
  totals.elections += study.elections;
  if (study.problems.empty()) return true;
  replay(raft);
  return false;
}

int simulate(const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  Totals totals;
  for (std::uint64_t seed = arguments.from; seed < arguments.from + arguments.seeds; ++seed) {
    const GossipCluster::Options options = options_of(arguments, seed);
    if (arguments.runs_gossip && !gossips(options, totals)) return 1;
    if (arguments.runs_raft && !agrees(options, totals)) return 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "%llu seeds from %llu: all well; %llu faults, %llu deaths declared, %llu commands "
      "acknowledged, %llu elections, %llu events; %.1f s, %.1f seeds/s\n",
      number(arguments.seeds), number(arguments.from), number(totals.faults), number(totals.deaths),
      number(totals.acknowledged), number(totals.elections), number(totals.events), took.count(),
      static_cast<double>(arguments.seeds) / took.count());
  return 0;
}

void study(const Arguments& arguments) {
  GossipStudy::Options options;
  options.seed = arguments.from;
  options.events = static_cast<int>(arguments.events);
  options.loss = static_cast<double>(arguments.loss_percent) / 100;
  options.delay = std::chrono::milliseconds(arguments.delay_ms);
  std::printf("%s\n", GossipStudy::kHeading.data());
  const std::uint64_t most = arguments.nodes != 0 ? arguments.nodes : 200;
  for (std::uint64_t nodes : {std::uint64_t{5}, std::uint64_t{50}, most}) {
    if (nodes > most) continue;
    options.nodes = static_cast<int>(nodes);
    GossipStudy one(options);
    std::printf("%s\n", one.run().c_str());
    std::fflush(stdout);
    if (nodes == most) return;
  }
}

}  // namespace

/// Returns the exit status.
int run(int count, char** values) {
  Arguments arguments;
  if (!parse(count, values, arguments)) {
    std::fputs(kUsage.data(), stderr);
    return 2;
  }
  if (!arguments.studies_gossip) return simulate(arguments);
  study(arguments);
  return 0;
}

}  // namespace neve::simulator

int main(int count, char** values) { return neve::simulator::run(count, values); }

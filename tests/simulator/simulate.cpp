// Runs clusters under faults, whole ones and gossip alone, each from a seed:
// ./dev simulate --help
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "simulator/cluster_study.hpp"
#include "simulator/gossip_cluster.hpp"
#include "simulator/gossip_study.hpp"

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
  bool runs_cluster = true;
  std::uint64_t jobs = 1;
  std::uint64_t trace = 400;
  std::uint64_t events = 100;
  std::uint64_t loss_percent = 0;
  std::uint64_t delay_ms = 0;
};

constexpr std::string_view kUsage =
    "simulate [--seeds N] [--from S] [--seconds 120] [--nodes 3..9] [--faults 24] "
    "[--jobs 1] [--trace 400] [--gossip-only | --cluster-only]\n"
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
      {"--jobs", &arguments.jobs},
      {"--trace", &arguments.trace},
      {"--events", &arguments.events},
      {"--loss-percent", &arguments.loss_percent},
      {"--delay-ms", &arguments.delay_ms}};
  for (int i = 1; i < count; ++i) {
    const std::string_view name = values[i];
    if (name == "--gossip-study") {
      arguments.studies_gossip = true;
      continue;
    }
    if (name == "--gossip-only" || name == "--cluster-only") {
      (name == "--cluster-only" ? arguments.runs_gossip : arguments.runs_cluster) = false;
      continue;
    }
    const auto at = numbers.find(name);
    if (at == numbers.end() || i + 1 == count) return false;
    const std::string_view text = values[++i];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *at->second);
    if (error != std::errc() || end != text.data() + text.size()) return false;
  }
  return arguments.seconds >= 60 && arguments.nodes <= 1000 && arguments.jobs > 0;
}

GossipCluster::Options gossip_options(const Arguments& arguments, std::uint64_t seed) {
  GossipCluster::Options options;
  options.seed = seed;
  options.nodes =
      static_cast<int>(arguments.nodes != 0 ? arguments.nodes : 3 + Dice(seed, 5).below(7));
  options.faults = static_cast<int>(arguments.faults);
  options.length = std::chrono::seconds(arguments.seconds);
  return options;
}

ClusterStudy::Options cluster_options(const Arguments& arguments, std::uint64_t seed) {
  const GossipCluster::Options same = gossip_options(arguments, seed);
  ClusterStudy::Options options;
  options.seed = seed;
  options.nodes = static_cast<std::size_t>(same.nodes);
  options.faults = same.faults;
  options.length = same.length;
  return options;
}

/// What was counted in all seeds of a campaign.
struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t faults = 0;
  std::uint64_t events = 0;
  std::uint64_t removals = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t frames = 0;
  std::uint64_t jobs = 0;
  std::uint64_t losses = 0;
  std::uint64_t elections = 0;
};

/// Runs seeds on several threads, each of them a world of its own, until one fails.
class Campaign {
 public:
  explicit Campaign(const Arguments& arguments) : arguments_(arguments), next_(arguments.from) {}

  /// The smallest seed that failed, if one did.
  std::optional<std::uint64_t> run() {
    // With one thread only, memory and counters need no locks.
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 1; i < arguments_.jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    threads.clear();
    return failed_;
  }
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  void work() {
    while (true) {
      const std::uint64_t seed = next_++;
      if (seed >= arguments_.from + arguments_.seeds) return;
      Totals one;
      one.seeds = 1;
      const bool well = (!arguments_.runs_gossip || gossips(seed, one)) &&
                        (!arguments_.runs_cluster || survives(seed, one));
      const std::lock_guard lock(mutex_);
      add(one);
      if (!well && (!failed_ || seed < *failed_)) failed_ = seed;
      if (failed_) return;
    }
  }

  bool gossips(std::uint64_t seed, Totals& one) const {
    GossipCluster cluster(gossip_options(arguments_, seed));
    cluster.run();
    one.faults += static_cast<std::uint64_t>(cluster.faults_struck());
    one.events += cluster.world().events_run();
    return !cluster.failure();
  }

  bool survives(std::uint64_t seed, Totals& one) const {
    const ClusterStudy study = run_cluster_study(cluster_options(arguments_, seed));
    one.faults += static_cast<std::uint64_t>(study.faults);
    one.events += study.events;
    one.removals += study.removals;
    one.acknowledged += study.acknowledged;
    one.frames += study.frames;
    one.jobs += study.jobs;
    one.losses += study.losses;
    one.elections += study.elections;
    return study.problems.empty();
  }

  void add(const Totals& one) {
    totals_.seeds += one.seeds;
    totals_.faults += one.faults;
    totals_.events += one.events;
    totals_.removals += one.removals;
    totals_.acknowledged += one.acknowledged;
    totals_.frames += one.frames;
    totals_.jobs += one.jobs;
    totals_.losses += one.losses;
    totals_.elections += one.elections;
  }

  Arguments arguments_;
  std::atomic<std::uint64_t> next_;
  std::mutex mutex_;
  Totals totals_;
  std::optional<std::uint64_t> failed_;
};

/// The same seed again, now with a trace.
void replay(const Arguments& arguments, std::uint64_t seed) {
  const auto tell = [&](const std::deque<std::string>& trace) {
    for (const std::string& line : trace) std::printf("%s\n", line.c_str());
  };
  GossipCluster::Options gossip = gossip_options(arguments, seed);
  ClusterStudy::Options whole = cluster_options(arguments, seed);
  gossip.trace_lines = whole.trace_lines = arguments.trace;
  const auto number = static_cast<unsigned long long>(seed);
  GossipCluster cluster(gossip);
  if (arguments.runs_gossip) cluster.run();
  if (cluster.failure()) {
    tell(cluster.world().traced());
    std::printf("seed %llu, %d nodes, gossip: %s\n", number, gossip.nodes,
                cluster.failure()->c_str());
    return;
  }
  const ClusterStudy study = run_cluster_study(whole);
  tell(study.trace);
  for (const std::string& problem : study.problems) {
    std::printf("seed %llu, %zu nodes: %s\n", number, whole.nodes, problem.c_str());
  }
}

int simulate(const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  Campaign campaign(arguments);
  if (const auto failed = campaign.run()) {
    replay(arguments, *failed);
    return 1;
  }
  const Totals& all = campaign.totals();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "%llu seeds from %llu: all well; %llu faults, %llu members removed, %llu elections, %llu "
      "commands and %llu frames acknowledged, %llu jobs, %llu layouts lost with all their homes, "
      "%llu events; "
      "%.1f s, %.1f seeds/s\n",
      number(all.seeds), number(arguments.from), number(all.faults), number(all.removals),
      number(all.elections), number(all.acknowledged), number(all.frames), number(all.jobs),
      number(all.losses), number(all.events), took.count(),
      static_cast<double>(all.seeds) / took.count());
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

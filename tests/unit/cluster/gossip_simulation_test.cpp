#include <gtest/gtest.h>

#include "simulator/gossip_cluster.hpp"

namespace neve::simulator {
namespace {

using namespace std::chrono_literals;

// Sanitizers make it ten times as slow.
#ifdef NDEBUG
constexpr std::uint64_t kSeeds = 200;
#else
constexpr std::uint64_t kSeeds = 30;
#endif

GossipCluster::Options options_of(std::uint64_t seed) {
  GossipCluster::Options options;
  options.seed = seed;
  options.nodes = 3 + static_cast<int>(seed % 7);
  options.faults = 20;
  options.length = 80s;
  return options;
}

TEST(GossipSimulation, WhatMustHoldHoldsUnderFaults) {
  std::uint64_t deaths = 0;
  std::uint64_t replayed = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    GossipCluster cluster(options_of(seed));
    cluster.run();
    ASSERT_EQ(cluster.failure(), std::nullopt)
        << "./dev simulate --seeds 1 --faults 20 --seconds 80 --from " << seed << " --nodes "
        << options_of(seed).nodes;
    EXPECT_EQ(cluster.faults_struck(), 20);
    deaths += cluster.deaths();
    replayed += cluster.drops(gossip::DropCause::replayed) +
                cluster.drops(gossip::DropCause::not_authentic);
  }
  EXPECT_GT(deaths, 0U) << "or the faults are none";
  EXPECT_GT(replayed, 0U) << "or nobody played back";
}

TEST(GossipSimulation, ASeedReplaysExactly) {
  const auto trace = [](std::uint64_t seed) {
    GossipCluster::Options options = options_of(seed);
    options.trace_lines = 100'000;
    GossipCluster cluster(options);
    cluster.run();
    return cluster.world().traced();
  };
  EXPECT_EQ(trace(3), trace(3));
  EXPECT_NE(trace(3), trace(10));
}

}  // namespace
}  // namespace neve::simulator

#include "simulator/cluster_study.hpp"

#include <gtest/gtest.h>

namespace neve::simulator {
namespace {

// Sanitizers make it ten times as slow.
#ifdef NDEBUG
constexpr std::uint64_t kSeeds = 14;
#else
constexpr std::uint64_t kSeeds = 4;
#endif

ClusterStudy::Options options(std::uint64_t seed) {
  ClusterStudy::Options made;
  made.seed = seed;
  made.nodes = 3 + seed % 7;
  return made;
}

TEST(ClusterStudy, WhatIsPromisedIsKeptUnderFaults) {
  std::size_t removals = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const ClusterStudy study = run_cluster_study(options(seed));
    EXPECT_TRUE(study.problems.empty())
        << "./dev simulate --cluster-only --seeds 1 --from " << seed << " --nodes "
        << options(seed).nodes << ": " << study.problems.front();
    EXPECT_EQ(study.faults, 24);
    EXPECT_GT(study.acknowledged, 100U);
    EXPECT_GT(study.frames, 20U);
    EXPECT_GT(study.jobs, 5U);
    removals += study.removals;
  }
  EXPECT_GT(removals, 0U) << "or the faults are none";
}

TEST(ClusterStudy, SameSeedSameEvents) {
  ClusterStudy::Options traced = options(3);
  traced.trace_lines = 500;
  EXPECT_EQ(run_cluster_study(traced).trace, run_cluster_study(traced).trace);
}

}  // namespace
}  // namespace neve::simulator

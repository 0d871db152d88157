#include "simulator/raft_study.hpp"

#include <gtest/gtest.h>

namespace neve::simulator {
namespace {

RaftStudy::Options options(std::uint64_t seed) {
  RaftStudy::Options made;
  made.seed = seed;
  made.nodes = 3 + seed % 7;
  return made;
}

TEST(RaftStudy, ClustersUnderFaultsKeepRaftsPromises) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const RaftStudy study = run_raft_study(options(seed));
    EXPECT_TRUE(study.problems.empty()) << "seed " << seed << ": " << study.problems.front();
    EXPECT_EQ(study.faults, 24);
    EXPECT_GT(study.acknowledged, 100U);
  }
}

TEST(RaftStudy, SameSeedSameEvents) {
  RaftStudy::Options traced = options(3);
  traced.trace_lines = 500;
  EXPECT_EQ(run_raft_study(traced).trace, run_raft_study(traced).trace);
}

}  // namespace
}  // namespace neve::simulator

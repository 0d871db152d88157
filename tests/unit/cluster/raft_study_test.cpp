#include "simulator/raft_study.hpp"

#include <gtest/gtest.h>

namespace neve::simulator {
namespace {

TEST(RaftStudy, ClustersUnderFaultsKeepRaftsPromises) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const RaftStudy study = run_raft_study(seed);
    EXPECT_TRUE(study.problems.empty()) << "seed " << seed << ": " << study.problems.front();
    EXPECT_GE(study.faults, 20);
    EXPECT_GT(study.acknowledged, 100U);
  }
}

TEST(RaftStudy, SameSeedSameEvents) {
  EXPECT_EQ(run_raft_study(3, 500).trace, run_raft_study(3, 500).trace);
}

}  // namespace
}  // namespace neve::simulator

#include "cluster/steward_removals.hpp"

#include <gtest/gtest.h>

namespace neve::cluster {
namespace {

using namespace std::chrono_literals;
using gossip::MemberState;

class RemovalsTest : public testing::Test {
 protected:
  RemovalsTest() {
    for (const std::uint64_t id : {1, 2}) {
      ClusterMember member;
      member.id = NodeId(id);
      view_.members.push_back(member);
      know(id, MemberState::alive);
    }
  }
  void know(std::uint64_t id, MemberState state) {
    gossip_[NodeId(id)].id = NodeId(id);
    gossip_[NodeId(id)].state = state;
  }
  std::size_t due(gossip::Time now = 0s) {
    return removals_.due({view_, gossip_, silent_, voters_}, now).size();
  }

  std::size_t forgotten(gossip::Time now) {
    return removals_.forgotten({view_, gossip_, silent_, voters_}, now).size();
  }

  ClusterView view_;
  gossip::MemberTable::Members gossip_;
  std::vector<NodeId> silent_;
  std::vector<NodeId> voters_ = {NodeId(1)};
  Removals removals_{NodeId(1)};
};

TEST_F(RemovalsTest, WhoAnswersRaftIsNotDeadWhateverGossipSays) {
  know(2, MemberState::dead);
  EXPECT_EQ(due(), 0U);
  silent_ = {NodeId(2)};
  EXPECT_EQ(due(), 1U);
  know(2, MemberState::suspect);
  EXPECT_EQ(due(), 0U) << "it may be slow";
}

TEST_F(RemovalsTest, VotesOfWhoWasRemovedRemoveNobodyElse) {
  know(2, MemberState::dead);
  silent_ = {NodeId(2)};
  voters_ = {NodeId(1), NodeId(2), NodeId(3)};  // 3 is in the view no more, and answers
  EXPECT_EQ(due(), 0U);
  ClusterMember member;
  member.id = NodeId(3);
  view_.members.push_back(member);
  know(3, MemberState::alive);
  EXPECT_EQ(due(), 1U);
}

TEST_F(RemovalsTest, AGoodbyeNeedsNoSilence) {
  know(2, MemberState::left);
  EXPECT_EQ(due(), 1U);
}

TEST_F(RemovalsTest, WhoWasRemovedAndForgottenIsTold) {
  const gossip::ClusterId cluster(7);
  for (const std::uint64_t id : {1, 2, 3, 4}) {
    know(id, MemberState::alive);
    gossip_[NodeId(id)].info.cluster = cluster;
  }
  gossip_[NodeId(4)].info.cluster = {};  // has not joined yet
  EXPECT_EQ(forgotten(100s), 0U) << "news of its joining may be on the way";
  EXPECT_EQ(forgotten(115s), 1U);
  know(3, MemberState::evicted);
  EXPECT_EQ(forgotten(116s), 0U);
  know(3, MemberState::alive);
  removals_.rest();
  EXPECT_EQ(forgotten(130s), 0U);
}

TEST_F(RemovalsTest, TheLeaderNeverRemovesItself) {
  know(1, MemberState::dead);
  silent_ = {NodeId(1)};
  EXPECT_EQ(due(), 0U);
}

TEST_F(RemovalsTest, WhoIsUnknownIsGoneAfterAWhile) {
  gossip_.erase(NodeId(2));
  silent_ = {NodeId(2)};
  EXPECT_EQ(due(100s), 0U) << "or so new that no news of it has come";
  EXPECT_EQ(due(114s), 0U);
  EXPECT_EQ(due(115s), 1U);
  removals_.rest();
  EXPECT_EQ(due(116s), 0U) << "another led in between";
  silent_.clear();
  EXPECT_EQ(due(200s), 0U) << "it answers";
}

}  // namespace
}  // namespace neve::cluster

#include "cluster/raft/voters.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace neve::cluster::raft {
namespace {

constexpr ServerRole kVoter = ServerRole::voter;
constexpr ServerRole kStandby = ServerRole::standby;

std::vector<ClusterMember> members(std::initializer_list<std::uint64_t> ids) {
  std::vector<ClusterMember> made;
  for (const std::uint64_t id : ids) {
    ClusterMember member;
    member.id = NodeId(id);
    made.push_back(member);
  }
  return made;
}

Configuration servers(std::initializer_list<std::pair<std::uint64_t, ServerRole>> list) {
  Configuration made;
  for (const auto& [id, role] : list) made.push_back({NodeId(id), role});
  return made;
}

std::set<NodeId> ids(std::initializer_list<std::uint64_t> list) {
  std::set<NodeId> made;
  for (const std::uint64_t id : list) made.insert(NodeId(id));
  return made;
}

/// Does what a change says.
void perform(Situation& situation, const Change& change) {
  const auto at = std::ranges::find(situation.servers, change.server, &Server::id);
  switch (change.kind) {
    case ChangeKind::add:
      situation.servers.push_back({change.server, ServerRole::spare});
      break;
    case ChangeKind::remove:
      situation.servers.erase(at);
      break;
    case ChangeKind::transfer:
      situation.self = change.server;
      break;
    case ChangeKind::promote:
      at->role = kVoter;
      break;
    default:
      at->role = kStandby;
  }
}

/// Performs changes until there is none; the voters alive must be a majority all the way.
int settle(Situation& situation, const std::set<NodeId>& alive) {
  int steps = 0;
  while (const auto change = next_change(situation)) {
    perform(situation, *change);
    std::size_t voters = 0;
    std::size_t living = 0;
    for (const Server& server : situation.servers) {
      if (server.role != kVoter) continue;
      ++voters;
      if (alive.contains(server.id)) ++living;
    }
    EXPECT_GT(living, voters / 2);
    if (++steps > 100) break;
  }
  return steps;
}

std::size_t voters_of(const Situation& situation) {
  return static_cast<std::size_t>(std::ranges::count(situation.servers, kVoter, &Server::role));
}

TEST(Voters, AnOddNumberUpToFive) {
  const std::vector<std::size_t> wanted{0, 1, 2, 3, 3, 5, 5, 5, 5, 5};
  for (std::size_t n = 0; n < wanted.size(); ++n) EXPECT_EQ(wanted_voters(n), wanted[n]) << n;
}

TEST(Voters, NewcomersReplicateBeforeTheyVote) {
  Situation situation{NodeId(1), servers({{1, kVoter}}), members({1, 2}), ids({2})};
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::add, NodeId(2)}));
  perform(situation, *next_change(situation));
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::replicate, NodeId(2)}));
  perform(situation, *next_change(situation));
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::promote, NodeId(2)}));
  perform(situation, *next_change(situation));
  EXPECT_EQ(next_change(situation), std::nullopt);
}

TEST(Voters, ALostVoterThatAnswersIsReplacedFirstAndRemovedThen) {
  Situation situation{NodeId(1), servers({{1, kVoter}, {2, kVoter}, {3, kVoter}, {4, kStandby}}),
                      members({1, 2, 4}), ids({2, 3, 4})};
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::promote, NodeId(4)}));
  perform(situation, *next_change(situation));
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::remove, NodeId(3)}));
}

/// With both 3 and 4 a voter, a loss of 4 that is not noticed yet would leave two of four.
TEST(Voters, ADeadVoteGoesBeforeAnotherComes) {
  Situation situation{NodeId(1), servers({{1, kVoter}, {2, kVoter}, {3, kVoter}, {4, kStandby}}),
                      members({1, 2, 4}), ids({2, 4})};
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::remove, NodeId(3)}));
  perform(situation, *next_change(situation));
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::promote, NodeId(4)}));
}

/// 3 is silent, but nobody has said that it is dead. 4 answered a moment ago.
TEST(Voters, ANewVoteIsNotNeededAtOnce) {
  Situation situation{NodeId(1), servers({{1, kVoter}, {2, kVoter}, {3, kVoter}, {4, kStandby}}),
                      members({1, 2, 3, 4, 5}), ids({2, 4})};
  situation.servers.push_back({NodeId(5), kStandby});
  EXPECT_EQ(next_change(situation), std::nullopt);
  situation.responsive.insert(NodeId(3));
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::promote, NodeId(4)}));
}

TEST(Voters, ASilentStandbyDoesNotHoldUpTheRemoval) {
  const Situation situation{NodeId(1),
                            servers({{1, kVoter}, {2, kVoter}, {3, kVoter}, {4, kStandby}}),
                            members({1, 2, 4}), ids({2})};
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::remove, NodeId(3)}));
}

/// 3 is dead, but nobody has said so; 2 was declared dead, but answers: without its vote nothing
/// could be committed any more.
TEST(Voters, AVoteThatIsNeededStays) {
  Situation situation{NodeId(1), servers({{1, kVoter}, {2, kVoter}, {3, kVoter}}), members({1, 3}),
                      ids({2})};
  EXPECT_EQ(next_change(situation), std::nullopt);
  situation.members = members({1});
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::remove, NodeId(3)}));
  perform(situation, *next_change(situation));
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::remove, NodeId(2)}));
}

TEST(Voters, ALeaderThatLeavesHandsOver) {
  Situation situation{NodeId(1), servers({{1, kVoter}, {2, kVoter}, {3, kVoter}}), members({2, 3}),
                      ids({3})};
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::transfer, NodeId(3)}));
  perform(situation, *next_change(situation));
  situation.responsive = ids({1, 2});
  EXPECT_EQ(next_change(situation), (Change{ChangeKind::remove, NodeId(1)}));
}

TEST(Voters, AWitnessVotesWhereDataNodesAreTooFew) {
  Situation situation{NodeId(1), servers({{1, kVoter}}), members({1, 2, 3}), ids({2, 3})};
  situation.members[1].witness = true;
  settle(situation, ids({1, 2, 3}));
  EXPECT_EQ(voters_of(situation), 3U);
  // Of four, three vote, and the witness only if it did already.
  Situation four{NodeId(1), servers({{1, kVoter}}), members({1, 2, 3, 4}), ids({2, 3, 4})};
  four.members[1].witness = true;
  while (const auto change = next_change(four)) {
    EXPECT_FALSE(change->kind == ChangeKind::promote && change->server == NodeId(2) &&
                 four.servers.size() == 4);
    perform(four, *change);
  }
  EXPECT_EQ(voters_of(four), 3U);
}

TEST(Voters, EverySituationSettlesWithAMajorityAlive) {
  for (std::uint64_t n = 1; n <= 9; ++n) {
    Situation situation{NodeId(1), servers({{1, kVoter}}), {}, {}};
    std::set<NodeId> alive;
    for (std::uint64_t id = 1; id <= n; ++id) {
      situation.members.push_back(members({id}).front());
      alive.insert(NodeId(id));
    }
    situation.responsive = alive;
    settle(situation, alive);
    ASSERT_EQ(voters_of(situation), wanted_voters(n)) << n;
    // Nodes die one after another, youngest voters first, until one is left of two.
    while (situation.members.size() > 2) {
      const NodeId dead = situation.members.back().id;
      situation.members.pop_back();
      alive.erase(dead);
      situation.responsive = alive;
      settle(situation, alive);
      ASSERT_EQ(situation.servers.size(), situation.members.size());
      ASSERT_EQ(voters_of(situation), wanted_voters(situation.members.size()));
    }
  }
}

}  // namespace
}  // namespace neve::cluster::raft

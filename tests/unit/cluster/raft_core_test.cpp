#include "cluster/raft/raft_core.hpp"

#include <gtest/gtest.h>

#include <neve/base/rng.hpp>

#include "unit/cluster/raft_bus.hpp"

namespace neve::cluster::raft {
namespace {

std::size_t voters(const CoreStatus& status) {
  return static_cast<std::size_t>(std::ranges::count(
      status.servers, ServerRole::voter, [](const Server& server) { return server.role; }));
}

/// A log that soon forgets its beginning.
CoreSettings short_log() {
  CoreSettings settings;
  settings.snapshot_every = 20;
  settings.snapshot_trailing = 5;
  return settings;
}

TEST(RaftCore, ANodeAloneLeadsAndCommitsAtOnce) {
  RaftBus bus;
  RaftCore& core = bus.add(1, true);
  EXPECT_TRUE(core.status().ready);
  std::optional<Result> got;
  core.propose(bytes_of("a"), [&got](Result result) { got = std::move(result); });
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->outcome, Outcome::done);
  EXPECT_EQ(text_of(got->bytes), "did a");
  EXPECT_EQ(got->index, core.applied());
  EXPECT_EQ(bus.read(1, 0).index, core.applied());
  EXPECT_EQ(core.status().term, 2U);  // a term of its own, not that of the bootstrap
}

TEST(RaftCore, ThreeVotersReplicate) {
  RaftBus bus;
  bus.found(3);
  EXPECT_EQ(voters(bus.core(1).status()), 3U);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(bus.propose(1, std::to_string(i)).outcome, Outcome::done);
  }
  bus.run(200);
  EXPECT_EQ(bus.list(1).size(), 20U);
  EXPECT_EQ(bus.list(2), bus.list(1));
  EXPECT_EQ(bus.list(3), bus.list(1));
  EXPECT_EQ(bus.core(2).status().leader, NodeId(1));
  EXPECT_EQ(bus.propose(2, "x").outcome, Outcome::not_leader);
  EXPECT_EQ(bus.read(2).outcome, Outcome::not_leader);
}

TEST(RaftCore, AMajorityGoesOnWithoutTheLeaderAndTheMinorityRefuses) {
  RaftBus bus;
  bus.found(3);
  ASSERT_EQ(bus.propose(1, "before").outcome, Outcome::done);
  bus.cut(1);
  const Result lost = bus.propose(1, "lost");
  EXPECT_EQ(lost.outcome, Outcome::leadership_lost);
  const std::uint64_t next = bus.await_leader();
  ASSERT_NE(next, 0U);
  ASSERT_NE(next, 1U);
  EXPECT_EQ(bus.propose(1, "refused").outcome, Outcome::not_leader);
  EXPECT_EQ(bus.propose(next, "after").outcome, Outcome::done);
  bus.heal();
  bus.run(3000);
  const std::vector<std::string> expected{"before", "after"};
  for (const std::uint64_t id : {1, 2, 3}) EXPECT_EQ(bus.list(id), expected) << id;
}

/// Entries of the next leader arrive, and are applied, before this one knows that it leads no more.
TEST(RaftCore, AnotherLeadersEntryAtTheSameIndexAnswersNothing) {
  RaftBus bus;
  bus.found(3);
  bus.cut(1);
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 5; ++i) {
    bus.core(1).propose(bytes_of("lost"),
                        [&](const Result& result) { outcomes.push_back(result.outcome); });
  }
  // The first leader hears of nothing until the second one has committed at the same indexes.
  bus.stop(1);
  const std::uint64_t next = bus.await_leader();
  ASSERT_NE(next, 0U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(bus.propose(next, "kept").outcome, Outcome::done);
  bus.run(500);
  bus.heal();
  bus.run(300);
  bus.resume(1);
  bus.run(3000);
  ASSERT_EQ(outcomes.size(), 5U);
  for (const Outcome outcome : outcomes) EXPECT_NE(outcome, Outcome::done);
  EXPECT_EQ(bus.list(1), std::vector<std::string>(10, "kept"));
}

TEST(RaftCore, ALeaderThatWasReplacedServesNoReads) {
  RaftBus bus;
  bus.found(3);
  bus.cut(1);
  EXPECT_NE(bus.read(1, 3000).outcome, Outcome::done);
}

TEST(RaftCore, ReadsThatComeTogetherShareARoundAndSeeWhatWasCommitted) {
  RaftBus bus;
  bus.found(3);
  const std::uint64_t index = bus.propose(1, "x").index;
  int done = 0;
  for (int i = 0; i < 10; ++i) {
    bus.core(1).read_index([&](const Result& result) {
      EXPECT_EQ(result.outcome, Outcome::done);
      EXPECT_GE(result.index, index);
      ++done;
    });
  }
  bus.run(20);
  EXPECT_EQ(done, 10);
}

TEST(RaftCore, ANewcomerGetsASnapshotWhereTheLogIsGone) {
  RaftBus bus(short_log());
  bus.found(1);
  for (int i = 0; i < 200; ++i) bus.propose(1, std::to_string(i));
  bus.enlist(2);
  bus.run(1000);
  EXPECT_EQ(bus.list(2).size(), 200U);
  EXPECT_EQ(bus.list(2), bus.list(1));
  EXPECT_EQ(voters(bus.core(2).status()), 2U);
}

TEST(RaftCore, EntriesFromTheVeryFirstOnThatComeLateDoNotFollowASnapshot) {
  RaftBus bus(short_log());
  bus.found(1);
  for (int i = 0; i < 10; ++i) bus.propose(1, std::to_string(i));
  bus.add(2);
  bus.cut(2);
  bus.change(1, ChangeKind::add, 2);
  bus.change(1, ChangeKind::replicate, 2);
  bus.heal();
  while (!bus.core(2).status().leader) bus.run(1);  // it says that it has nothing …
  bus.delay_ms = 3000;
  bus.run(2);  // … and is sent all
  for (int i = 10; i < 15; ++i) bus.propose(1, std::to_string(i));
  bus.delay_ms = 1;
  for (int i = 15; i < 100; ++i) bus.propose(1, std::to_string(i));
  bus.run(1000);
  ASSERT_EQ(bus.list(2).size(), 100U) << "by a snapshot";
  bus.run(4000);
  EXPECT_EQ(bus.propose(1, "last").outcome, Outcome::done);
  bus.run(200);
  EXPECT_EQ(bus.list(2), bus.list(1));
}

/// The entry of the committed configuration is gone from the log when the uncommitted one is
/// rolled back.
TEST(RaftCore, AnUncommittedChangeOfServersIsRolledBack) {
  RaftBus bus(short_log());
  bus.found(3);
  for (int i = 0; i < 100; ++i) bus.propose(1, std::to_string(i));
  bus.run(500);
  bus.cut(1);
  std::optional<Result> got;
  bus.core(1).change({ChangeKind::add, NodeId(9)}, [&got](Result result) { got = result; });
  EXPECT_EQ(bus.core(1).status().servers.size(), 4U);
  const std::uint64_t next = bus.await_leader();
  ASSERT_NE(next, 0U);
  EXPECT_EQ(bus.propose(next, "after").outcome, Outcome::done);
  bus.heal();
  bus.run(3000);
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->outcome, Outcome::leadership_lost);
  EXPECT_EQ(bus.core(1).status().servers, bus.core(next).status().servers);
  EXPECT_EQ(bus.core(1).status().servers.size(), 3U);
  EXPECT_FALSE(bus.core(1).status().changing);
  EXPECT_EQ(bus.list(1), bus.list(next));
}

/// 3 is dead and 4 has not received the configuration that gives it a vote, nor can, without a
/// leader.
TEST(RaftCore, AServerVotesBeforeItKnowsThatItMay) {
  RaftBus bus;
  bus.found(3);
  bus.add(4);
  for (const ChangeKind kind : {ChangeKind::add, ChangeKind::replicate}) bus.change(1, kind, 4);
  bus.run(500);
  bus.kill(3);
  bus.cut(4);
  bus.core(1).change({ChangeKind::promote, NodeId(4)}, {});
  EXPECT_EQ(voters(bus.core(1).status()), 4U);
  bus.run(5000);
  EXPECT_EQ(voters(bus.core(4).status()), 3U);
  EXPECT_EQ(bus.leader(), 0U);
  bus.heal();
  EXPECT_NE(bus.await_leader(), 0U);
  EXPECT_EQ(voters(bus.core(4).status()), 4U);
}

TEST(RaftCore, CommitsWhileProposalsNeverPause) {
  RaftBus bus;
  bus.found(3);
  bus.delay_ms = 200;
  int done = 0;
  for (int i = 0; i < 500; ++i) {
    bus.core(1).propose(bytes_of("x"), [&done](const Result& result) {
      if (result.outcome == Outcome::done) ++done;
    });
    bus.run(10);
  }
  EXPECT_GT(done, 400);
}

TEST(RaftCore, TheLeaderLeavesOnlyAfterItHandedOver) {
  RaftBus bus;
  bus.found(3);
  EXPECT_EQ(bus.change(1, ChangeKind::remove, 1).outcome, Outcome::refused);
  EXPECT_EQ(bus.change(1, ChangeKind::demote, 1).outcome, Outcome::refused);
  EXPECT_EQ(bus.change(1, ChangeKind::transfer, 2).outcome, Outcome::done);
  ASSERT_EQ(bus.await_leader(), 2U);
  EXPECT_EQ(bus.change(2, ChangeKind::remove, 1).outcome, Outcome::done);
  EXPECT_EQ(bus.propose(2, "x").outcome, Outcome::done);
  EXPECT_EQ(voters(bus.core(2).status()), 2U);
}

TEST(RaftCore, OneChangeOfServersAtATime) {
  RaftBus bus;
  bus.found(3);
  std::optional<Result> first;
  bus.core(1).change({ChangeKind::add, NodeId(8)}, [&first](Result result) { first = result; });
  std::optional<Result> second;
  bus.core(1).change({ChangeKind::add, NodeId(9)}, [&second](Result result) { second = result; });
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->outcome, Outcome::busy);
  bus.run(100);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->outcome, Outcome::done);
  EXPECT_EQ(bus.change(1, ChangeKind::add, 8).outcome, Outcome::refused);
  EXPECT_EQ(bus.change(1, ChangeKind::promote, 77).outcome, Outcome::refused);
}

TEST(RaftCore, OfTwoVotersNoneGoesOnAlone) {
  RaftBus bus;
  bus.found(2);
  bus.kill(2);
  EXPECT_EQ(bus.propose(1, "x").outcome, Outcome::leadership_lost);
  bus.run(20'000);
  EXPECT_FALSE(bus.core(1).status().leader.has_value());
}

TEST(RaftCore, ARequestUnderWayIsAnsweredWhenTheReplicaGoes) {
  Outcome outcome = Outcome::done;
  {
    RaftBus bus;
    bus.found(2);
    bus.cut(2);
    bus.core(1).propose(bytes_of("x"), [&](const Result& result) { outcome = result.outcome; });
  }
  EXPECT_NE(outcome, Outcome::done);
}

TEST(RaftCore, ForeignBytesChangeNothing) {
  RaftBus bus;
  bus.found(3);
  ASSERT_EQ(bus.propose(1, "x").outcome, Outcome::done);
  const CounterRng rng(3);
  std::uint64_t draw = 0;
  for (int i = 0; i < 5000; ++i) {
    wire::Bytes bytes(rng.below(draw++, 60));
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(rng.below(draw++, 4));
    if (decode(bytes)) continue;
    bus.core(2).receive(bus.now(), NodeId(1 + rng.below(draw++, 4)), bytes);
  }
  EXPECT_EQ(bus.propose(1, "y").outcome, Outcome::done);
  bus.run(200);
  EXPECT_EQ(bus.list(2), bus.list(1));
}

}  // namespace
}  // namespace neve::cluster::raft

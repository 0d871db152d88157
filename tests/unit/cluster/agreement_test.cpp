#include "cluster/api/agreement.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <future>
#include <thread>

#include "support/agreement_nodes.hpp"
#include "unit/cluster/raft_bus.hpp"

namespace neve::cluster {
namespace {

using raft::bytes_of;
using raft::text_of;

/// Remembers commands; read by the test between its own commits and syncs.
class List final : public Application {
 public:
  wire::Bytes apply(std::uint64_t index, std::span<const std::byte> command) override {
    const std::lock_guard lock(mutex_);
    return machine_.apply(index, command);
  }
  [[nodiscard]] wire::Bytes snapshot() const override {
    const std::lock_guard lock(mutex_);
    return machine_.snapshot();
  }
  void restore(std::span<const std::byte> snapshot) override {
    const std::lock_guard lock(mutex_);
    machine_.restore(snapshot);
  }
  void view_changed(const ClusterView& view) override { epoch = view.epoch; }
  [[nodiscard]] std::vector<std::string> list() const {
    const std::lock_guard lock(mutex_);
    return machine_.list;
  }
  std::atomic<std::uint64_t> epoch = 0;

 private:
  mutable std::mutex mutex_;
  raft::ListMachine machine_;
};

class AgreementTest : public testing::Test {
 protected:
  void grow(std::uint64_t count) {
    for (std::uint64_t id = 1; id <= count; ++id) {
      nodes_.add(id, lists_.emplace_back());
      nodes_.start(id);
    }
    nodes_.await_voters(count);
  }
  std::deque<List> lists_;
  test::AgreementNodes nodes_;
};

TEST_F(AgreementTest, WhatAnyNodeCommitsAllNodesSee) {
  grow(3);
  for (std::uint64_t id = 1; id <= 3; ++id) {
    EXPECT_EQ(text_of(nodes_.at(id).commit(bytes_of("from " + std::to_string(id)))),
              "did from " + std::to_string(id));
  }
  const std::vector<std::string> expected{"from 1", "from 2", "from 3"};
  for (std::uint64_t id = 1; id <= 3; ++id) {
    nodes_.at(id).sync();
    EXPECT_EQ(lists_[id - 1].list(), expected);
    EXPECT_EQ(nodes_.at(id).view()->members.size(), 3U);
    EXPECT_EQ(nodes_.at(id).view()->members[2].number, 3U);
    EXPECT_EQ(lists_[id - 1].epoch, 3U);
  }
}

TEST_F(AgreementTest, ManyThreadsCommitThroughAllNodes) {
  grow(3);
  constexpr int kEach = 40;
  std::vector<std::thread> threads;
  for (std::uint64_t id = 1; id <= 3; ++id) {
    threads.emplace_back([&, id] {
      for (int i = 0; i < kEach; ++i) {
        nodes_.at(id).commit(bytes_of(std::to_string(id) + ":" + std::to_string(i)));
        nodes_.at(id).sync();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::uint64_t id = 1; id <= 3; ++id) nodes_.at(id).sync();
  EXPECT_EQ(lists_[0].list().size(), 3U * kEach);
  EXPECT_EQ(lists_[1].list(), lists_[0].list());
  EXPECT_EQ(lists_[2].list(), lists_[0].list());
}

TEST_F(AgreementTest, ALargeCommandArrivesWhole) {
  grow(3);
  const std::string large(100'000, 'x');
  EXPECT_EQ(text_of(nodes_.at(2).commit(bytes_of(large))), "did " + large);
  nodes_.at(3).sync();
  EXPECT_EQ(lists_[2].list(), std::vector<std::string>{large});
  EXPECT_THROW(nodes_.at(2).commit(wire::Bytes((std::size_t{64} << 20U) + 1)), InputError);
}

TEST_F(AgreementTest, WhatWaitsForAQuorumFailsOnceTheNodeStops) {
  grow(3);
  nodes_.cut(2);
  nodes_.cut(3);
  auto waiting = std::async(std::launch::async, [&] { nodes_.at(1).commit(bytes_of("never")); });
  std::thread other([&] { nodes_.at(1).stop(); });
  nodes_.at(1).stop();
  other.join();
  try {
    waiting.get();
    FAIL() << "it was committed";
  } catch (const ClusterError& error) {
    EXPECT_NE(std::string(error.what()).find("no longer takes part"), std::string::npos);
  }
}

TEST_F(AgreementTest, WithoutTheLeaderTheOthersGoOnAndItRefuses) {
  grow(3);
  nodes_.at(1).commit(bytes_of("before"));
  nodes_.cut(1);
  nodes_.at(2).commit(bytes_of("after"));
  nodes_.at(3).sync();
  EXPECT_EQ(lists_[2].list(), (std::vector<std::string>{"before", "after"}));
  try {
    nodes_.at(1).commit(bytes_of("refused"));
    FAIL() << "a minority committed";
  } catch (const NoQuorumError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("1 of 3"), std::string::npos) << text;
    EXPECT_NE(text.find("node2:54321"), std::string::npos) << text;
  }
  EXPECT_THROW(nodes_.at(1).sync(), NoQuorumError);
  EXPECT_EQ(lists_[0].list(), std::vector<std::string>{"before"});
}

/// A follower hears of its leader only, and yet has to wait for what others have committed.
TEST_F(AgreementTest, AFollowerTakesNobodyForSilent) {
  grow(5);
  for (std::uint64_t id = 1; id <= 5; ++id) {
    nodes_.at(id).sync();
    EXPECT_TRUE(nodes_.at(id).status().has_quorum) << id;
    EXPECT_TRUE(nodes_.at(id).status().silent.empty()) << id;
  }
  for (const std::uint64_t id : {3, 4, 5}) nodes_.cut(id);
  EXPECT_THROW(nodes_.at(2).sync(), NoQuorumError);
  EXPECT_FALSE(nodes_.at(2).status().has_quorum);
}

TEST_F(AgreementTest, AMemberThatWasLostFencesWhatWasMadeBefore) {
  grow(3);
  const std::uint64_t epoch = nodes_.at(1).view()->epoch;
  nodes_.at(1).commit(bytes_of("early"), epoch);
  ClusterMember dead;
  dead.id = NodeId(3);
  nodes_.at(2).change_view({ViewChange::Kind::leave, dead});
  try {
    nodes_.at(1).commit(bytes_of("late"), epoch);
    FAIL() << "a dead epoch was accepted";
  } catch (const StaleEpochError& error) {
    EXPECT_EQ(error.epoch(), epoch + 1);
    nodes_.at(1).commit(bytes_of("again"), error.epoch());
  }
  EXPECT_EQ(lists_[0].list(), (std::vector<std::string>{"early", "again"}));
  nodes_.await_voters(2);
  EXPECT_THROW(nodes_.at(3).commit(bytes_of("no member")), ClusterError);
}

}  // namespace
}  // namespace neve::cluster

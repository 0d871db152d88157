#include "store/api/raft_sequencer.hpp"

#include <gtest/gtest.h>

#include <array>

#include <neve/base/budget.hpp>
#include <neve/store/store.hpp>

#include "support/agreement_nodes.hpp"

namespace neve::store {
namespace {

struct Node {
  explicit Node(std::uint64_t id) : store(budget, sequencer, NodeId(id)) {}
  Budget budget{std::int64_t{1} << 30U};
  RaftSequencer sequencer;
  Store store;
};

class RaftSequencerTest : public testing::Test {
 protected:
  RaftSequencerTest() {
    for (std::uint64_t id = 1; id <= 3; ++id) {
      Node& node = at(id);
      node.sequencer.attach(node.store, *nodes_.add(id, node.sequencer).agreement);
      nodes_.start(id);
    }
    nodes_.await_voters(3);
  }
  ~RaftSequencerTest() override {
    for (std::uint64_t id = 1; id <= 3; ++id) {
      nodes_.at(id).stop();
      at(id).sequencer.detach();
    }
  }
  Node& at(std::uint64_t id) { return members_.at(id - 1); }
  Store& store(std::uint64_t id) { return at(id).store; }

  std::array<Node, 3> members_{Node(1), Node(2), Node(3)};
  test::AgreementNodes nodes_;
};

Entry named(const std::string& name, std::vector<ColumnId> columns) {
  Entry made;
  made.name = name;
  made.columns = std::move(columns);
  return made;
}

TEST_F(RaftSequencerTest, AllReplicasApplyTheSame) {
  const ColumnId column(77);
  store(1).commit({.new_columns = {.ids = {column}}});
  const Applied put = store(2).commit({.put = {named("frame", {column})}});
  EXPECT_TRUE(put.accepted);
  EXPECT_EQ(store(2).catalog().version(), put.version);
  store(3).sync();
  EXPECT_TRUE(store(3).catalog().find("frame").has_value());
  EXPECT_FALSE(store(3).commit({.put = {named("frame", {})}, .only_if_absent = true}).accepted);
  for (std::uint64_t id = 1; id <= 3; ++id) store(id).sync();
  EXPECT_EQ(store(1).catalog().snapshot(), store(2).catalog().snapshot());
  EXPECT_EQ(store(1).catalog().snapshot(), store(3).catalog().snapshot());
}

TEST_F(RaftSequencerTest, FreedColumnsAreDroppedEverywhere) {
  const ColumnId column(5);
  for (std::uint64_t id = 1; id <= 3; ++id) {
    store(id).put(column, GroupIndex(0), SharedBuffer(Buffer(64)));
  }
  store(1).commit({.new_columns = {.ids = {column}}});
  const Applied freed = store(1).commit({.drop_refs = {column}});
  EXPECT_EQ(freed.freed, std::vector<ColumnId>{column});
  for (std::uint64_t id = 1; id <= 3; ++id) {
    store(id).sync();
    EXPECT_EQ(store(id).find(column, GroupIndex(0)), nullptr) << id;
  }
}

TEST_F(RaftSequencerTest, ALargeManifestIsCommitted) {
  Entry large = named("model", {});
  large.manifest = std::make_shared<const wire::Bytes>(wire::Bytes(300'000, std::byte{7}));
  store(3).commit({.put = {large}});
  store(1).sync();
  EXPECT_EQ(store(1).catalog().find("model")->manifest->size(), 300'000U);
}

TEST_F(RaftSequencerTest, LeasesAreGivenUpInTheBackground) {
  const ColumnId column(6);
  store(2).commit({.new_columns = {.ids = {column}}});
  store(2).commit_later({.drop_refs = {column}});
  EXPECT_TRUE(store(3).wait_for(
      [column](const Catalog& catalog) {
        return catalog.version() > 0 && !catalog.has_column(column);
      },
      std::chrono::seconds(10)));
}

TEST_F(RaftSequencerTest, ANodeThatHasJustLostTheOthersReadsWhatItHas) {
  store(3).commit({.open_session = "s"});
  nodes_.cut(1);
  nodes_.cut(2);
  EXPECT_NO_THROW(store(3).sync());
  EXPECT_THROW(store(3).commit({.open_session = "t"}), cluster::NoQuorumError);
}

TEST_F(RaftSequencerTest, NothingIsCommittedOnceDetached) {
  at(3).sequencer.detach();
  EXPECT_THROW(store(3).commit({.open_session = "s"}), ClusterError);
  EXPECT_TRUE(store(1).commit({.open_session = "s"}).accepted);
}

}  // namespace
}  // namespace neve::store

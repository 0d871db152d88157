#include "cluster/raft/replicated_state.hpp"

#include <gtest/gtest.h>

#include "unit/cluster/raft_bus.hpp"

namespace neve::cluster::raft {
namespace {

class List final : public Application {
 public:
  wire::Bytes apply(std::uint64_t index, std::span<const std::byte> command) override {
    if (text_of(command) == "bad") throw InternalError("bad command");
    return machine.apply(index, command);
  }
  [[nodiscard]] wire::Bytes snapshot() const override { return machine.snapshot(); }
  void restore(std::span<const std::byte> snapshot) override { machine.restore(snapshot); }
  void view_changed(const ClusterView& view) override { epochs.push_back(view.epoch); }
  ListMachine machine;
  std::vector<std::uint64_t> epochs;
};

class ReplicatedStateTest : public testing::Test {
 protected:
  ReplicatedStateTest() { change(ViewChange::Kind::join, 1); }

  Reply apply(const Envelope& envelope) {
    return wire::decode<Reply>(state_.apply(++index_, wire::encode(envelope)));
  }
  Reply change(ViewChange::Kind kind, std::uint64_t id) {
    ViewChange change;
    change.kind = kind;
    change.member.id = NodeId(id);
    Envelope envelope = command(next_++, "");
    envelope.target = Envelope::Target::view;
    envelope.body = wire::encode(change);
    return apply(envelope);
  }
  static Envelope command(std::uint64_t sequence, const std::string& text,
                          std::uint64_t origin = 1) {
    Envelope envelope;
    envelope.origin = NodeId(origin);
    envelope.sequence = sequence;
    envelope.body = bytes_of(text);
    return envelope;
  }

  List list_;
  ReplicatedState state_{list_};
  std::uint64_t index_ = 0;
  std::uint64_t next_ = 1000;
};

TEST_F(ReplicatedStateTest, ARetryIsAnsweredButNotApplied) {
  EXPECT_EQ(text_of(apply(command(1, "a")).body), "did a");
  EXPECT_EQ(text_of(apply(command(1, "a")).body), "did a");
  EXPECT_EQ(list_.machine.list.size(), 1U);
  Envelope next = command(2, "b");
  next.floor = 2;
  apply(next);
  EXPECT_EQ(apply(command(1, "a")).status, Reply::Status::finished);
  EXPECT_EQ(list_.machine.list, (std::vector<std::string>{"a", "b"}));
}

TEST_F(ReplicatedStateTest, WhoHasLeftDoesNotComeBackUnderTheSameId) {
  change(ViewChange::Kind::join, 2);
  change(ViewChange::Kind::leave, 2);
  const wire::Bytes snapshot = state_.snapshot();
  change(ViewChange::Kind::join, 2);
  EXPECT_EQ(state_.view()->find(NodeId(2)), nullptr);
  state_.restore(snapshot);
  change(ViewChange::Kind::join, 2);
  EXPECT_EQ(state_.view()->find(NodeId(2)), nullptr);
  change(ViewChange::Kind::join, 3);
  EXPECT_NE(state_.view()->find(NodeId(3)), nullptr);
}

TEST_F(ReplicatedStateTest, OnlyMembersCommit) {
  EXPECT_EQ(apply(command(1, "a", 2)).status, Reply::Status::no_member);
  change(ViewChange::Kind::join, 2);
  EXPECT_EQ(apply(command(1, "a", 2)).status, Reply::Status::applied);
  change(ViewChange::Kind::leave, 2);
  EXPECT_EQ(apply(command(2, "b", 2)).status, Reply::Status::no_member);
}

TEST_F(ReplicatedStateTest, EpochsGoUpAndFence) {
  EXPECT_EQ(state_.view()->epoch, 1U);
  change(ViewChange::Kind::join, 2);
  change(ViewChange::Kind::join, 2);
  EXPECT_EQ(state_.view()->epoch, 2U);
  Envelope early = command(1, "joins do not fence");
  early.epoch = 1;
  EXPECT_EQ(apply(early).status, Reply::Status::applied);
  change(ViewChange::Kind::drain, 2);
  EXPECT_TRUE(state_.view()->find(NodeId(2))->draining);
  change(ViewChange::Kind::leave, 2);
  Envelope late = command(2, "late");
  late.epoch = 3;
  EXPECT_EQ(apply(late).status, Reply::Status::stale_epoch);
  late.sequence = 3;
  late.epoch = 4;
  EXPECT_EQ(apply(late).status, Reply::Status::applied);
  EXPECT_EQ(list_.epochs, (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

TEST_F(ReplicatedStateTest, NumbersOfMembersAreNotUsedTwice) {
  change(ViewChange::Kind::join, 2);
  change(ViewChange::Kind::leave, 2);
  change(ViewChange::Kind::join, 3);
  EXPECT_EQ(state_.view()->find(NodeId(3))->number, 3U);
}

TEST_F(ReplicatedStateTest, PartsMakeOneCommand) {
  for (std::uint32_t number = 0; number < 2; ++number) {
    Envelope part = command(6 + number, "");
    part.target = Envelope::Target::part;
    part.body = wire::encode(Part{5, number, bytes_of(number == 0 ? "left" : "right")});
    apply(part);
  }
  Envelope whole = command(5, "");
  whole.parts = 3;
  EXPECT_EQ(apply(whole).status, Reply::Status::malformed);
  Envelope upload = command(9, "");
  upload.target = Envelope::Target::part;
  upload.body = wire::encode(Part{8, 0, bytes_of("one")});
  apply(upload);
  whole = command(8, "");
  whole.parts = 1;
  EXPECT_EQ(text_of(apply(whole).body), "did one");
}

TEST_F(ReplicatedStateTest, WhatCannotBeDoneIsSaid) {
  EXPECT_EQ(apply(command(1, "bad")).status, Reply::Status::malformed);
  const auto reply = wire::decode<Reply>(state_.apply(++index_, bytes_of("no envelope")));
  EXPECT_EQ(reply.status, Reply::Status::malformed);
  EXPECT_EQ(apply(command(2, "good")).status, Reply::Status::applied);
}

TEST_F(ReplicatedStateTest, ASnapshotIsTheWholeState) {
  apply(command(1, "a"));
  Envelope part = command(2, "");
  part.target = Envelope::Target::part;
  part.body = wire::encode(Part{4, 0, bytes_of("rest")});
  apply(part);
  List other_list;
  ReplicatedState other(other_list);
  other.restore(state_.snapshot());
  EXPECT_EQ(other.snapshot(), state_.snapshot());
  EXPECT_EQ(*other.view(), *state_.view());
  EXPECT_EQ(other_list.epochs, std::vector<std::uint64_t>{1});
  Envelope whole = command(4, "");
  whole.parts = 1;
  const wire::Bytes bytes = wire::encode(whole);
  EXPECT_EQ(other.apply(50, bytes), state_.apply(50, bytes));
  EXPECT_EQ(other_list.machine.list, list_.machine.list);
  EXPECT_THROW(other.restore(bytes_of("x")), InternalError);
  EXPECT_EQ(other.snapshot(), state_.snapshot());
}

}  // namespace
}  // namespace neve::cluster::raft

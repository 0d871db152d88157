#include "cluster/raft/raft_message.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace neve::cluster::raft {
namespace {

/// libraft's form of a configuration.
wire::Bytes configuration_data(std::uint64_t id, const std::string& address, std::uint8_t role) {
  wire::Bytes bytes{std::byte{1}};
  const auto append = [&bytes](const void* data, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(data);
    bytes.insert(bytes.end(), begin, begin + size);
  };
  const std::uint64_t count = 1;
  append(&count, sizeof count);
  append(&id, sizeof id);
  append(address.c_str(), address.size() + 1);
  append(&role, 1);
  bytes.resize((bytes.size() + 7) / 8 * 8);
  return bytes;
}

std::vector<Message> examples() {
  return {
      AppendEntries{3,
                    5,
                    2,
                    4,
                    {{2, EntryKind::command, {std::byte{7}}},
                     {3, EntryKind::barrier, {}},
                     {3, EntryKind::configuration, configuration_data(9, "9", 1)}}},
      AppendResult{3, 1, 2},
      RequestVote{4, 9, 3, true, false},
      VoteResult{4, true, true},
      InstallSnapshot{5, 9, 3, 7, {{NodeId(1), ServerRole::voter}}, {std::byte{1}}},
      TimeoutNow{6, 1, 1},
      ConfirmLeader{7, 8},
      LeaderConfirmed{7, 8},
  };
}

TEST(RaftMessage, EveryKindComesBack) {
  for (const Message& message : examples()) {
    const wire::Bytes bytes = encode(message);
    const auto back = decode(bytes);
    ASSERT_TRUE(back.has_value()) << message.index();
    EXPECT_EQ(back->index(), message.index());
    EXPECT_EQ(encode(*back), bytes);
  }
}

TEST(RaftMessage, AMessageThatIsCutOrLongerIsNone) {
  for (const Message& message : examples()) {
    wire::Bytes bytes = encode(message);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode(std::span(bytes).first(size)).has_value());
    }
    bytes.push_back(std::byte{0});
    EXPECT_FALSE(decode(bytes).has_value());
  }
}

TEST(RaftMessage, WhatNoReplicaSaysIsRefused) {
  const std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
  const std::vector<Message> wrong{
      AppendResult{0, 1, 2},
      AppendResult{huge, 1, 2},
      AppendResult{1, huge, 2},
      RequestVote{2, 1, 3, false, false},
      AppendEntries{3, 5, 0, 4, {}},
      AppendEntries{3, 5, 2, 4, {{4, EntryKind::command, {}}}},
      AppendEntries{3, 5, 2, 4, {{1, EntryKind::command, {}}}},
      AppendEntries{3, 5, 2, 4, {{3, static_cast<EntryKind>(9), {}}}},
      AppendEntries{3, 0, 0, 4, {{3, EntryKind::command, {}}}},
      AppendEntries{3, 5, 2, 4, {{3, EntryKind::configuration, {std::byte{1}}}}},
      InstallSnapshot{5, 9, 3, 10, {{NodeId(1), ServerRole::voter}}, {}},
      InstallSnapshot{5, 9, 3, 7, {}, {}},
      InstallSnapshot{5, 9, 3, 7, {{NodeId(0), ServerRole::voter}}, {}},
      InstallSnapshot{
          5, 9, 3, 7, {{NodeId(1), ServerRole::voter}, {NodeId(1), ServerRole::spare}}, {}},
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    EXPECT_FALSE(decode(encode(wrong[i])).has_value()) << i;
  }
}

TEST(RaftMessage, ConfigurationsAreReadWithCare) {
  const auto good = read_configuration(configuration_data(9, "9", 1));
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(*good, (Configuration{{NodeId(9), ServerRole::voter}}));
  EXPECT_FALSE(read_configuration(configuration_data(9, "8", 1)).has_value());
  EXPECT_FALSE(read_configuration(configuration_data(0, "0", 1)).has_value());
  EXPECT_FALSE(read_configuration(configuration_data(9, "9", 3)).has_value());
  const wire::Bytes bytes = configuration_data(9, "9", 1);
  for (std::size_t size = 0; size < 20; ++size) {
    EXPECT_FALSE(read_configuration(std::span(bytes).first(size)).has_value()) << size;
  }
}

}  // namespace
}  // namespace neve::cluster::raft

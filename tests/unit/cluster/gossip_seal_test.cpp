#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cluster/gossip/packet.hpp"
#include "cluster/gossip/seal.hpp"

namespace neve::cluster::gossip {
namespace {

constexpr NodeId kAnna(11);
constexpr NodeId kBert(22);
constexpr NodeId kCleo(33);
constexpr ClusterId kNone;
constexpr ClusterId kOurs(7);
constexpr ClusterId kTheirs(8);

wire::Bytes bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

std::optional<DropCause> drop(Seal& seal, ClusterId mine, std::span<const std::byte> packet) {
  const auto opened = seal.open(mine, packet);
  const auto* cause = std::get_if<DropCause>(&opened);
  return cause == nullptr ? std::nullopt : std::optional(*cause);
}

struct GossipSeal : testing::Test {
  ClusterKey key = key_from_name("here");
  Seal anna{key, kAnna};
  Seal bert{key, kBert};
  Seal cleo{key, kCleo};
};

TEST_F(GossipSeal, OpensWhatWasSealedForIt) {
  for (std::string_view text : {"", "x", "some words"}) {
    const wire::Bytes packet = anna.close(kOurs, kBert, bytes_of(text));
    EXPECT_EQ(packet.size(), text.size() + kSealBytes);
    const auto opened = std::get<Seal::Opened>(bert.open(kOurs, packet));
    EXPECT_EQ(opened.sender, kAnna);
    EXPECT_EQ(opened.cluster, kOurs);
    EXPECT_TRUE(opened.was_for_me);
    EXPECT_EQ(opened.body, bytes_of(text));
  }
  const auto opened =
      std::get<Seal::Opened>(bert.open(kOurs, anna.close(kOurs, {}, bytes_of("hi"))));
  EXPECT_FALSE(opened.was_for_me);
}

TEST_F(GossipSeal, NoBitMayChangeOnTheWay) {
  const wire::Bytes packet = anna.close(kOurs, kBert, bytes_of("some words"));
  for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
    wire::Bytes changed = packet;
    changed[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_TRUE(drop(bert, kOurs, changed).has_value()) << bit;
  }
  EXPECT_EQ(drop(bert, kOurs, packet), std::nullopt);
}

TEST_F(GossipSeal, IsWorthNothingElsewhereOrAtALaterStart) {
  const wire::Bytes packet = anna.close(kOurs, kBert, bytes_of("for bert"));
  EXPECT_EQ(drop(cleo, kOurs, packet), DropCause::not_authentic);
  Seal bert_again(key, NodeId(44));
  EXPECT_EQ(drop(bert_again, kOurs, packet), DropCause::not_authentic);
  EXPECT_EQ(drop(anna, kOurs, packet), DropCause::own);
}

TEST_F(GossipSeal, OtherClustersAndOtherKeysStayOut) {
  const wire::Bytes packet = anna.close(kTheirs, kBert, bytes_of("hello"));
  EXPECT_EQ(drop(bert, kOurs, packet), DropCause::other_cluster);
  EXPECT_EQ(drop(bert, kNone, packet), std::nullopt) << "who is in none may hear all";
  EXPECT_EQ(drop(bert, kOurs, anna.close(kNone, kBert, bytes_of("hello"))), std::nullopt);
  // The id in the header cannot be changed to the right one.
  wire::Bytes forged = anna.close(kTheirs, kBert, bytes_of("hello"));
  forged[1] = static_cast<std::byte>(kOurs.value());
  EXPECT_EQ(drop(bert, kOurs, forged), DropCause::not_authentic);
  Seal stranger(key_from_name("elsewhere"), kCleo);
  EXPECT_EQ(drop(bert, kOurs, stranger.close(kOurs, kBert, bytes_of("hello"))),
            DropCause::not_authentic);
  const std::vector<std::uint8_t> secret = {'h', 'e', 'r', 'e'};
  EXPECT_NE(key_from_secret(secret), key_from_name("here"));
}

TEST_F(GossipSeal, EachPacketCountsOnce) {
  std::vector<wire::Bytes> packets;
  for (std::size_t i = 0; i < Seal::kWindow + 2; ++i)
    packets.push_back(anna.close(kOurs, kBert, bytes_of(std::to_string(i))));
  EXPECT_EQ(drop(bert, kOurs, packets[5]), std::nullopt);
  EXPECT_EQ(drop(bert, kOurs, packets[5]), DropCause::replayed);
  EXPECT_EQ(drop(bert, kOurs, packets[3]), std::nullopt) << "overtaken, not replayed";
  EXPECT_EQ(drop(bert, kOurs, packets[3]), DropCause::replayed);
  EXPECT_EQ(drop(bert, kOurs, packets.back()), std::nullopt);
  EXPECT_EQ(drop(bert, kOurs, packets[1]), DropCause::replayed) << "too old to tell";
  EXPECT_EQ(drop(bert, kOurs, packets[2]), std::nullopt) << "the oldest of the window";
  EXPECT_EQ(drop(bert, kOurs, packets[5]), DropCause::replayed) << "still remembered";
  for (std::size_t i = 4; i + 1 < packets.size(); ++i)
    EXPECT_EQ(drop(bert, kOurs, packets[i]).has_value(), i == 5) << i;
  for (const wire::Bytes& packet : packets)
    EXPECT_EQ(drop(bert, kOurs, packet), DropCause::replayed);
}

TEST_F(GossipSeal, WhatIsNotAuthenticDoesNotMoveTheWindow) {
  wire::Bytes forged = anna.close(kOurs, kBert, bytes_of("x"));
  forged[24] = std::byte{0x70};  // the counter's top byte: far ahead
  EXPECT_EQ(drop(bert, kOurs, forged), DropCause::not_authentic);
  EXPECT_EQ(drop(bert, kOurs, anna.close(kOurs, kBert, bytes_of("y"))), std::nullopt);
}

TEST_F(GossipSeal, MalformedBytesAreDropped) {
  EXPECT_EQ(drop(bert, kOurs, {}), DropCause::malformed);
  EXPECT_EQ(drop(bert, kOurs, wire::Bytes(kSealBytes - 1)), DropCause::malformed);
  EXPECT_EQ(drop(bert, kOurs, wire::Bytes(kMostPacketBytes + 1)), DropCause::malformed);
  EXPECT_EQ(drop(bert, kOurs, wire::Bytes(100)), DropCause::malformed);
}

}  // namespace
}  // namespace neve::cluster::gossip

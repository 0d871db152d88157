#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cluster/gossip/packet.hpp"
#include "cluster/gossip/rumours.hpp"

namespace neve::cluster::gossip {
namespace {

MemberInfo some_info() {
  MemberInfo info;
  info.endpoint = Endpoint::v4({192, 168, 1, 7}, 54322);
  info.rest_address = "192.168.1.7:54321";
  info.cluster = ClusterId(0x1234567890ABCDEF);
  info.flags = MemberInfo::kWitness | MemberInfo::kReturning;
  info.about = {std::byte{1}, std::byte{0}, std::byte{255}};
  return info;
}

Update alive(std::uint64_t id, std::uint32_t incarnation = 3) {
  return {NodeId(id), incarnation, MemberState::alive, {}, incarnation, some_info()};
}

Update suspect(std::uint64_t id, std::uint64_t accuser) {
  return {NodeId(id), 3, MemberState::suspect, NodeId(accuser), 0, std::nullopt};
}

std::vector<Packet> one_of_each_kind() {
  std::vector<Packet> packets;
  for (std::uint8_t kind = 0; kind <= static_cast<std::uint8_t>(PacketKind::sync_answer); ++kind) {
    Packet packet;
    packet.kind = static_cast<PacketKind>(kind);
    packets.push_back(packet);
  }
  packets[0].sequence = packets[1].sequence = packets[3].sequence = 77;
  packets[0].digest = packets[1].digest = 0xFEDCBA9876543210;
  packets[2].sequence = 5;
  packets[2].target = NodeId(9);
  packets[2].endpoint = {{0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 54322};
  packets[6].endpoint = Endpoint::v4({10, 1, 2, 3}, 4);
  packets[7].digest = 1;
  packets[7].wants_back = true;
  return packets;
}

TEST(GossipPacket, EachKindComesBackAsItWas) {
  for (Packet packet : one_of_each_kind()) {
    EXPECT_EQ(decode_packet(encode(packet)), packet) << static_cast<int>(packet.kind);
    packet.updates = {alive(1),
                      suspect(2, 3),
                      {NodeId(4), 0, MemberState::evicted, {}, 0, std::nullopt},
                      {NodeId(5), 2, MemberState::dead, NodeId(6), 1, some_info()},
                      {NodeId(7), 9, MemberState::left, {}, 0, std::nullopt}};
    EXPECT_EQ(decode_packet(encode(packet)), packet) << static_cast<int>(packet.kind);
  }
}

TEST(GossipPacket, WhatEndsEarlyIsNoPacket) {
  Packet packet = one_of_each_kind()[2];
  packet.updates = {alive(1)};
  const wire::Bytes whole = encode(packet);
  const std::size_t head = encode(one_of_each_kind()[2]).size();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(decode_packet(std::span(whole).first(size)).has_value(), size == head) << size;
}

TEST(GossipPacket, BoundsAreKept) {
  Packet packet;
  packet.updates = {alive(1)};
  packet.updates[0].info->rest_address = std::string(MemberInfo::kMostAddressBytes, 'x');
  packet.updates[0].info->about.assign(MemberInfo::kMostAboutBytes, std::byte{7});
  EXPECT_TRUE(decode_packet(encode(packet)).has_value());
  packet.updates[0].info->rest_address += 'x';
  EXPECT_FALSE(decode_packet(encode(packet)).has_value());
  packet.updates = {alive(1, kMostIncarnation + 1)};
  EXPECT_FALSE(decode_packet(encode(packet)).has_value());
  packet.updates = {alive(0)};
  EXPECT_FALSE(decode_packet(encode(packet)).has_value());
  packet.updates.assign(100, alive(1));
  EXPECT_FALSE(decode_packet(encode(packet)).has_value()) << "longer than a packet may be";
  EXPECT_FALSE(decode_packet(wire::Bytes{std::byte{200}}).has_value()) << "unknown kind";
}

std::vector<Update> fill(Rumours& rumours, std::size_t most_bytes, int limit, NodeId first = {}) {
  wire::Bytes body;
  rumours.fill(body, most_bytes, limit, first);
  EXPECT_LE(body.size(), most_bytes);
  return decode_updates(body).value();
}

TEST(Rumours, EachGoesOutALimitedNumberOfTimesTheFreshestFirst) {
  Rumours rumours;
  rumours.add(suspect(1, 9));
  EXPECT_EQ(fill(rumours, 1000, 3), std::vector{suspect(1, 9)});
  rumours.add(suspect(2, 9));
  const std::size_t bytes_of_one = 1 + 8 + 4 + 8;
  EXPECT_EQ(fill(rumours, bytes_of_one, 3), std::vector{suspect(2, 9)});
  EXPECT_EQ(fill(rumours, 1000, 3).size(), 2U);
  EXPECT_EQ(fill(rumours, 1000, 3).size(), 2U);
  EXPECT_TRUE(rumours.empty());
}

TEST(Rumours, NewsReplaceOlderOnesButAccusersCountOneByOne) {
  Rumours rumours;
  rumours.add(alive(1));
  rumours.add(suspect(1, 8));
  rumours.add(suspect(1, 9));
  rumours.add(alive(2));
  EXPECT_EQ(fill(rumours, 1000, 9), (std::vector{alive(2), suspect(1, 9), suspect(1, 8)}));
  rumours.add(alive(1, 4));
  EXPECT_EQ(fill(rumours, 1000, 9), (std::vector{alive(1, 4), alive(2)}));
}

TEST(Rumours, WhomTheyConcernHearsThemFirst) {
  Rumours rumours;
  rumours.add(suspect(1, 9));
  for (std::uint64_t id = 2; id < 20; ++id) rumours.add(suspect(id, 9));
  EXPECT_EQ(fill(rumours, 30, 5, NodeId(1)), std::vector{suspect(1, 9)});
}

}  // namespace
}  // namespace neve::cluster::gossip

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <neve/base/wire.hpp>

#include "cluster/gossip/member.hpp"

namespace neve::cluster::gossip {

/// News of one member. Without info it says only what the sender believes.
struct Update {
  NodeId id;
  std::uint32_t incarnation = 0;
  MemberState state = MemberState::alive;
  NodeId accuser;  ///< who could not reach it, where it is suspect or dead; 0: hearsay
  std::uint32_t info_incarnation = 0;
  std::optional<MemberInfo> info;
  friend bool operator==(const Update&, const Update&) = default;
};

/// What a packet is for. Its updates are news on the way, whatever it is for.
enum class PacketKind : std::uint8_t {
  ping,          ///< are you there?
  ack,           ///< yes: to a ping, or to a ping request when the target answered
  ping_request,  ///< ping the target for me, I cannot reach it
  nack,          ///< the target of your ping request does not answer me either; but I am there
  news,          ///< nothing but updates
  hello,         ///< to an address whose node is not known: who are you? Changes nothing there
  welcome,       ///< the answer: it comes from me, and I see you at this endpoint
  sync_request,  ///< tell me all you know, unless your digest is mine
  sync_answer,   ///< a part of what I know
};

/// The form of a packet before it is sealed. Which of the fields a kind carries is in packet.cpp.
struct Packet {
  PacketKind kind = PacketKind::news;
  std::uint32_t sequence = 0;
  std::uint64_t digest = 0;  ///< of the sender's member table
  NodeId target;
  Endpoint endpoint;
  bool wants_back = false;  ///< of a sync request: ask me, too
  std::vector<Update> updates;
  friend bool operator==(const Packet&, const Packet&) = default;
};

/// A packet on its way to a member; `to` is 0 where only its address is known.
struct Letter {
  NodeId to;
  Endpoint at;
  Packet packet;
};

/// A packet's size on the wire, seal included: below what any path carries in one piece.
inline constexpr std::size_t kMostPacketBytes = 1400;
/// What a seal adds: see seal.hpp.
inline constexpr std::size_t kSealBytes = 41;
inline constexpr std::size_t kMostBodyBytes = kMostPacketBytes - kSealBytes;

/// No member gets there by itself, and whoever refutes one can still count up.
inline constexpr std::uint32_t kMostIncarnation = 0x7FFFFFFF;

/// Appends an update's wire form.
void encode(const Update& update, wire::Bytes& to);
/// The wire form of a packet, its updates included; the caller keeps it within kMostBodyBytes.
wire::Bytes encode(const Packet& packet);
/// Nothing if the bytes are no packet: unknown kind, a bound exceeded, an end too early.
std::optional<Packet> decode_packet(std::span<const std::byte> bytes);
/// Updates back to back, as `encode` appends them; nothing if a byte is wrong.
std::optional<std::vector<Update>> decode_updates(std::span<const std::byte> bytes);

}  // namespace neve::cluster::gossip

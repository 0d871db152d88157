#include "cluster/gossip/packet.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace neve::cluster::gossip {

namespace {

enum Field : std::uint8_t {
  kSequence = 1,
  kDigest = 2,
  kTarget = 4,
  kEndpoint = 8,
  kWantsBack = 16
};

// In the order of PacketKind: the fields that follow the kind on the wire.
constexpr std::array<unsigned, 9> kFields = {
    kSequence | kDigest,              // ping
    kSequence | kDigest,              // ack
    kSequence | kTarget | kEndpoint,  // ping_request
    kSequence,                        // nack
    0,                                // news
    0,                                // hello
    kEndpoint,                        // welcome
    kDigest | kWantsBack,             // sync_request
    0,                                // sync_answer
};

constexpr unsigned kStateBits = 0x07;
constexpr unsigned kInfoBit = 0x08;

/// Appends little-endian values.
class Appender {
 public:
  explicit Appender(wire::Bytes& to) : to_(to) {}
  template <class T>
  void number(T value) {
    bytes(&value, sizeof value);
  }
  void bytes(const void* data, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(data);
    to_.insert(to_.end(), begin, begin + size);
  }
  void short_bytes(const void* data, std::size_t size) {
    number(static_cast<std::uint8_t>(size));
    bytes(data, size);
  }

 private:
  wire::Bytes& to_;
};

/// Takes little-endian values; once something is missing, everything is.
class Taker {
 public:
  explicit Taker(std::span<const std::byte> bytes) : rest_(bytes) {}
  template <class T>
  T number() {
    T value{};
    bytes(&value, sizeof value);
    return value;
  }
  void bytes(void* to, std::size_t size) {
    if (size > rest_.size()) return fail();
    if (size != 0) std::memcpy(to, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }
  std::span<const std::byte> short_bytes(std::size_t most) {
    const std::size_t size = number<std::uint8_t>();
    if (size > most || size > rest_.size()) {
      fail();
      return {};
    }
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  void fail() {
    failed_ = true;
    rest_ = {};
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  bool failed_ = false;
};

constexpr std::size_t kV4Bytes = 4;

void append(const Endpoint& endpoint, Appender& to) {
  const std::size_t size = endpoint.is_v4() ? kV4Bytes : endpoint.address.size();
  to.short_bytes(endpoint.address.data() + (endpoint.address.size() - size), size);
  to.number(endpoint.port);
}

Endpoint take_endpoint(Taker& from) {
  Endpoint endpoint;
  const auto address = from.short_bytes(endpoint.address.size());
  std::array<std::uint8_t, kV4Bytes> v4{};
  if (address.size() == v4.size()) {
    std::memcpy(v4.data(), address.data(), v4.size());
    endpoint = Endpoint::v4(v4, 0);
  } else if (address.size() == endpoint.address.size()) {
    std::memcpy(endpoint.address.data(), address.data(), address.size());
  } else {
    from.fail();
  }
  endpoint.port = from.number<std::uint16_t>();
  return endpoint;
}

void append(const MemberInfo& info, Appender& to) {
  append(info.endpoint, to);
  to.number(info.cluster.value());
  to.number(info.flags);
  to.short_bytes(info.rest_address.data(), info.rest_address.size());
  to.short_bytes(info.about.data(), info.about.size());
}

MemberInfo take_info(Taker& from) {
  MemberInfo info;
  info.endpoint = take_endpoint(from);
  info.cluster = ClusterId(from.number<std::uint64_t>());
  info.flags = from.number<std::uint8_t>();
  const auto rest_address = from.short_bytes(MemberInfo::kMostAddressBytes);
  info.rest_address.assign(reinterpret_cast<const char*>(rest_address.data()), rest_address.size());
  const auto about = from.short_bytes(MemberInfo::kMostAboutBytes);
  info.about.assign(about.begin(), about.end());
  return info;
}

bool is_accusation(MemberState state) {
  return state == MemberState::suspect || state == MemberState::dead;
}

std::uint32_t take_incarnation(Taker& from) {
  const auto incarnation = from.number<std::uint32_t>();
  if (incarnation > kMostIncarnation) from.fail();
  return incarnation;
}

Update take_update(Taker& from) {
  Update update;
  const unsigned form = from.number<std::uint8_t>();
  const unsigned state = form & kStateBits;
  if (state > static_cast<unsigned>(MemberState::evicted) || form > (kStateBits | kInfoBit))
    from.fail();
  update.state = static_cast<MemberState>(state);
  update.id = NodeId(from.number<std::uint64_t>());
  update.incarnation = take_incarnation(from);
  if (is_accusation(update.state)) update.accuser = NodeId(from.number<std::uint64_t>());
  if ((form & kInfoBit) != 0) {
    update.info_incarnation = take_incarnation(from);
    update.info = take_info(from);
  }
  if (update.id == NodeId()) from.fail();
  return update;
}

}  // namespace

void encode(const Update& update, wire::Bytes& to) {
  Appender appender(to);
  appender.number(static_cast<std::uint8_t>(static_cast<unsigned>(update.state) |
                                            (update.info ? kInfoBit : 0U)));
  appender.number(update.id.value());
  appender.number(update.incarnation);
  if (is_accusation(update.state)) appender.number(update.accuser.value());
  if (!update.info) return;
  appender.number(update.info_incarnation);
  append(*update.info, appender);
}

wire::Bytes encode(const Packet& packet) {
  wire::Bytes bytes;
  bytes.reserve(kMostBodyBytes);
  Appender to(bytes);
  const unsigned fields = kFields.at(static_cast<std::size_t>(packet.kind));
  to.number(static_cast<std::uint8_t>(packet.kind));
  if ((fields & kSequence) != 0) to.number(packet.sequence);
  if ((fields & kDigest) != 0) to.number(packet.digest);
  if ((fields & kTarget) != 0) to.number(packet.target.value());
  if ((fields & kEndpoint) != 0) append(packet.endpoint, to);
  if ((fields & kWantsBack) != 0) to.number(static_cast<std::uint8_t>(packet.wants_back));
  for (const Update& update : packet.updates) encode(update, bytes);
  return bytes;
}

std::optional<Packet> decode_packet(std::span<const std::byte> bytes) {
  if (bytes.empty() || bytes.size() > kMostBodyBytes) return std::nullopt;
  Taker from(bytes);
  const auto kind = from.number<std::uint8_t>();
  if (kind >= kFields.size()) return std::nullopt;
  Packet packet;
  packet.kind = static_cast<PacketKind>(kind);
  const unsigned fields = kFields.at(kind);
  if ((fields & kSequence) != 0) packet.sequence = from.number<std::uint32_t>();
  if ((fields & kDigest) != 0) packet.digest = from.number<std::uint64_t>();
  if ((fields & kTarget) != 0) packet.target = NodeId(from.number<std::uint64_t>());
  if ((fields & kEndpoint) != 0) packet.endpoint = take_endpoint(from);
  if ((fields & kWantsBack) != 0) packet.wants_back = from.number<std::uint8_t>() != 0;
  while (!from.at_end()) packet.updates.push_back(take_update(from));
  if (from.failed()) return std::nullopt;
  return packet;
}

std::optional<std::vector<Update>> decode_updates(std::span<const std::byte> bytes) {
  Taker from(bytes);
  std::vector<Update> updates;
  while (!from.at_end()) updates.push_back(take_update(from));
  if (from.failed()) return std::nullopt;
  return updates;
}

}  // namespace neve::cluster::gossip

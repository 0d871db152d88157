#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include <neve/base/error.hpp>

#include "cluster/gossip/packet.hpp"
#include "cluster/gossip/seal.hpp"
#include "cluster/gossip/swim.hpp"

namespace {

namespace gossip = neve::cluster::gossip;
using gossip::Endpoint;
using gossip::Swim;

Swim::Options options() {
  Swim::Options options;
  options.id = neve::NodeId(1);
  options.self.endpoint = Endpoint::v4({10, 0, 0, 1}, 54322);
  return options;
}

// What is read and written again is the same packet.
void check_form(std::span<const std::byte> bytes) {
  const auto packet = gossip::decode_packet(bytes);
  if (!packet) return;
  const auto again = gossip::decode_packet(gossip::encode(*packet));
  NEVE_CHECK(again == packet);
}

}  // namespace

/// Any bytes, as a packet on the wire, as what was sealed, and as a whole state: refused or taken,
/// and the node goes on, sends only packets that fit, and keeps its own record.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  check_form(bytes);

  gossip::Seal seal(gossip::key_from_name("fuzz"), neve::NodeId(1));
  NEVE_CHECK(std::holds_alternative<gossip::DropCause>(seal.open(gossip::ClusterId(), bytes)));

  gossip::Time now{0};
  Swim swim(options(), now);
  swim.seek({Endpoint::v4({10, 0, 0, 2}, 54322)}, now);
  const Endpoint from = Endpoint::v4({10, 0, 0, 2}, 54322);
  swim.receive({neve::NodeId(2), from, size % 8 != 0, bytes}, now);
  swim.merge_state(bytes, now);
  for (int i = 0; i < 40; ++i) {
    now = std::max(now, std::min(swim.next_wake(), now + std::chrono::seconds(1)));
    swim.tick(now);
    for (const gossip::Outgoing& packet : swim.take_packets()) {
      NEVE_CHECK(packet.body.size() <= gossip::kMostBodyBytes);
      NEVE_CHECK(gossip::decode_packet(packet.body).has_value());
    }
  }
  NEVE_CHECK(swim.members().contains(neve::NodeId(1)));
  return 0;
}

#include "cluster/gossip/member.hpp"

#include <sys/random.h>

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::cluster::gossip {

namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

Endpoint Endpoint::v4(std::array<std::uint8_t, 4> address, std::uint16_t port) {
  Endpoint endpoint{{}, port};
  std::ranges::copy(kMappedPrefix, endpoint.address.begin());
  std::ranges::copy(address, endpoint.address.begin() + kMappedPrefix.size());
  return endpoint;
}

bool Endpoint::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.begin());
}

bool Endpoint::is_unspecified() const {
  const auto* begin = address.begin() + (is_v4() ? kMappedPrefix.size() : 0);
  return std::all_of(begin, address.end(), [](std::uint8_t byte) { return byte == 0; });
}

NodeId draw_node_id() {
  std::uint64_t bits = 0;
  while (bits == 0) NEVE_CHECK(getrandom(&bits, sizeof bits, 0) == sizeof bits);
  return NodeId(bits);
}

}  // namespace neve::cluster::gossip

#include "simulator/gossip_node.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <utility>

namespace neve::simulator {

using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t kPort = 54322;
constexpr int kHostsInNet = 200;

gossip::Swim::Options options_of(Host& host, const GossipSetup& setup) {
  gossip::Swim::Options options;
  options.id = NodeId(host.draw());
  options.seed = host.draw();
  options.self.endpoint = endpoint_of(host.index());
  options.self.rest_address = "10.0.0." + std::to_string(host.index().value()) + ":54321";
  if (setup.is_returning) options.self.flags = gossip::MemberInfo::kReturning;
  return options;
}

gossip::Bootstrap::Options options_of(const GossipSetup& setup) {
  gossip::Bootstrap::Options options;
  options.listed = setup.join;
  options.expect = setup.expect;
  return options;
}

std::uint64_t counter_of(std::span<const std::byte> packet) {
  std::uint64_t counter = 0;
  std::memcpy(&counter, packet.data() + gossip::Seal::kHeaderBytes - sizeof counter,
              sizeof counter);
  return counter;
}

}  // namespace

gossip::Endpoint endpoint_of(HostIndex host) {
  const int net = host.value() / kHostsInNet;
  const int number = host.value() % kHostsInNet + 1;
  return gossip::Endpoint::v4(
      {10, 0, static_cast<std::uint8_t>(net), static_cast<std::uint8_t>(number)}, kPort);
}

HostIndex host_at(const gossip::Endpoint& endpoint) {
  return HostIndex(endpoint.address[14] * kHostsInNet + endpoint.address[15] - 1);
}

std::string name_of(NodeId id) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%04x", static_cast<unsigned>(id.value() >> 48U));
  return text.data();
}

GossipNode::GossipNode(Host& host, const GossipSetup& setup, GossipObserver& observer)
    : host_(host),
      observer_(observer),
      swim_(options_of(host, setup), host.now()),
      seal_(gossip::key_from_name(setup.cluster_name), swim_.self().id),
      bootstrap_(options_of(setup)) {
  // What follows may ask the world for this process, which it has only when this is over.
  host_.call_at(host_.now(), [this, join = setup.join] {
    swim_.seek(join, host_.now());
    decide();
    settle();
  });
}

void GossipNode::receive(HostIndex from, Channel /*channel*/, std::span<const std::byte> bytes) {
  const auto opened = seal_.open(cluster(), bytes);
  if (const auto* cause = std::get_if<gossip::DropCause>(&opened)) {
    ++drops_.at(static_cast<std::size_t>(*cause));
    return;
  }
  const auto& packet = std::get<gossip::Seal::Opened>(opened);
  observer_.on_accepted(*this, packet.sender, counter_of(bytes));
  swim_.receive({packet.sender, endpoint_of(from), packet.was_for_me, packet.body}, host_.now());
  settle();
}

void GossipNode::evict(NodeId id) {
  swim_.evict(id, host_.now());
  settle();
}

void GossipNode::settle() {
  for (const gossip::Event& event : swim_.take_events()) observer_.on_event(*this, event);
  for (gossip::Outgoing& packet : swim_.take_packets()) {
    wire::Bytes sealed = seal_.close(cluster(), packet.to, packet.body);
    observer_.send(*this, host_at(packet.at), std::move(sealed));
  }
  schedule();
}

void GossipNode::decide() {
  if (cluster() != gossip::ClusterId() || swim_.is_evicted()) return;
  const auto decision = bootstrap_.decide(swim_.self(), swim_.members(), host_.now());
  if (decision.verdict == gossip::Bootstrap::Verdict::found) {
    if (const auto made = observer_.found(*this)) swim_.adopt_cluster(*made, host_.now());
  } else if (decision.verdict == gossip::Bootstrap::Verdict::join) {
    if (observer_.admit(*this, decision.cluster))
      swim_.adopt_cluster(decision.cluster, host_.now());
  }
  host_.call_at(host_.now() + 200ms, [this] {
    decide();
    settle();
  });
}

void GossipNode::schedule() {
  const Time wake = swim_.next_wake();
  if (wake >= scheduled_) return;
  scheduled_ = wake;
  host_.call_at(wake, [this, wake] {
    if (scheduled_ == wake) scheduled_ = Time::max();
    swim_.tick(host_.now());
    settle();
  });
}

}  // namespace neve::simulator

#include "simulator/gossip_study.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <neve/base/error.hpp>

namespace neve::simulator {

using namespace std::chrono_literals;
using gossip::EventKind;

namespace {

std::string percentiles(std::vector<Time> times) {
  std::ranges::sort(times);
  const auto at = [&](double share) {
    const auto last = static_cast<double>(times.size() - 1);
    return static_cast<double>(times[static_cast<std::size_t>(std::lround(last * share))].count()) *
           1e-6;
  };
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%.0f, %.0f, %.0f", at(0.5), at(0.99), at(1));
  return text.data();
}

}  // namespace

GossipStudy::GossipStudy(const Options& options)
    : world_(options.seed), dice_(options.seed, 6), options_(options) {
  Weather& weather = world_.network().weather;
  weather.loss = options.loss;
  if (options.delay > Time(0)) weather.least_delay = weather.most_delay = options.delay;
  GossipSetup setup;
  setup.expect = static_cast<std::size_t>(options.nodes);
  // A few addresses are enough to find the rest.
  for (int i = 0; i < std::min(options.nodes, 5); ++i)
    setup.join.push_back(endpoint_of(HostIndex(i)));
  setup.expect = setup.join.size();
  for (int i = 0; i < options.nodes; ++i)
    world_.start(world_.add_host(
        [this, setup](Host& host) { return std::make_unique<GossipNode>(host, setup, *this); }));
}

GossipNode& GossipStudy::node_at(int host) const {
  return dynamic_cast<GossipNode&>(*world_.actor(HostIndex(host)));
}

void GossipStudy::on_event(GossipNode& node, const gossip::Event& event) {
  ++counts_[event.kind];
  if (event.member.id == watched_) saw_[event.kind].insert(node.id());
}

void GossipStudy::on_accepted(GossipNode& /*node*/, NodeId /*sender*/, std::uint64_t /*counter*/) {}

void GossipStudy::send(GossipNode& node, HostIndex to, wire::Bytes packet) {
  bytes_sent_ += packet.size();
  ++packets_sent_;
  node.host().send(to, Channel::datagram, std::move(packet));
}

std::optional<gossip::ClusterId> GossipStudy::found(GossipNode& /*node*/) {
  if (!cluster_) cluster_ = gossip::ClusterId(dice_.bits());
  return cluster_;
}

bool GossipStudy::admit(GossipNode& /*node*/, gossip::ClusterId /*cluster*/) { return true; }

std::string GossipStudy::run() {
  world_.run_until(60s);
  for (int i = 0; i < options_.nodes; ++i)
    NEVE_CHECK(node_at(i).swim().members().size() == static_cast<std::size_t>(options_.nodes),
               "the cluster did not come together within 60 s");
  const Rest at_rest = rest();
  std::vector<Time> joins;
  std::vector<Time> deaths;
  for (int i = 0; i < options_.events; ++i) {
    const HostIndex host(
        static_cast<std::int32_t>(dice_.below(static_cast<std::uint64_t>(options_.nodes))));
    world_.run_until(world_.now() + Time(dice_.below(1'000'000'000)));
    watched_ = node_at(host.value()).id();
    world_.crash(host);
    deaths.push_back(until_all_saw(EventKind::declared_dead));
    for (int other = 0; other < options_.nodes; ++other)
      if (other != host.value()) node_at(other).evict(watched_);
    world_.run_until(world_.now() + 5s);
    world_.start(host);
    watched_ = node_at(host.value()).id();
    joins.push_back(until_all_saw(EventKind::joined));
    world_.run_until(world_.now() + 5s);
  }
  std::array<char, 240> line{};
  std::snprintf(line.data(), line.size(), "%d | %.0f | %.1f | %s | %s | %.1f, %.2f", options_.nodes,
                at_rest.bytes_per_second, at_rest.packets_per_second, percentiles(joins).c_str(),
                percentiles(deaths).c_str(), at_rest.suspicions_per_hour,
                at_rest.false_deaths_per_hour);
  return line.data();
}

GossipStudy::Rest GossipStudy::rest() {
  constexpr Time kLength = 300s;
  counts_.clear();
  bytes_sent_ = packets_sent_ = 0;
  world_.run_until(world_.now() + kLength);
  const double node_seconds =
      static_cast<double>(options_.nodes) * static_cast<double>(kLength / 1s);
  const auto per_node_hour = [&](EventKind kind) {
    return static_cast<double>(counts_[kind]) / node_seconds * 3600;
  };
  return {static_cast<double>(bytes_sent_) / node_seconds,
          static_cast<double>(packets_sent_) / node_seconds, per_node_hour(EventKind::suspected),
          per_node_hour(EventKind::declared_dead)};
}

Time GossipStudy::until_all_saw(EventKind wanted) {
  const Time began = world_.now();
  const auto all = static_cast<std::size_t>(options_.nodes - 1);
  saw_.clear();
  while (saw_[wanted].size() < all && world_.now() < began + 120s)
    world_.run_until(world_.now() + 1ms);
  return world_.now() - began;
}

}  // namespace neve::simulator

#include "simulator/faults.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "simulator/dice.hpp"

namespace neve::simulator {

using namespace std::chrono_literals;

namespace {

struct FaultShape {
  std::string_view name;
  Time shortest;
  Time longest;
};

// In the order of FaultKind. A pause and a split last from a hiccup to well beyond any failure
// detector's patience.
constexpr std::array<FaultShape, 11> kShapes = {{{"crash", 500ms, 20s},
                                                 {"pause", 100ms, 25s},
                                                 {"slow", 1s, 15s},
                                                 {"split", 500ms, 25s},
                                                 {"mute", 500ms, 20s},
                                                 {"deaf", 500ms, 20s},
                                                 {"one way", 500ms, 20s},
                                                 {"loss", 2s, 20s},
                                                 {"delay", 2s, 20s},
                                                 {"duplication", 2s, 20s},
                                                 {"reordering", 2s, 20s}}};
constexpr auto kHostKinds = static_cast<std::uint64_t>(FaultKind::loss);

bool strikes_hosts(FaultKind kind) { return static_cast<std::uint64_t>(kind) < kHostKinds; }

Time between(Dice& dice, Time least, Time most) {
  return least + Time(static_cast<Time::rep>(
                     dice.below(static_cast<std::uint64_t>((most - least).count()) + 1)));
}

}  // namespace

std::string_view name_of(FaultKind kind) { return kShapes.at(static_cast<std::size_t>(kind)).name; }

std::vector<Fault> draw_faults(std::uint64_t seed, int count, Time from, Time until) {
  Dice dice(seed, 3);
  std::vector<Fault> plan;
  for (int i = 0; i < count; ++i) {
    Fault fault;
    fault.kind = static_cast<FaultKind>(dice.below(kShapes.size()));
    const FaultShape& shape = kShapes.at(static_cast<std::size_t>(fault.kind));
    fault.length = std::min(between(dice, shape.shortest, shape.longest), until - from);
    fault.at = between(dice, from, until - fault.length);
    fault.draw = dice.bits();
    plan.push_back(fault);
  }
  std::ranges::stable_sort(plan, {}, &Fault::at);
  return plan;
}

FaultInjector::FaultInjector(World& world, const std::vector<Fault>& plan, Guard guard,
                             std::function<void()> changed)
    : world_(world),
      guard_(std::move(guard)),
      changed_(std::move(changed)),
      fair_weather_(world.network().weather),
      disturbances_(world.hosts()) {
  for (const Fault& fault : plan) world_.call_at(fault.at, [this, fault] { begin(fault); });
}

bool FaultInjector::undisturbed_since(HostIndex host, Time since) const {
  const Disturbance& own = disturbances_.at(static_cast<std::size_t>(host.value()));
  return own.active == 0 && own.ended < since && !stormy_since(since);
}

std::size_t FaultInjector::disturbed_now() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(disturbances_, [](const Disturbance& d) { return d.active > 0; }));
}

void FaultInjector::begin(Fault fault) {
  ++struck_;
  const std::vector<HostIndex> hosts =
      strikes_hosts(fault.kind) ? choose(fault) : std::vector<HostIndex>{};
  if (strikes_hosts(fault.kind) && !guard_(fault.kind, hosts))
    fault.kind = static_cast<FaultKind>(kHostKinds + fault.draw % (kShapes.size() - kHostKinds));
  world_.trace([&] {
    std::string line = "fault " + std::string(name_of(fault.kind)) + " for " +
                       std::to_string(fault.length / 1ms) + " ms";
    if (strikes_hosts(fault.kind))
      for (HostIndex host : hosts) line += ", host " + std::to_string(host.value());
    return line;
  });
  if (strikes_hosts(fault.kind)) {
    strike_hosts(fault, hosts);
    changed_();
    world_.call_at(world_.now() + fault.length, changed_);
  } else {
    strike_links(fault);
  }
}

std::vector<HostIndex> FaultInjector::choose(const Fault& fault) const {
  Dice dice(fault.draw);
  std::vector<HostIndex> all = others({});
  for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[dice.below(i)]);
  std::size_t count = 1;
  if (fault.kind == FaultKind::one_way) count = 2;
  if (fault.kind == FaultKind::split)
    count = 1 + dice.below(std::max<std::size_t>((all.size() - 1) / 2, 1));
  all.resize(std::min(count, all.size()));
  return all;
}

std::vector<HostIndex> FaultInjector::others(const std::vector<HostIndex>& hosts) const {
  std::vector<HostIndex> rest;
  for (std::size_t i = 0; i < disturbances_.size(); ++i) {
    const HostIndex host(static_cast<std::int32_t>(i));
    if (std::ranges::find(hosts, host) == hosts.end()) rest.push_back(host);
  }
  return rest;
}

void FaultInjector::strike_hosts(const Fault& fault, const std::vector<HostIndex>& hosts) {
  for (HostIndex host : hosts) disturb(host, fault.length);
  const HostIndex host = hosts.front();
  switch (fault.kind) {
    case FaultKind::crash:
      if (world_.actor(host) == nullptr) return;
      world_.crash(host);
      return world_.call_at(world_.now() + fault.length, [this, host] { world_.start(host); });
    case FaultKind::pause:
      return world_.pause(host, fault.length);
    case FaultKind::slow:
      world_.slow_down(host, 50ms + 450ms * static_cast<int>(fault.draw % 8) / 7);
      return world_.call_at(world_.now() + fault.length,
                            [this, host] { world_.slow_down(host, 0ms); });
    case FaultKind::mute:
      return cut_between(hosts, others(hosts), fault.length);
    case FaultKind::deaf:
      return cut_between(others(hosts), hosts, fault.length);
    case FaultKind::one_way:
      return cut_between(std::span(hosts).first(1), std::span(hosts).last(1), fault.length);
    default:
      cut_between(hosts, others(hosts), fault.length);
      return cut_between(others(hosts), hosts, fault.length);
  }
}

void FaultInjector::cut_between(std::span<const HostIndex> from, std::span<const HostIndex> to,
                                Time length) {
  for (HostIndex source : from) {
    for (HostIndex target : to) {
      world_.network().cut(source, target);
      world_.call_at(world_.now() + length,
                     [this, source, target] { world_.network().mend(source, target); });
    }
  }
}

void FaultInjector::disturb(HostIndex host, Time length) {
  const auto at = static_cast<std::size_t>(host.value());
  ++disturbances_[at].active;
  world_.call_at(world_.now() + length, [this, at] {
    --disturbances_[at].active;
    disturbances_[at].ended = world_.now();
  });
}

void FaultInjector::strike_links(const Fault& fault) {
  weather_faults_.insert(fault.kind);
  set_weather();
  world_.call_at(world_.now() + fault.length, [this, kind = fault.kind] {
    weather_faults_.erase(weather_faults_.find(kind));
    set_weather();
  });
}

void FaultInjector::set_weather() {
  const bool loses = weather_faults_.contains(FaultKind::loss);
  const bool delays = weather_faults_.contains(FaultKind::delay);
  Weather weather = fair_weather_;
  if (loses) weather.loss = 0.1;
  if (delays) weather.least_delay = weather.most_delay = 200ms;
  if (weather_faults_.contains(FaultKind::duplication)) weather.duplication = 0.2;
  if (weather_faults_.contains(FaultKind::reordering)) weather.reordering = 0.3;
  world_.network().weather = weather;
  if (storm_.active > 0) storm_.ended = world_.now();
  storm_.active = loses && delays ? 1 : 0;
}

}  // namespace neve::simulator

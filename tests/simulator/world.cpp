#include "simulator/world.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include <neve/base/error.hpp>

namespace neve::simulator {

namespace {

// What Linux's default receive buffer of 208 KiB holds of small packets, counted with its overhead.
constexpr std::size_t kSocketBufferDatagrams = 256;

constexpr HostIndex kNoHost{-1};

}  // namespace

Time Host::now() const { return world_.now() + clock_offset_; }

Time Host::world_time() const { return world_.now(); }

void Host::send(HostIndex to, Channel channel, wire::Bytes bytes) {
  world_.send(index_, to, channel, std::move(bytes));
}

void Host::call_at(Time when, std::function<void()> call) {
  world_.call_for_process(index_, when - clock_offset_, std::move(call));
}

std::uint64_t Host::draw() { return world_.dice_.bits(); }

void Host::trace(const std::function<std::string()>& line) {
  world_.trace([&] { return "host " + std::to_string(index_.value()) + ": " + line(); });
}

HostIndex World::add_host(Factory factory) {
  const HostIndex index(static_cast<std::int32_t>(hosts_.size()));
  Machine machine;
  machine.factory = std::move(factory);
  // Clocks that start anywhere show whoever compares the times of two hosts.
  const auto offset = Time(static_cast<Time::rep>(dice_.below(std::uint64_t{1} << 50U)));
  machine.host = std::make_unique<Host>(*this, index, offset);
  hosts_.push_back(std::move(machine));
  network_.add_host();
  return index;
}

void World::start(HostIndex host) {
  Machine& started = machine(host);
  NEVE_CHECK(started.actor == nullptr, "a host runs one process at a time");
  started.life = next_life_++;
  started.waiting_datagrams = 0;
  trace([&] { return "start host " + std::to_string(host.value()); });
  started.actor = started.factory(*started.host);
}

void World::crash(HostIndex host) {
  trace([&] { return "crash host " + std::to_string(host.value()); });
  Machine& crashed = machine(host);
  crashed.actor.reset();
  crashed.life = next_life_++;
  crashed.paused_until = Time(0);
  crashed.lateness = Time(0);
}

void World::pause(HostIndex host, Time length) {
  trace([&] { return "pause host " + std::to_string(host.value()); });
  Time& until = machine(host).paused_until;
  until = std::max(until, now_ + length);
}

void World::slow_down(HostIndex host, Time most) {
  trace([&] { return "slow host " + std::to_string(host.value()); });
  machine(host).lateness = most;
}

Actor* World::actor(HostIndex host) const { return machine(host).actor.get(); }

bool World::is_paused(HostIndex host) const { return machine(host).paused_until > now_; }

void World::call_at(Time when, std::function<void()> call) {
  push({when, 0, kNoHost, kAnyLife, false, std::move(call)});
}

void World::call_for_process(HostIndex host, Time when, std::function<void()> call) {
  const Machine& owner = machine(host);
  push({when + late(owner), 0, host, owner.life, false, std::move(call)});
}

Time World::late(const Machine& machine) {
  if (machine.lateness == Time(0)) return Time(0);
  return Time(static_cast<Time::rep>(
      dice_.below(static_cast<std::uint64_t>(machine.lateness.count()) + 1)));
}

void World::send(HostIndex from, HostIndex to, Channel channel, wire::Bytes bytes) {
  const bool is_datagram = channel == Channel::datagram;
  const auto shared = std::make_shared<const wire::Bytes>(std::move(bytes));
  for (Time arrival : network_.arrivals(from, to, channel, now_)) {
    auto deliver = [this, from, to, channel, shared] {
      machine(to).actor->receive(from, channel, *shared);
    };
    const std::uint64_t life = is_datagram ? kAnyLife : machine(to).life;
    push({arrival + late(machine(to)), 0, to, life, is_datagram, std::move(deliver)});
  }
}

void World::push(Event event) {
  event.at = std::max(event.at, now_);
  event.sequence = next_sequence_++;
  events_.push(std::move(event));
}

void World::run_until(Time end) {
  while (!events_.empty() && events_.top().at <= end) {
    // The queue hides what it holds, but what is popped next may be moved from.
    Event event = std::move(const_cast<Event&>(events_.top()));
    events_.pop();
    now_ = event.at;
    ++events_run_;
    run(std::move(event));
  }
  now_ = std::max(now_, end);
}

void World::run(Event event) {
  if (event.host == kNoHost) return event.call();
  Machine& owner = machine(event.host);
  if (owner.actor == nullptr || (event.life != kAnyLife && event.life != owner.life)) return;
  if (owner.paused_until > now_) {
    if (event.is_datagram && owner.waiting_datagrams >= kSocketBufferDatagrams) return;
    if (event.is_datagram) ++owner.waiting_datagrams;
    event.at = owner.paused_until;
    return push(std::move(event));
  }
  owner.waiting_datagrams = 0;
  event.call();
}

void World::trace(const std::function<std::string()>& line) {
  if (trace_limit_ == 0) return;
  std::array<char, 32> stamp{};
  std::snprintf(stamp.data(), stamp.size(), "%12.6f ", static_cast<double>(now_.count()) * 1e-9);
  trace_.push_back(stamp.data() + line());
  if (trace_.size() > trace_limit_) trace_.pop_front();
}

}  // namespace neve::simulator

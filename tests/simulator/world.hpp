#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <span>
#include <string>
#include <vector>

#include <neve/base/wire.hpp>

#include "simulator/dice.hpp"
#include "simulator/network.hpp"

namespace neve::simulator {

/// One process of a node: state machines without I/O, and what binds them to a Host. It lives from
/// World::start to World::crash and starts its timers in its constructor.
class Actor {
 public:
  virtual ~Actor() = default;
  virtual void receive(HostIndex from, Channel channel, std::span<const std::byte> bytes) = 0;
};

class World;

/// What a process sees of the world. Its clock only goes forward but tells no other host's time.
class Host {
 public:
  Host(World& world, HostIndex index, Time clock_offset)
      : world_(world), index_(index), clock_offset_(clock_offset) {}
  [[nodiscard]] HostIndex index() const { return index_; }
  [[nodiscard]] Time now() const;
  /// The world's time, which no process knows: for whoever judges them.
  [[nodiscard]] Time world_time() const;
  void send(HostIndex to, Channel channel, wire::Bytes bytes);
  /// Calls once at a time of this host's clock, unless the process dies before.
  void call_at(Time when, std::function<void()> call);
  /// Random bits, never the same twice in a world.
  std::uint64_t draw();
  /// Writes a line to the world's trace; `line` is asked only if somebody listens.
  void trace(const std::function<std::string()>& line);

 private:
  World& world_;
  HostIndex index_;
  Time clock_offset_;
};

/// A virtual clock, hosts and the network between them: everything that happens is one queue of
/// events in the order of their time. The same seed and calls give the same events, always. One
/// thread.
class World {
 public:
  using Factory = std::function<std::unique_ptr<Actor>(Host&)>;
  explicit World(std::uint64_t seed) : network_(seed), dice_(seed, 2) {}

  /// Adds a host that makes its processes with `factory`; it runs none yet.
  HostIndex add_host(Factory factory);
  [[nodiscard]] std::size_t hosts() const { return hosts_.size(); }
  void start(HostIndex host);
  /// Kills the process, which must not be in a call of its own (World::call_at is the way then):
  /// what was on its way to it by stream and its timers are gone.
  void crash(HostIndex host);
  /// Stops the process as SIGSTOP does; what arrives meanwhile waits, as far as a socket's buffer
  /// holds it.
  void pause(HostIndex host, Time length);
  /// Makes the process late by up to `most` with whatever it does; zero ends it.
  void slow_down(HostIndex host, Time most);
  /// The process of a host; null while none runs. The type is what the factory made.
  [[nodiscard]] Actor* actor(HostIndex host) const;
  [[nodiscard]] bool is_paused(HostIndex host) const;

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] Network& network() { return network_; }
  /// Calls at a time of the world's clock, whatever lives then.
  void call_at(Time when, std::function<void()> call);
  /// Lets happen all that is due until `end`.
  void run_until(Time end);

  /// Keeps the last `lines` trace lines; 0, the default, keeps none and costs nothing.
  void keep_trace(std::size_t lines) { trace_limit_ = lines; }
  void trace(const std::function<std::string()>& line);
  [[nodiscard]] const std::deque<std::string>& traced() const { return trace_; }
  [[nodiscard]] std::uint64_t events_run() const { return events_run_; }

 private:
  friend class Host;
  static constexpr std::uint64_t kAnyLife = 0;
  struct Event {
    Time at;
    std::uint64_t sequence;
    HostIndex host;      // -1: the world's own
    std::uint64_t life;  // the process start that it is for; kAnyLife: whichever runs
    bool is_datagram;
    std::function<void()> call;
  };
  struct Later {
    bool operator()(const Event& left, const Event& right) const {
      return left.at != right.at ? left.at > right.at : left.sequence > right.sequence;
    }
  };
  struct Machine {
    Factory factory;
    std::unique_ptr<Host> host;
    std::unique_ptr<Actor> actor;
    std::uint64_t life = 0;
    Time paused_until{0};
    Time lateness{0};
    std::size_t waiting_datagrams = 0;
  };
  Machine& machine(HostIndex host) { return hosts_.at(static_cast<std::size_t>(host.value())); }
  [[nodiscard]] const Machine& machine(HostIndex host) const {
    return hosts_.at(static_cast<std::size_t>(host.value()));
  }
  void push(Event event);
  void run(Event event);
  void send(HostIndex from, HostIndex to, Channel channel, wire::Bytes bytes);
  void call_for_process(HostIndex host, Time when, std::function<void()> call);
  Time late(const Machine& machine);

  Network network_;
  Dice dice_;
  std::vector<Machine> hosts_;
  std::priority_queue<Event, std::vector<Event>, Later> events_;
  Time now_{0};
  std::uint64_t next_sequence_ = 0;
  std::uint64_t next_life_ = 1;
  std::uint64_t events_run_ = 0;
  std::size_t trace_limit_ = 0;
  std::deque<std::string> trace_;
};

}  // namespace neve::simulator

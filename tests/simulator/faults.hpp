#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "simulator/world.hpp"

namespace neve::simulator {

/// What can go wrong. The first seven strike hosts, the others all links.
enum class FaultKind : std::uint8_t {
  crash,    ///< the process dies and is started again later
  pause,    ///< SIGSTOP, then SIGCONT
  slow,     ///< everything the process does is late
  split,    ///< some hosts hear nothing of the others, and the others nothing of them
  mute,     ///< what a host sends is lost
  deaf,     ///< what is sent to a host is lost
  one_way,  ///< one host's messages to one other are lost
  loss,
  delay,
  duplication,
  reordering,
};
std::string_view name_of(FaultKind kind);

/// One fault of a plan. Whom it strikes is drawn from `draw` when it begins.
struct Fault {
  FaultKind kind = FaultKind::loss;
  Time at{0};
  Time length{0};
  std::uint64_t draw = 0;
};

/// `count` faults that begin after `from` and have ended by `until`, in the order of their
/// beginning.
std::vector<Fault> draw_faults(std::uint64_t seed, int count, Time from, Time until);

/// Lets the faults of a plan strike a world, and remembers whom they disturbed.
class FaultInjector {
 public:
  /// Whether a fault may strike these hosts now; a plan that may not kill a majority says so here.
  /// Where it may not, a fault of the links strikes in its place.
  using Guard = std::function<bool(FaultKind, std::span<const HostIndex>)>;
  /// `changed` is called whenever a fault of hosts has begun or ended.
  FaultInjector(
      World& world, const std::vector<Fault>& plan, Guard guard,
      std::function<void()> changed = [] {});
  FaultInjector(const FaultInjector&) = delete;
  FaultInjector& operator=(const FaultInjector&) = delete;

  /// Whether nothing struck the host since then that could have made it unreachable: no fault of
  /// its own, and not loss together with delay.
  [[nodiscard]] bool undisturbed_since(HostIndex host, Time since) const;
  /// Whether loss and delay came together since then.
  [[nodiscard]] bool stormy_since(Time since) const {
    return storm_.active != 0 || storm_.ended >= since;
  }
  /// Hosts that a fault holds down, apart, or slow at this moment.
  [[nodiscard]] std::size_t disturbed_now() const;
  [[nodiscard]] int struck() const { return struck_; }

 private:
  struct Disturbance {
    int active = 0;
    Time ended{-1};
  };
  void begin(Fault fault);
  void strike_hosts(const Fault& fault, const std::vector<HostIndex>& hosts);
  void strike_links(const Fault& fault);
  void cut_between(std::span<const HostIndex> from, std::span<const HostIndex> to, Time length);
  void disturb(HostIndex host, Time length);
  void set_weather();
  std::vector<HostIndex> choose(const Fault& fault) const;
  [[nodiscard]] std::vector<HostIndex> others(const std::vector<HostIndex>& hosts) const;

  World& world_;
  Guard guard_;
  std::function<void()> changed_;
  Weather fair_weather_;
  std::vector<Disturbance> disturbances_;
  std::multiset<FaultKind> weather_faults_;
  Disturbance storm_;  // loss together with delay
  int struck_ = 0;
};

}  // namespace neve::simulator

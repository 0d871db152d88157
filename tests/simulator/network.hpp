#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include <neve/base/ids.hpp>

#include "simulator/dice.hpp"

namespace neve::simulator {

/// Virtual time since the world began.
using Time = std::chrono::nanoseconds;

/// A machine of the world; its processes come and go.
using HostIndex = StrongId<struct HostIndexTag, std::int32_t>;

/// How bytes travel. A datagram can be lost, doubled and overtaken. What one process sends another
/// as a stream arrives once and in order, a loss only delays it; it is lost when the link is cut or
/// when the receiver dies.
enum class Channel : std::uint8_t { datagram, stream };

/// What the links do to what they carry; the same for all of them.
struct Weather {
  Time least_delay = std::chrono::microseconds(100);
  Time most_delay = std::chrono::microseconds(800);
  double loss = 0;
  double duplication = 0;
  /// The share of datagrams that are held back by up to `reorder_delay`, so that others overtake.
  double reordering = 0;
  Time reorder_delay = std::chrono::milliseconds(20);
};

/// The links between the hosts: which are cut, and what happens to a message on the others.
class Network {
 public:
  explicit Network(std::uint64_t seed) : dice_(seed, 1) {}

  Weather weather;
  void add_host();
  /// Cuts the way from one host to another, not the way back.
  void cut(HostIndex from, HostIndex to);
  void mend(HostIndex from, HostIndex to);
  void mend_all();
  [[nodiscard]] bool is_cut(HostIndex from, HostIndex to) const;
  /// When a message that is sent now arrives: no time if it is lost, two if it is doubled.
  std::vector<Time> arrivals(HostIndex from, HostIndex to, Channel channel, Time now);

 private:
  struct Link {
    int cuts = 0;  // several faults may cut the same link
    Time last_arrival{0};
  };
  Link& link(HostIndex from, HostIndex to);
  Time delay();

  Dice dice_;
  std::vector<std::vector<Link>> links_;
};

}  // namespace neve::simulator

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "simulator/faults.hpp"
#include "simulator/world.hpp"

namespace neve::simulator {
namespace {

using namespace std::chrono_literals;

/// Counts what it receives and answers datagrams with what it has counted.
class Counter final : public Actor {
 public:
  explicit Counter(Host& host) : host_(host) {}
  void receive(HostIndex from, Channel channel, std::span<const std::byte> bytes) override {
    received.push_back(std::to_integer<int>(bytes.front()));
    host_.trace([&] { return "got " + std::to_string(received.back()); });
    if (channel == Channel::datagram && received.back() < 50)
      host_.send(from, channel, {static_cast<std::byte>(received.back() + 1)});
  }
  Host& host() { return host_; }
  std::vector<int> received;

 private:
  Host& host_;
};

struct Pair {
  explicit Pair(std::uint64_t seed) : world(seed) {
    for (int i = 0; i < 2; ++i)
      world.start(world.add_host([](Host& host) { return std::make_unique<Counter>(host); }));
  }
  Counter& at(int i) { return dynamic_cast<Counter&>(*world.actor(HostIndex(i))); }
  void send(int value, Channel channel) {
    at(0).host().send(HostIndex(1), channel, {static_cast<std::byte>(value)});
  }
  World world;
};

TEST(World, SameSeedSameEvents) {
  const auto run = [](std::uint64_t seed) {
    Pair pair(seed);
    pair.world.keep_trace(1000);
    pair.world.network().weather.loss = 0.02;
    pair.world.network().weather.duplication = 0.1;
    FaultInjector faults(pair.world, draw_faults(seed, 20, 0ms, 500ms),
                         [](FaultKind, std::span<const HostIndex>) { return true; });
    for (int i = 0; i < 50; i += 5) pair.send(i, Channel::datagram);
    pair.world.run_until(60s);
    EXPECT_EQ(faults.struck(), 20);
    EXPECT_EQ(faults.disturbed_now(), 0U);
    return pair.world.traced();
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(World, StreamsKeepTheirOrderWhereDatagramsDoNot) {
  Pair pair(3);
  pair.world.network().weather.loss = 0.2;
  for (int i = 100; i < 200; ++i) pair.send(i, Channel::stream);
  pair.world.run_until(60s);
  ASSERT_EQ(pair.at(1).received.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(pair.at(1).received));
  for (int i = 100; i < 200; ++i) pair.send(i, Channel::datagram);
  pair.world.run_until(120s);
  EXPECT_LT(pair.at(1).received.size(), 200U);
  EXPECT_FALSE(std::ranges::is_sorted(pair.at(1).received));
}

TEST(World, CutIsOneWay) {
  Pair pair(4);
  pair.world.network().cut(HostIndex(1), HostIndex(0));
  pair.send(7, Channel::datagram);
  pair.world.run_until(1s);
  EXPECT_EQ(pair.at(1).received, std::vector{7});
  EXPECT_TRUE(pair.at(0).received.empty());
}

TEST(World, PausedProcessHandlesWhatWaitedInOrderAndItsTimersLate) {
  Pair pair(5);
  pair.world.pause(HostIndex(1), 10s);
  Time rang{0};
  pair.at(1).host().call_at(pair.at(1).host().now() + 1s, [&] { rang = pair.world.now(); });
  for (int i = 60; i < 70; ++i) pair.send(i, Channel::stream);
  pair.world.run_until(9s);
  EXPECT_TRUE(pair.at(1).received.empty());
  pair.world.run_until(11s);
  EXPECT_EQ(pair.at(1).received.size(), 10U);
  EXPECT_TRUE(std::ranges::is_sorted(pair.at(1).received));
  EXPECT_EQ(rang, 10s);
}

TEST(World, DeadProcessHasNoTimersAndItsStreamsAreBroken) {
  Pair pair(6);
  bool rang = false;
  pair.at(1).host().call_at(pair.at(1).host().now() + 1s, [&] { rang = true; });
  pair.send(60, Channel::stream);
  pair.send(61, Channel::datagram);
  pair.world.crash(HostIndex(1));
  pair.world.start(HostIndex(1));
  pair.world.run_until(5s);
  EXPECT_FALSE(rang);
  EXPECT_EQ(pair.at(1).received, std::vector{61});
}

}  // namespace
}  // namespace neve::simulator
